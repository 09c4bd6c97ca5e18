"""What the events of a symbol can tell, and what they cannot."""

from dataclasses import asdict, dataclass
from typing import Any

from smc import stats
from smc.selection.candidate import Candidate
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


def power_of(candidate: Candidate, *, n_trials: float, alpha: float) -> Power:
    """Return what a candidate's out-of-fold events can tell at a level shared by so many trials.

    See `smc.stats.detectable_edge`; an edge of that size is found 80 times in 100.

    Raises
    ------
    ValueError
        It has no such events, so it cannot be ranked either.
    """
    if candidate.out_of_fold is None:
        raise ValueError(f"run {candidate.run_id} has no out-of-fold evidence: it cannot be ranked")
    evidence = candidate.out_of_fold.evidence
    z = confidence_to_z(1 - alpha / max(n_trials, 1.0))
    error, n = evidence.error, len(evidence)
    independent = n * min(1.0, float(evidence.value.var()) / (n * error**2)) if error > 0 else float(n)
    if not candidate.is_classification:
        edge = (z + confidence_to_z(stats.POWER)) * error
        sentence = f"with {n:,} bars a net Sharpe ratio under {edge:.2f} a year cannot be told from luck"
        return Power(n, independent, n_trials, z, None, sentence)
    edge = stats.detectable_edge(independent, n_trials, alpha=alpha)
    sentence = (
        f"with {n:,} events (worth {independent:,.0f} independent ones) and {n_trials:,.1f} independent "
        f"trials an edge under {100 * edge:.1f} points of accuracy cannot be told from luck"
    )
    return Power(n, independent, n_trials, z, edge, sentence)
