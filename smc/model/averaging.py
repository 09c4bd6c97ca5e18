"""The average of several models."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from smc.arguments import check_choice
from smc.model.ensemble import Ensemble
from smc.model.estimator import Inputs, Task
from smc.model.member_arithmetic import mean_over_members
from smc.typing import FloatArray, Spans


class Averaging(Ensemble):
    """Average the probabilities, or the numbers, of all members, each with the same say.

    There is nothing to learn, so nothing to overfit and no second fit: on few, noisy events this is hard to
    beat (the forecast combination puzzle). See `Ensemble` for members.

    Parameters
    ----------
    average
        ``mean``; or ``median``, class by class and normalised, which one member gone wrong cannot move.

    References
    ----------
    Timmermann, A. (2006). Forecast Combinations. Handbook of Economic Forecasting 1, chapter 4.

    >>> from sklearn.dummy import DummyRegressor
    >>> members = {name: DummyRegressor(strategy="constant", constant=number)
    ...            for name, number in {"a": 1.0, "b": 2.0, "c": 9.0}.items()}
    >>> X, y = np.zeros((4, 1)), [0.5, 1.0, 1.5, 2.0]
    >>> for average in ("mean", "median"):
    ...     Averaging(members, average=average).fit(X, y).predict(X[:1])
    array([4.])
    array([2.])
    """

    def __init__(
        self,
        members: Mapping[str, Any],
        *,
        task: Task = "auto",
        average: Literal["mean", "median"] = "mean",
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        check_choice("average", average, ("mean", "median"))
        self.members = members
        self.task = task
        self.average = average
        self.seed = seed
        self.n_jobs = n_jobs

    def account(self) -> dict[str, Any]:
        """Tell that each member has the same say; that of a median is another in every row."""
        even = np.full(len(self.members_), 1 / len(self.members_))
        return super().account() | {"weights": self._by_member(even) if self.average == "mean" else None}

    def _combine(self, answers: FloatArray, X: Inputs, spans: Spans | None) -> FloatArray:  # noqa: ARG002
        n_members = answers.shape[1]
        if self.average == "mean":
            return mean_over_members(answers, np.full(n_members, 1 / n_members))
        middle = np.median(answers, axis=1)
        return middle if self.task_ == "regression" else _normalised(middle)


def _normalised(values: FloatArray) -> FloatArray:
    """Let each row sum to 1; one of zeros, where members are sure of different classes, is even."""
    total = values.sum(axis=1, keepdims=True)
    return np.divide(values, total, out=np.full_like(values, 1 / values.shape[1]), where=total > 0)
