"""Watch for a fit that learns its rows by heart."""

from typing import Any

from smc.arguments import check_fraction
from smc.fit_progress import FitProgress
from smc.monitor.warning import warning


class Overfitting:
    """Warn when nearly every training row is named right while the early-stopping tail is not.

    Both must hold in the same iteration. It never stops a fit: early stopping returns to the best iteration,
    and `smc.monitor.gap.Gap` judges what was kept. A fit without a tail (scikit-learn models, the final fit)
    has no validation accuracy and gives no warning; nor has a regression.

    Parameters
    ----------
    max_train_accuracy
        Training accuracy, in [0, 1], above which the validation accuracy is looked at.
    min_val_accuracy
        Least validation accuracy, in [0, 1], that excuses it; .60 is well above chance for two even classes.

    >>> by_heart = FitProgress(iteration=7, max_iterations=50, train_accuracy=0.99, val_accuracy=0.52)
    >>> Overfitting().observe(by_heart)["sentence"]
    'At iteration 7 the training accuracy is 0.990 (limit 0.950) and the validation accuracy 0.520 (limit
    0.600): the model learns its rows by heart; a stronger profile (reg=strong, reg=tiny) or more events may
    help.'
    """

    stops = False

    def __init__(self, max_train_accuracy: float = 0.95, min_val_accuracy: float = 0.60) -> None:
        check_fraction("max_train_accuracy", max_train_accuracy)
        check_fraction("min_val_accuracy", min_val_accuracy)
        self.max_train_accuracy = max_train_accuracy
        self.min_val_accuracy = min_val_accuracy

    def observe(self, progress: FitProgress) -> dict[str, Any] | None:
        """Return a warning if both limits are passed."""
        train, val = progress.train_accuracy, progress.val_accuracy
        if train is None or val is None:
            return None
        if not (train > self.max_train_accuracy and val < self.min_val_accuracy):
            return None
        return warning(
            "overfitting",
            iteration=progress.iteration,
            value=val,
            threshold=self.min_val_accuracy,
            sentence=f"At iteration {progress.iteration} the training accuracy is {train:.3f} (limit "
            f"{self.max_train_accuracy:.3f}) and the validation accuracy {val:.3f} (limit "
            f"{self.min_val_accuracy:.3f}): the model learns its rows by heart; a stronger profile "
            "(reg=strong, reg=tiny) or more events may help.",
        )
