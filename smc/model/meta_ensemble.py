"""What stacking and blending share: a model that learns from what the members say."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from smc.model.ensemble import Ensemble
from smc.model.fold_rows import FoldRows, Tested
from smc.model.losses import EPSILON
from smc.typing import FloatArray


class MetaEnsemble(Ensemble):
    """Let a meta-model learn from the members' answers to rows that they were not fitted on.

    It is given, for each member, the log-odds of each class but the first against the first, or its number;
    all divided by one spread, so that a penalty means the same for returns of 0.001 and for probabilities.
    A linear meta-model so weighs members and mends what they all are too sure of.

    A subclass has ``cv`` and ``meta`` among its arguments.

    Attributes
    ----------
    meta_
        The fitted meta-model.
    scale_
        Spread of the members' answers.
    """

    cv: Any
    meta: Any

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
        """Fit the meta-model; rows count by their weight, 1 in the mean, as everywhere."""
        inputs = self._inputs(tested.answers)
        self.scale_ = float(np.sqrt(inputs.var(axis=0).mean())) or 1.0
        weight = rows.weight[tested.rows]
        weight = weight / weight.mean() if weight.sum() > 0 else np.ones(len(weight))
        self.meta_ = self._of_task(self.meta).fit(
            inputs / self.scale_, rows.codes[tested.rows], sample_weight=weight
        )

    def _combine(self, answers: FloatArray, X: Any, spans: Any) -> FloatArray:  # noqa: ARG002
        inputs = self._inputs(answers) / self.scale_
        if self.task_ == "regression":
            return np.asarray(self.meta_.predict(inputs), dtype=np.float64)[:, None]
        found = np.zeros((len(inputs), answers.shape[2]))
        found[:, self.meta_.classes_] = self.meta_.predict_proba(inputs)
        return found

    def _inputs(self, answers: FloatArray) -> FloatArray:
        """Return what the meta-model looks at (n, n_members * (k - 1)), or the numbers (n, n_members)."""
        if self.task_ == "regression":
            return answers[:, :, 0]
        logs = np.log(np.maximum(answers, EPSILON))
        return (logs[:, :, 1:] - logs[:, :, :1]).reshape(len(answers), -1)
