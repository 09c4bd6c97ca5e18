"""Watch for a loss that is no number."""

import math
from typing import Any

from smc.fit_progress import FitProgress
from smc.monitor.warning import warning


class NanLoss:
    """Stop a fit whose loss, on the rows fitted on or on the tail, is NaN or infinite.

    Nothing finite comes after it. The model returns to its best finite iteration, or the last finite one if
    nothing is held back, and the run goes on with that.

    >>> NanLoss().observe(FitProgress(iteration=3, max_iterations=9, train_loss=float("nan")))["sentence"]
    'The training loss is nan at iteration 3: the fit returns to a finite state; lower learning_rate, or look
    for extreme values in the features.'
    """

    stops = True

    def observe(self, progress: FitProgress) -> dict[str, Any] | None:
        """Return a warning if a loss that was measured is not finite."""
        for name, loss in (("training", progress.train_loss), ("validation", progress.val_loss)):
            if loss is not None and not math.isfinite(loss):
                return warning(
                    "nan_loss",
                    iteration=progress.iteration,
                    value=loss,
                    threshold=None,
                    sentence=f"The {name} loss is {loss} at iteration {progress.iteration}: the fit returns "
                    "to a finite state; lower learning_rate, or look for extreme values in the features.",
                )
        return None
