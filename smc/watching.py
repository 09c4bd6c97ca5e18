"""What a fit tells while it runs, and who listens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


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
    gradient_norm: float | None = None
    seconds: float = 0.0


#: Told each `FitProgress`; returns None to go on, or the reason code for which the fit must stop.
Watcher: TypeAlias = Callable[[FitProgress], str | None]
