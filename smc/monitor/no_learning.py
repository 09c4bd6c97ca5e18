"""Watch for a fit that has learned nothing."""

from collections.abc import Mapping
from typing import Any

from smc.arguments import check_non_negative
from smc.monitor.warning import warning


class NoLearning:
    """Warn when the predictions are constant, or the validation loss is no better than the baseline's.

    The loss is the log-loss, or the squared error of a regression, against that of the prior or the
    persistence forecast on the same events. Accuracy would miss it: naming the majority class is right more
    often than not.

    Parameters
    ----------
    min_skill
        Least share of the baseline's validation loss that has to be saved; 0 is as good as the baseline, and
        warns.

    >>> worse = {"distinct_predictions": 2, "log_loss": 0.71, "log_loss_skill": -0.02}
    >>> [warning["reason"] for warning in NoLearning().check({"val_metrics": worse})]
    ['no_better_than_baseline']
    """

    def __init__(self, min_skill: float = 0.0) -> None:
        check_non_negative("min_skill", min_skill)
        self.min_skill = min_skill

    def check(self, record: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the warnings that the record of an evaluation gives rise to."""
        table = record["val_metrics"]
        return [] if table is None else [*self._constant(table), *self._baseline(table)]

    def _constant(self, table: Mapping[str, Any]) -> list[dict[str, Any]]:
        distinct = table["distinct_predictions"]
        if distinct > 1:
            return []
        sentence = "Every validation event gets the same prediction: the features tell the model nothing."
        return [warning("constant_predictions", value=distinct, threshold=2, sentence=sentence)]

    def _baseline(self, table: Mapping[str, Any]) -> list[dict[str, Any]]:
        loss = "log-loss" if "log_loss" in table else "squared error"
        skill = table["log_loss_skill" if "log_loss" in table else "mse_skill"]
        if not skill <= self.min_skill:
            return []
        sentence = (
            f"The model saves {skill:.1%} of the baseline's validation {loss}, it has to save more than "
            f"{self.min_skill:.1%}: treat it as one that has learned nothing."
        )
        return [warning("no_better_than_baseline", value=skill, threshold=self.min_skill, sentence=sentence)]
