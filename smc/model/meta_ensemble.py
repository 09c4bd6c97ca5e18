"""What stacking and blending share: a model that learns from what the members say."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from smc.model.ensemble import Ensemble
from smc.model.estimator import Inputs
from smc.model.fold_rows import FoldRows, Tested
from smc.model.member_arithmetic import EPSILON
from smc.typing import FloatArray, IntArray, Spans


class MetaEnsemble(Ensemble):
    """Let a meta-model learn from the members' answers to rows that they were not fitted on.

    It is given, for each member, the log-odds of each class but the first against the first, or its number in
    units of the target's spread. Rows count by their weights as they are: by the uniqueness of their labels.

    A subclass has ``cv`` and ``meta`` among its arguments.

    Attributes
    ----------
    meta_
        The fitted meta-model.
    scale_
        Spread of the numbers; 1 for classes.
    """

    cv: Any
    meta: Any

    def account(self) -> dict[str, Any]:
        """Tell what the members lose within the fold, and the weight of each.

        It is the member's share in the importances of the meta-model: in those of a pool its share in the sum
        of weights, which stands beside it as ``weight_sum``. A sum above 1 is surer than the members' mean, a
        sum below 1 less sure. None where the meta-model does not tell them, or gives no member a say.
        """
        importances = getattr(self.meta_, "feature_importances_", np.zeros(len(self.members_)))
        says = np.reshape(importances, (len(self.members_), -1)).sum(axis=1)
        return super().account() | {
            "weights": self._by_member(says / says.sum()) if says.sum() > 0 else None,
            "weight_sum": getattr(self.meta_, "weight_sum_", None),
        }

    @property
    def parts_(self) -> dict[str, Any]:
        """The meta-model."""
        return {"meta": self.meta_}

    def get_fitted(self) -> dict[str, Any]:
        """Return what was learned beside the members and the meta-model, as plain data."""
        return super().get_fitted() | {"scale": self.scale_}

    def _load(self, fitted: dict[str, Any], parts: dict[str, Any]) -> None:
        super()._load(fitted, parts)
        self.meta_, self.scale_ = parts["meta"], fitted["scale"]

    def _learn(self, rows: FoldRows, members: Mapping[str, Any]) -> None:
        self._learn_from(self._test(rows, members), rows)

    def _learn_from(self, tested: Tested, rows: FoldRows) -> None:
        """Fit the meta-model."""
        target, weight = rows.codes[tested.rows], rows.weight[tested.rows]
        is_class = self.task_ == "classification"
        self.scale_ = 1.0 if is_class else float(target.std()) or 1.0
        inputs = self._inputs(tested.answers, np.unique(target) if is_class else None)
        self.meta_ = self._of_task(self.meta).fit(
            inputs, target if is_class else target / self.scale_, sample_weight=weight
        )

    def _combine(self, answers: FloatArray, X: Inputs, spans: Spans | None) -> FloatArray:  # noqa: ARG002
        if self.task_ == "regression":
            return self.meta_.predict(self._inputs(answers, None))[:, None] * self.scale_
        known = self.meta_.classes_
        probability = np.zeros((len(answers), answers.shape[2]))
        probability[:, known] = self.meta_.predict_proba(self._inputs(answers, known))
        return probability

    def _inputs(self, answers: FloatArray, known: IntArray | None) -> FloatArray:
        """Return what the meta-model looks at (n, n_members * (k - 1)), or numbers (n, n_members).

        Parameters
        ----------
        known
            Columns of the classes that happened among the rows that the meta-model learns from.
        """
        if known is None:
            return answers[:, :, 0] / self.scale_
        logs = np.log(np.maximum(answers[:, :, known], EPSILON))
        return (logs[:, :, 1:] - logs[:, :, :1]).reshape(len(answers), -1)
