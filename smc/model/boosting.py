"""What boosted trees share: rounds that can stop early, and weights in the library's own format."""

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from smc.errors import NotFiniteError
from smc.fit_progress import FitCallback
from smc.model.estimator import EvalSet, Inputs, Rows
from smc.model.iterative import Iterative
from smc.model.rounds import Rounds
from smc.typing import FloatArray

#: Of a class without weight, so that its loss is finite.
SMALLEST_SHARE = 1e-15


class Boosting(Iterative):
    """Add trees one round at a time, and stop when the rows that are watched no longer gain.

    A subclass has ``n_estimators``, ``early_stopping_rounds`` and ``n_jobs`` among its arguments and fills in
    `_train`, `_cut`, `_evaluate`, `_gains`, `to_bytes` and `from_bytes`.

    Early stopping, the callback and the choice of the best round are `smc.model.rounds.Rounds`, the same for
    all; the libraries' own callbacks only feed it.

    Attributes
    ----------
    booster_
        The library's model, cut after the best round: what is used is what is saved.
    curves_
        As `Iterative` says; the loss is log-loss, or the root of the mean squared error, and there is no
        gradient.
    """

    takes_missing = True
    rounds_argument = "n_estimators"
    patience_argument = "early_stopping_rounds"

    n_estimators: int
    early_stopping_rounds: int | None
    n_jobs: int

    def fit(
        self,
        X: Inputs,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        eval_set: EvalSet | None = None,
        callback: FitCallback | None = None,
    ) -> Self:
        """Add trees, and keep those up to the best round; see `Iterative.fit`."""
        rows, watched = self._check_fit(X, y, sample_weight, eval_set)
        rounds = Rounds(
            self.n_estimators,
            self.early_stopping_rounds,
            constant_loss=self._constant_loss(rows, watched or rows),
            callback=callback,
        )
        if self.task_ == "regression":
            constants = {"train": self._constant_loss(rows, rows), "val": rounds.constant_loss}
            rounds.squared_errors = {name: loss * loss for name, loss in constants.items() if loss}
            rounds.is_root = True
        booster = self._train(rows, watched, rounds)
        if not rounds.n_kept:
            raise NotFiniteError(
                f"the loss is {rounds.course[0].train_loss} after the first round: lower learning_rate, or "
                "look for extreme values in the target"
            )
        self._keep_rounds(rounds)
        self.booster_ = self._cut(booster, self.n_rounds_)
        return self

    @property
    def feature_importances_(self) -> FloatArray:
        """Total gain of the splits on each feature, as shares of its sum."""
        gains = self._gains()
        total = gains.sum()
        return gains / total if total > 0 else gains

    @abstractmethod
    def from_bytes(self, data: bytes) -> Any:
        """Read a booster; the bytes must be trusted, since the library's parser may crash on damaged ones."""

    @abstractmethod
    def _train(self, rows: Rows, watched: Rows | None, rounds: Rounds) -> Any:
        """Add trees until ``rounds`` says stop, and return the library's model with all of them."""

    @abstractmethod
    def _cut(self, booster: Any, n_rounds: int) -> Any:
        """Return the model of the first rounds alone."""

    @abstractmethod
    def _gains(self) -> FloatArray:
        """Return the total gain of each feature."""

    def _load(self, fitted: dict[str, Any], data: bytes) -> None:  # noqa: ARG002
        self.booster_ = self.from_bytes(data)

    def _constant_loss(self, rows: Rows, watched: Rows) -> float | None:
        """Return the loss of answering the mean, or the shares of the classes, where the loss is watched."""
        if not watched.weight.sum() > 0:
            return None
        if self.task_ == "regression":
            center = np.average(rows.target, weights=rows.weight)
            return float(np.sqrt(np.average((watched.target - center) ** 2, weights=watched.weight)))
        shares = np.bincount(rows.target, weights=rows.weight) / rows.weight.sum()
        losses = -np.log(np.maximum(shares, SMALLEST_SHARE))
        return float(np.average(losses[watched.target], weights=watched.weight))
