"""A vote among several models."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from sklearn.model_selection import BaseCrossValidator

from smc.arguments import check_choice
from smc.model.ensemble import Ensemble
from smc.model.estimator import Inputs, Task
from smc.model.fold_rows import FoldRows
from smc.model.member_arithmetic import log_likelihoods, mean_over_members, pseudo_bma_weights, squared_errors
from smc.typing import FloatArray, Spans


class Voting(Ensemble):
    """Let members vote: by what they decide, or by how sure they are of it.

    A **soft** vote is the weighted mean of the members' probabilities (or numbers). In a **hard** vote each
    member names its class; the probability of a class is its share of the votes, with one further vote
    spread evenly, so that a unanimous vote is no certainty: three members give 0.875 at most. Of numbers the
    hard vote is their weighted median. See `Ensemble` for members.

    With ``weights=performance`` members are first fitted on the splits of ``cv``, and each is weighed by how
    likely it held what happened in what is tested there (`pseudo_bma_weights`): a member much worse has no
    say, and members that events cannot tell apart have about the same. ``weights=equal`` needs no such fits.

    Parameters
    ----------
    voting
        ``soft`` or ``hard``.
    weights
        ``equal``, or ``performance``.
    cv
        A splitter of `smc.cv`, for ``weights=performance``. `PurgedKFold` tests every row: on 600 events of
        simulated markets the vote was then never behind its median member, with the last fifth alone
        (`Holdout`) on 4 of 30.

    Attributes
    ----------
    weights_
        Of each member; their sum is 1.
    """

    def __init__(
        self,
        members: Mapping[str, Any],
        cv: BaseCrossValidator,
        *,
        task: Task = "auto",
        voting: Literal["soft", "hard"] = "soft",
        weights: Literal["equal", "performance"] = "performance",
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        check_choice("voting", voting, ("soft", "hard"))
        check_choice("weights", weights, ("equal", "performance"))
        self.members = members
        self.cv = cv
        self.task = task
        self.voting = voting
        self.weights = weights
        self.seed = seed
        self.n_jobs = n_jobs

    def account(self) -> dict[str, Any]:
        """Tell what the members lose within the fold, and the weight of each in the vote."""
        return super().account() | {"weights": self._by_member(self.weights_)}

    def get_fitted(self) -> dict[str, Any]:
        """Return what was learned beside the members, as plain data."""
        return super().get_fitted() | {"weights": self.weights_.tolist()}

    def _load(self, fitted: dict[str, Any], parts: dict[str, Any]) -> None:
        super()._load(fitted, parts)
        self.weights_ = np.asarray(fitted["weights"])

    def _learn(self, rows: FoldRows, members: Mapping[str, Any]) -> None:
        if self.weights == "equal":
            self.weights_ = np.full(len(members), 1 / len(members))
            return
        tested = self._test(rows, members)
        codes, weight = rows.codes[tested.rows], rows.weight[tested.rows]
        variance = float(squared_errors(tested.answers, codes).mean())
        gains = weight[:, None] * log_likelihoods(tested.answers, codes, variance)
        self.weights_ = pseudo_bma_weights(gains, seed=self.seed)

    def _combine(self, answers: FloatArray, X: Inputs, spans: Spans | None) -> FloatArray:  # noqa: ARG002
        if self.voting == "soft":
            return mean_over_members(answers, self.weights_)
        if self.task_ == "regression":
            return _weighted_median(answers[:, :, 0], self.weights_)[:, None]
        _, n_members, n_classes = answers.shape
        votes = np.eye(n_classes)[answers.argmax(axis=2)]
        share = mean_over_members(votes, self.weights_)
        return (share * n_members + 1 / n_classes) / (n_members + 1)


def _weighted_median(numbers: FloatArray, weights: FloatArray) -> FloatArray:
    """Return of each row the smallest number with half of the weight at or below it."""
    order = np.argsort(numbers, axis=1, kind="stable")
    below = np.cumsum(weights[order], axis=1)
    place = (below >= 0.5 - 1e-12).argmax(axis=1)
    return np.take_along_axis(numbers, order, axis=1)[np.arange(len(numbers)), place]
