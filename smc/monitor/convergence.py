"""Watch for a fit that ends too soon."""

import math
from typing import Any

from smc.arguments import check_positive
from smc.fit_progress import FitProgress
from smc.monitor.warning import warning


class Convergence:
    """Note that the validation loss was still falling when the last iteration that is allowed was over.

    That is: early stopping has not ended the fit, and its smallest loss is among the last iterations. A fit
    without a tail gives no note: the training loss of a boosted model falls for ever, and the final fit's
    number of iterations is chosen by the train fit.

    Parameters
    ----------
    recent_size
        Iterations at the end among which the smallest loss tells of further gain; the loss of a single one
        goes up and down too much to tell.

    >>> watch = Convergence(recent_size=1)
    >>> for iteration, loss in enumerate([0.69, 0.66, 0.64]):
    ...     warning = watch.observe(FitProgress(iteration, max_iterations=3, val_loss=loss))
    >>> warning["sentence"]
    'The validation loss was still falling when the iterations ran out (smallest at iteration 2, the last is
    2): a larger n_estimators or max_epochs may gain.'
    """

    stops = False

    def __init__(self, recent_size: int = 5) -> None:
        check_positive("recent_size", recent_size)
        self.recent_size = recent_size
        self._least, self._at = math.inf, 0

    def observe(self, progress: FitProgress) -> dict[str, Any] | None:
        """Return a note at the last iteration that is allowed, if the best one was just now."""
        if progress.val_loss is None:
            return None
        if progress.val_loss < self._least:
            self._least, self._at = progress.val_loss, progress.iteration
        last = progress.max_iterations - 1
        if progress.iteration < last or self._at <= last - self.recent_size:
            return None
        return warning(
            "convergence",
            iteration=progress.iteration,
            value=self._at,
            threshold=last - self.recent_size,
            sentence=f"The validation loss was still falling when the iterations ran out (smallest at "
            f"iteration {self._at}, the last is {last}): a larger n_estimators or max_epochs may gain.",
        )
