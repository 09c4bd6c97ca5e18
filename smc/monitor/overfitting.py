"""Watch for a fit that learns its rows by heart."""

from typing import Any

from smc.arguments import check_fraction
from smc.fit_progress import FitProgress
from smc.monitor.warning import warning


class Overfitting:
    """Warn when nearly all is right on the training rows, and next to nothing on the early-stopping tail.

    Of classes that is the accuracy, of numbers R2, and both limits must be passed in the same iteration. It
    never stops a fit: early stopping returns to the best iteration, and `smc.monitor.gap.Gap` judges what was
    kept. A fit without a tail (scikit-learn models, the final fit) has nothing to be held against, and gives
    no warning.

    Parameters
    ----------
    max_train_accuracy
        Training accuracy, in [0, 1], above which the validation accuracy is looked at.
    min_val_accuracy
        Least validation accuracy, in [0, 1], that excuses it; .60 is well above chance for two even classes.
    max_train_r2
        Training R2 above which the validation R2 is looked at. Nothing in returns lets a forecast explain
        nine tenths of them; on real and simulated markets fits that stop early had .84 at most.
    min_val_r2
        Least validation R2 that excuses it; a forecast of .10 names the sign rightly in 60 % (of two normal
        variables with that correlation).

    >>> by_heart = FitProgress(iteration=7, max_iterations=50, train_accuracy=0.99, val_accuracy=0.52)
    >>> Overfitting().observe(by_heart)["sentence"]
    'At iteration 7 the training accuracy is 0.990 (limit 0.950) and the validation accuracy 0.520 (limit
    0.600): the model learns its rows by heart; a stronger profile (reg=tiny is the strongest) or more events
    may help.'
    """

    stops = False

    def __init__(
        self,
        max_train_accuracy: float = 0.95,
        min_val_accuracy: float = 0.60,
        max_train_r2: float = 0.90,
        min_val_r2: float = 0.10,
    ) -> None:
        check_fraction("max_train_accuracy", max_train_accuracy)
        check_fraction("min_val_accuracy", min_val_accuracy)
        check_fraction("max_train_r2", max_train_r2)
        check_fraction("min_val_r2", min_val_r2)
        self.max_train_accuracy, self.min_val_accuracy = max_train_accuracy, min_val_accuracy
        self.max_train_r2, self.min_val_r2 = max_train_r2, min_val_r2

    def observe(self, progress: FitProgress) -> dict[str, Any] | None:
        """Return a warning if both limits are passed."""
        figures = (
            (
                "accuracy",
                (progress.train_accuracy, self.max_train_accuracy),
                (progress.val_accuracy, self.min_val_accuracy),
            ),
            ("R2", (progress.train_r2, self.max_train_r2), (progress.val_r2, self.min_val_r2)),
        )
        for name, (train, most), (val, least) in figures:
            if train is not None and val is not None and train > most and val < least:
                return warning(
                    "overfitting",
                    iteration=progress.iteration,
                    value=val,
                    threshold=least,
                    sentence=f"At iteration {progress.iteration} the training {name} is {train:.3f} (limit "
                    f"{most:.3f}) and the validation {name} {val:.3f} (limit {least:.3f}): the model learns "
                    "its rows by heart; a stronger profile (reg=tiny is the strongest) or more events may "
                    "help.",
                )
        return None
