"""Stacked models."""

from collections.abc import Mapping
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.model_selection import BaseCrossValidator

from smc.model.estimator import Task
from smc.model.meta_ensemble import MetaEnsemble


class Stacking(MetaEnsemble):
    """Let a meta-model learn how to combine members, from answers that they gave out of fold.

    The rows of the fit are split again, by ``cv``. For each split the members are fitted on its training part
    and asked about the rest; the meta-model learns from these answers. Then the members are fitted once more,
    on all rows: they have seen every label, and so has nothing that taught the meta-model.

    The inner splits must purge by the label spans. Where labels overlap, a member fitted beside the row that
    it is asked about knows part of the answer; the one that memorises best then seems the best, and gets the
    most weight. scikit-learn's stacking takes no splitter that knows spans. Here a split whose training
    labels touch those that it tests is an error.

    See `Ensemble` for members, and `MetaEnsemble` for what the meta-model is given.

    Parameters
    ----------
    cv
        A splitter of `smc.cv`; `PurgedKFold` lets the meta-model learn from every row. Members are fitted
        once a split, and once more.
    meta
        The meta-model, any estimator. `smc.model.pool.Pool` has one weight a member and starts from the
        average, so that few events do no harm.

    Attributes
    ----------
    losses_
        Of each member out of fold: log-loss, or squared error.

    References
    ----------
    Wolpert, D. (1992). Stacked Generalization. Neural Networks 5; Ting, K. and Witten, I. (1999). Issues in
    Stacked Generalization. Journal of Artificial Intelligence Research 10.
    """

    def __init__(
        self,
        members: Mapping[str, Any],
        cv: BaseCrossValidator,
        meta: BaseEstimator,
        *,
        task: Task = "auto",
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.members = members
        self.cv = cv
        self.meta = meta
        self.task = task
        self.seed = seed
        self.n_jobs = n_jobs
