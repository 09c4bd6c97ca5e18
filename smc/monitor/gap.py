"""Watch the distance between training and validation accuracy, or R2."""

from collections.abc import Mapping
from typing import Any

from smc.arguments import check_fraction
from smc.edge import edge_as_r2
from smc.monitor.warning import warning


class Gap:
    """Warn when the train fit is much more accurate on its own rows than on the validation part.

    A regression is held to the gap of R2 that means the same (`smc.edge.edge_as_r2`).

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
        history = record["history"]
        score, gap, limit = "accuracy", history["train_val_gap"], self.threshold
        if gap is None:
            score, gap, limit = "R2", history.get("train_val_r2_gap"), edge_as_r2(self.threshold)
        if gap is None or not gap > limit:
            return []
        return [
            warning(
                "overfitting_detected",
                value=gap,
                threshold=limit,
                sentence=f"The training {score} is {gap:.3f} above the validation {score}, the limit is "
                f"{limit:.3f}: a stronger profile (reg=tiny is the strongest) or more events narrow it.",
            )
        ]
