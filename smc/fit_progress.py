"""How far a fit is, as it tells its callback."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class FitProgress:
    """The state of a fit after one epoch or boosting round.

    Attributes
    ----------
    iteration
        Epoch or boosting round, from 0.
    max_iterations
        How many there may be.
    train_loss, val_loss
        Mean loss on the rows that are fitted on and on the early-stopping tail; None where not measured.
    train_accuracy, val_accuracy
        The same for accuracy; None for a regression.
    train_r2, val_r2
        The same for R2, the share of a constant's squared error that is saved; None for classes.
    constant_loss
        Loss of the best constant answer of the rows fitted on, measured where early stopping looks: on the
        tail, or without one on these rows. None where not measured.
    gradient_norm
        Largest norm of the gradient in the epoch, before clipping; None where there is no gradient.
    seconds
        Since the fit began.
    """

    iteration: int
    max_iterations: int
    train_loss: float | None = None
    val_loss: float | None = None
    train_accuracy: float | None = None
    val_accuracy: float | None = None
    train_r2: float | None = None
    val_r2: float | None = None
    constant_loss: float | None = None
    gradient_norm: float | None = None
    seconds: float = 0.0


#: What is drawn over the iterations; `iteration` itself comes first.
CURVES = ("iteration", "train_loss", "val_loss", "train_accuracy", "val_accuracy", "gradient_norm")

#: Reason of a fit that Ctrl-C ended, and the run with it.
INTERRUPTED = "interrupted"

#: Told each `FitProgress`; returns None to go on, or the reason code for which the fit must stop.
FitCallback: TypeAlias = Callable[[FitProgress], str | None]


def curves_of(course: Sequence[FitProgress]) -> dict[str, list[Any]]:
    """Return each of `CURVES` as a list over the iterations; what was not measured is None.

    >>> curves_of([FitProgress(0, 2, train_loss=0.7), FitProgress(1, 2, train_loss=0.6)])["train_loss"]
    [0.7, 0.6]
    """
    return {name: [getattr(progress, name) for progress in course] for name in CURVES}
