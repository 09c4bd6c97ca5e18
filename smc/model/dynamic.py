"""Weights by recent performance."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import softmax
from sklearn.model_selection import BaseCrossValidator

from smc.arguments import check_positive, check_spans
from smc.model.ensemble import Ensemble
from smc.model.estimator import Inputs, Task
from smc.model.fold_rows import FoldRows, member_answers
from smc.model.member_arithmetic import log_likelihoods, mean_over_members, squared_errors
from smc.typing import FloatArray, IntArray, Spans


class Dynamic(Ensemble):
    """Average members by how well they did of late, on events that they were not fitted on.

    Members are fitted on growing parts of the fold (``cv``) and asked about what follows. Each answer gains
    the log-likelihood of what happened; a gain counts half after ``half_life`` further events, and a member's
    weight is in proportion to the exponential of its sum: dynamic model averaging with a forgetting factor.
    A row counts by its sample weight, so that overlapping labels do not count twice.

    A row is weighed by labels that ended before its event's own bar (``end < start - 1``) and by no other:
    `predict` does so for rows whose ``spans`` it is given, and without spans takes all that the ensemble
    knows. In a run, that is the labels of the fold; labels of tested rows never have a say. `update` lets it
    learn from later ones, once they are known. See `Ensemble` for members.

    Parameters
    ----------
    cv
        A splitter of `smc.cv` that trains on the past alone, such as `Expanding`.
    half_life
        Events.

    Attributes
    ----------
    ends_
        Last bar of each label learned from, sorted.
    gains_
        Log-likelihood of what happened, one column a member.
    losses_
        Of each member on those events: log-loss, or squared error.

    References
    ----------
    Raftery, A., Kárný, M. and Ettler, P. (2010). Online Prediction Under Model Uncertainty via Dynamic Model
    Averaging. Technometrics 52(1).
    """

    def __init__(
        self,
        members: Mapping[str, Any],
        cv: BaseCrossValidator,
        *,
        half_life: float = 50.0,
        task: Task = "auto",
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        check_positive("half_life", half_life)
        self.members = members
        self.cv = cv
        self.half_life = half_life
        self.task = task
        self.seed = seed
        self.n_jobs = n_jobs

    def update(self, X: Inputs, y: ArrayLike, spans: Spans, sample_weight: ArrayLike | None = None) -> Self:
        """Learn from later events whose labels are known by now: the weights move, the members stay.

        Parameters
        ----------
        X, y, spans, sample_weight
            As in `fit`.
        """
        labels = np.asarray(y)
        spans = check_spans(spans, len(labels))
        is_class = self.task_ == "classification"
        codes = np.searchsorted(self.classes_, labels) if is_class else labels.astype(np.float64)
        weight = np.ones(len(codes)) if sample_weight is None else np.asarray(sample_weight)
        answers = member_answers(self.members_, X, getattr(self, "classes_", None))
        self._remember(spans, weight[:, None] * log_likelihoods(answers, codes, self.variance_))
        return self

    def weights_at(self, events: IntArray | None = None) -> FloatArray:
        """Return the weight of each member at some bars (n, n_members), or the latest (1, n_members)."""
        latest = np.array([len(self.ends_)])
        known = latest if events is None else np.searchsorted(self.ends_, events, side="left")
        return softmax(self._sums()[known], axis=1)

    def account(self) -> dict[str, Any]:
        """Tell what the members lose within the fold, and the latest weight of each."""
        return super().account() | {"weights": self._by_member(self.weights_at()[0])}

    def get_fitted(self) -> dict[str, Any]:
        """Return what was learned beside the members, as plain data."""
        learned = {"ends": self.ends_.tolist(), "gains": self.gains_.tolist(), "variance": self.variance_}
        return super().get_fitted() | learned

    def _load(self, fitted: dict[str, Any], parts: dict[str, Any]) -> None:
        super()._load(fitted, parts)
        self.ends_ = np.asarray(fitted["ends"], dtype=np.int64)
        self.gains_ = np.asarray(fitted["gains"], dtype=np.float64).reshape(len(self.ends_), -1)
        self.variance_ = fitted["variance"]

    def _learn(self, rows: FoldRows, members: Mapping[str, Any]) -> None:
        tested = self._test(rows, members, forward=True)
        codes, weight = rows.codes[tested.rows], rows.weight[tested.rows]
        is_number = self.task_ == "regression"
        self.variance_ = float(squared_errors(tested.answers, codes).mean()) if is_number else 1.0
        self.ends_, self.gains_ = np.empty(0, np.int64), np.empty((0, len(members)))
        gains = weight[:, None] * log_likelihoods(tested.answers, codes, self.variance_)
        self._remember(np.asarray(rows.spans)[tested.rows], gains)

    def _remember(self, spans: Spans, gains: FloatArray) -> None:
        ends, gains = np.append(self.ends_, spans[:, 1]), np.vstack([self.gains_, gains])
        order = np.argsort(ends, kind="stable")
        self.ends_, self.gains_ = ends[order], gains[order]

    def _sums(self) -> FloatArray:
        """Return the discounted sum of gains after each number of labels (n + 1, n_members)."""
        kept = 0.5 ** (1 / self.half_life)
        sums = np.zeros((len(self.gains_) + 1, self.gains_.shape[1]))
        for place, gain in enumerate(self.gains_):
            sums[place + 1] = kept * sums[place] + gain
        return sums

    def _combine(self, answers: FloatArray, X: Inputs, spans: Spans | None) -> FloatArray:  # noqa: ARG002
        events = None if spans is None else np.asarray(spans)[:, 0] - 1
        return mean_over_members(answers, self.weights_at(events))
