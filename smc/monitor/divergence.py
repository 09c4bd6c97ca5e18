"""Watch for a loss that runs away."""

from typing import Any

from smc.arguments import check_at_least, check_non_negative, check_positive
from smc.fit_progress import FitProgress
from smc.monitor.warning import warning


class Divergence:
    """Stop a fit whose validation loss rises many times in a row, or dwarfs that of knowing nothing.

    The second rule is for a step so large that the first iteration ruins the fit: trees boosted with a
    learning rate of 1e6 answer with certainty and wrongly from the first round on, and their loss stays where
    it is. A fit without a tail is watched by its training loss, and never one row by both. A loss that is not
    finite is the business of `smc.monitor.nan_loss.NanLoss`, and breaks a row of rises.

    A row of rises is held against the loss of the best constant answer (or, where the fit does not tell it,
    against the first loss): the training loss of a fit that has learned its rows by heart is next to nothing,
    and goes up and down by the last digits of its arithmetic or the noise of its batches.

    Parameters
    ----------
    max_rises
        Rises in a row at which the fit stops. Early stopping keeps the best iteration, so the stop saves
        time; it changes the result only if a later iteration had been better.
    min_rise
        What these rises must add up to, as a share of the loss of the best constant answer. On 96 regressions
        of real and simulated markets, training losses that were stopped before for rising ten times had risen
        by 3e-10 to 0.07 of it, and were all far below it; fits with a learning rate that is too large rise by
        more within the ten.
    max_ratio
        Multiple of the loss of the best constant answer (where the fit tells it) at which the fit stops. For
        two even classes 5 is a log-loss of 3.5: the true class is given a probability of 3 % as a rule.

    >>> watch, seen = Divergence(max_rises=2), []
    >>> for iteration, loss in enumerate([0.69, 0.73, 0.77]):
    ...     seen.append(watch.observe(FitProgress(iteration, max_iterations=9, val_loss=loss)))
    >>> seen[1] is None, seen[2]["reason"], seen[2]["value"]
    (True, 'divergence', 2)
    """

    stops = True

    def __init__(self, max_rises: int = 10, max_ratio: float = 5.0, min_rise: float = 0.1) -> None:
        check_positive("max_rises", max_rises)
        check_non_negative("min_rise", min_rise)
        check_at_least("max_ratio", max_ratio, 1.0)
        self.max_rises = max_rises
        self.max_ratio = max_ratio
        self.min_rise = min_rise
        self._has_tail = False
        self._first: float | None = None
        self._last: float | None = None
        self._n_rises, self._risen = 0, 0.0

    def observe(self, progress: FitProgress) -> dict[str, Any] | None:
        """Return a warning at the last rise that is allowed, or as soon as the loss is too large."""
        has_tail = progress.val_loss is not None
        if has_tail and not self._has_tail:
            self._has_tail, self._first, self._last = True, None, None
        name = "validation" if self._has_tail else "training"
        loss = progress.val_loss if self._has_tail else progress.train_loss
        if loss is None:
            return None
        self._count(loss)
        constant = progress.constant_loss
        if constant and loss > self.max_ratio * constant:
            return self._too_large(progress.iteration, name, loss, loss / constant)
        least = self.min_rise * (constant or self._first or 0.0)
        if self._n_rises < self.max_rises or self._risen < least:
            return None
        return self._rising(progress.iteration, name, loss)

    def _count(self, loss: float) -> None:
        """Go on with the row of rises, or start it anew."""
        if self._last is not None and loss > self._last:
            self._n_rises, self._risen = self._n_rises + 1, self._risen + loss - self._last
        else:
            self._n_rises, self._risen = 0, 0.0
        self._first, self._last = loss if self._first is None else self._first, loss

    def _rising(self, iteration: int, name: str, loss: float) -> dict[str, Any]:
        return warning(
            "divergence",
            iteration=iteration,
            value=self._n_rises,
            threshold=self.max_rises,
            sentence=f"The {name} loss rose {self._n_rises} times in a row, by {self._risen:.2g} to "
            f"{loss:.4g} at iteration {iteration}: a lower learning_rate or a stronger profile helps.",
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
