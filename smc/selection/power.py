"""What the events of a symbol can tell, and what they cannot."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from smc import stats
from smc.selection.evidence import EventEvidence
from smc.selection.gates import confidence_to_z


@dataclass(frozen=True)
class Power:
    """The smallest edge that a gate on everything tried would find.

    Attributes
    ----------
    n_independent
        Events without overlap that would be as sure as these: n s^2 / long-run variance.
    n_trials
        Independent trials that the level is shared by.
    smallest_edge
        In accuracy above the baseline's, found 80 times in 100; None for a regression.
    """

    n_events: int
    n_independent: float
    n_trials: float
    z: float
    smallest_edge: float | None
    sentence: str

    def plain(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


def power_of(evidence: EventEvidence, *, is_classification: bool, n_trials: float, alpha: float) -> Power:
    """Return what a trial's out-of-fold events can tell at a level shared by so many trials.

    Of a classification in points of accuracy (`smc.stats.detectable_edge`), of a regression in correlation of
    forecast and return; an edge of that size is found 80 times in 100.
    """
    z = confidence_to_z(1 - alpha / max(n_trials, 1.0))
    error, n = evidence.error, len(evidence)
    independent = n * min(1.0, float(evidence.value.var()) / (n * error**2)) if error > 0 else float(n)
    counted = f"with {n:,} events (worth {independent:,.0f} independent ones) and {n_trials:,.1f} independent"
    if not is_classification:
        edge = (z + confidence_to_z(stats.POWER)) / math.sqrt(max(independent, 1.0))
        told = f"{counted} trials a correlation with the return under {edge:.2f} cannot be told from luck"
        return Power(n, independent, n_trials, z, None, told)
    edge = stats.detectable_edge(independent, n_trials, alpha=alpha)
    told = f"{counted} trials an edge under {100 * edge:.1f} points of accuracy cannot be told from luck"
    return Power(n, independent, n_trials, z, edge, told)
