"""What boosted trees share: rounds that can stop early, and weights in the library's own format."""

from abc import abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import clone

from smc.errors import ModelError
from smc.model.task_estimator import EvalSet, TaskEstimator
from smc.typing import FloatArray


class Boosting(TaskEstimator):
    """Add trees one round at a time, and stop when the rows that are watched no longer gain.

    A subclass has ``n_estimators``, ``early_stopping_rounds`` and ``n_jobs`` among its arguments and fills in
    `_train`, `_evaluate`, `_gains`, `to_bytes` and `from_bytes`.

    Attributes
    ----------
    booster_
        The library's model, cut after the best round: what is used is what is saved.
    n_rounds_
        Rounds kept.
    history_
        Loss after each round, by the name of the rows (``train``, ``validation``) and of the metric, up to
        the round at which the fit stopped.
    """

    takes_missing = True

    #: Suffix of a file in the library's own format.
    native_suffix: ClassVar[str]
    #: The package that reads and writes it.
    native_library: ClassVar[str]

    n_estimators: int
    early_stopping_rounds: int | None
    n_jobs: int

    @property
    def stops_early(self) -> bool:
        """Whether a fit needs rows to watch."""
        return self.early_stopping_rounds is not None

    def with_rounds(self, n_rounds: int) -> Self:
        """Return an unfitted copy that trains for a fixed number of rounds."""
        unfitted: Any = clone(self)
        return unfitted.set_params(n_estimators=n_rounds, early_stopping_rounds=None)

    @property
    def feature_importances_(self) -> FloatArray:
        """Total gain of the splits on each feature, as shares of its sum."""
        gains = self._gains()
        total = gains.sum()
        return gains / total if total > 0 else gains

    @abstractmethod
    def to_bytes(self) -> bytes:
        """Write the booster in the library's own format."""

    @abstractmethod
    def from_bytes(self, data: bytes) -> Any:
        """Read a booster; the bytes must be trusted, since the library's parser may crash on damaged ones."""

    def get_fitted(self) -> dict[str, Any]:
        """Return all that was learned, but for the booster, as plain data."""
        fitted: dict[str, Any] = {
            "task": self.task_,
            "n_features_in": self.n_features_in_,
            "n_rounds": self.n_rounds_,
            "history": self.history_,
        }
        if self.task_ == "classification":
            fitted["classes"] = self.classes_.tolist()
        if hasattr(self, "feature_names_in_"):
            fitted["feature_names_in"] = self.feature_names_in_.tolist()
        return fitted

    def set_fitted(self, fitted: dict[str, Any], data: bytes) -> Self:
        """Become what `get_fitted` and `to_bytes` described."""
        self.task_ = fitted["task"]
        self.n_features_in_ = fitted["n_features_in"]
        self.n_rounds_ = fitted["n_rounds"]
        self.history_ = fitted["history"]
        if "classes" in fitted:
            self.classes_ = np.asarray(fitted["classes"])
        if "feature_names_in" in fitted:
            self.feature_names_in_ = np.asarray(fitted["feature_names_in"], dtype=object)
        self.booster_ = self.from_bytes(data)
        return self

    @abstractmethod
    def _train(self, X: FloatArray, target: np.ndarray, weight: FloatArray, eval_set: EvalSet | None) -> None:
        """Set ``booster_``, ``n_rounds_`` and ``history_``."""

    @abstractmethod
    def _gains(self) -> FloatArray:
        """Return the total gain of each feature."""

    def _fit(self, X: FloatArray, target: np.ndarray, weight: FloatArray, eval_set: EvalSet | None) -> None:
        if self.stops_early and eval_set is None:
            raise ModelError(
                f"early_stopping_rounds={self.early_stopping_rounds} needs rows to watch: pass `eval_set`, "
                "fit through smc.pipeline.FoldPipeline, which holds some back, "
                "or set early_stopping_rounds=null"
            )
        self._train(X, target, weight, eval_set)
