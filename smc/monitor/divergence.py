"""Watch for a loss that runs away."""

from typing import Any

from smc.arguments import check_at_least, check_positive
from smc.fit_progress import FitProgress
from smc.monitor.warning import warning


class Divergence:
    """Stop a fit whose validation loss rises many times in a row, or dwarfs that of knowing nothing.

    The second rule is for a step so large that the first iteration ruins the fit: trees boosted with a
    learning rate of 1e6 answer with certainty and wrongly from the first round on, and their loss stays where
    it is. A fit without a tail is watched by its training loss. A loss that is not finite is the business of
    `smc.monitor.nan_loss.NanLoss`, and breaks a row of rises.

    Parameters
    ----------
    max_rises
        Rises in a row at which the fit stops. Early stopping keeps the best iteration, so the stop saves
        time; it changes the result only if a later iteration had been better.
    max_ratio
        Multiple of the loss of the best constant answer (where the fit tells it) at which the fit stops. For
        two even classes 5 is a log-loss of 3.5: the true class is given a probability of 3 % as a rule.

    >>> watch, seen = Divergence(max_rises=2), []
    >>> for iteration, loss in enumerate([0.69, 0.70, 0.71]):
    ...     seen.append(watch.observe(FitProgress(iteration, max_iterations=9, val_loss=loss)))
    >>> seen[1] is None, seen[2]["reason"], seen[2]["value"]
    (True, 'divergence', 2)
    """

    stops = True

    def __init__(self, max_rises: int = 10, max_ratio: float = 5.0) -> None:
        check_positive("max_rises", max_rises)
        check_at_least("max_ratio", max_ratio, 1.0)
        self.max_rises = max_rises
        self.max_ratio = max_ratio
        self._last: float | None = None
        self._n_rises = 0

    def observe(self, progress: FitProgress) -> dict[str, Any] | None:
        """Return a warning at the last rise that is allowed, or as soon as the loss is too large."""
        name, loss = "validation", progress.val_loss
        if loss is None:
            name, loss = "training", progress.train_loss
        if loss is None:
            return None
        self._n_rises = self._n_rises + 1 if self._last is not None and loss > self._last else 0
        self._last = loss
        constant = progress.constant_loss
        if constant and loss > self.max_ratio * constant:
            return self._too_large(progress.iteration, name, loss, loss / constant)
        return self._rising(progress.iteration, name, loss) if self._n_rises >= self.max_rises else None

    def _rising(self, iteration: int, name: str, loss: float) -> dict[str, Any]:
        return warning(
            "divergence",
            iteration=iteration,
            value=self._n_rises,
            threshold=self.max_rises,
            sentence=f"The {name} loss rose {self._n_rises} times in a row, to {loss:.4g} at iteration "
            f"{iteration}: a lower learning_rate or a stronger profile helps.",
        )

    def _too_large(self, iteration: int, name: str, loss: float, ratio: float) -> dict[str, Any]:
        return warning(
            "divergence",
            iteration=iteration,
            value=ratio,
            threshold=self.max_ratio,
            sentence=f"The {name} loss is {loss:.4g} at iteration {iteration}, {ratio:.3g} times that of a "
            f"constant answer, the limit is {self.max_ratio:g} times: lower learning_rate.",
        )
