"""One trial of a search, and what its parameters come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from smc.typing import FloatArray

FINISHED, PRUNED, FAILED = "finished", "pruned", "failed"


@dataclass(frozen=True, eq=False)
class Judged:
    """What parameters come to on some inner folds.

    Attributes
    ----------
    columns
        Of each objective, values whose mean is its loss: less is better. Those of two trials on the same
        folds belong together, one by one.
    figures
        What each constraint looks at.
    excess
        By how much each constraint is broken; 0 or less: it is kept.
    """

    columns: Mapping[str, FloatArray]
    figures: Mapping[str, float] = field(default_factory=dict)
    excess: Mapping[str, float] = field(default_factory=dict)


def of_losses(folds: Sequence[FloatArray]) -> Judged:
    """Judge by one loss an event.

    >>> of_losses([np.array([1.0, 2.0]), np.array([3.0])]).columns
    {'loss': array([1., 2., 3.])}
    """
    return Judged({"loss": np.concatenate(folds)})


@dataclass(frozen=True, eq=False)
class Attempt:
    """One trial.

    Attributes
    ----------
    losses
        Of the events of the inner folds that were asked, one after another, by the first objective.
    why
        What the fit of a failed trial said.
    judged
        What it came to after each of the inner folds that were asked.
    """

    number: int
    params: dict[str, Any]
    status: str
    losses: FloatArray
    why: str | None = None
    judged: tuple[Judged, ...] = ()

    @property
    def loss(self) -> float:
        """Mean over the events; NaN where there are none."""
        return float(self.losses.mean()) if len(self.losses) else float("nan")

    @property
    def values(self) -> dict[str, float]:
        """Loss by objective; none where no fold could be asked."""
        columns = self.judged[-1].columns if self.judged else {}
        return {name: float(column.mean()) for name, column in columns.items()}

    @property
    def excess(self) -> float:
        """By how much constraints are broken, in all; 0: none is."""
        return sum(max(0.0, by) for by in self.judged[-1].excess.values()) if self.judged else 0.0
