"""Blended models."""

from collections.abc import Mapping
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.model_selection import BaseCrossValidator

from smc.model.estimator import Task
from smc.model.fold_rows import FoldRows
from smc.model.meta_ensemble import MetaEnsemble


class Blending(MetaEnsemble):
    """Let a meta-model learn how to combine members on the most recent rows of the fold, held out.

    The members are fitted on the rows before, purged, and the meta-model learns from what they answer to the
    rows held out: two fits a member at most, where `Stacking` needs one a split, and evidence from the latest
    market alone; but the meta-model has few rows. See `Ensemble` for members, and `MetaEnsemble` for what
    the meta-model is given.

    Parameters
    ----------
    cv
        A splitter of `smc.cv` with one split: `Holdout`.
    meta
        The meta-model, any estimator. `smc.model.pool.Pool` has one weight a member and starts from the
        average, so that few events do no harm.
    refit
        True: members are then fitted on all rows, so that they know the latest ones too. False: they stay as
        the meta-model knows them, which is the usual form.

    Attributes
    ----------
    losses_
        Of each member on the rows held out: log-loss, or squared error.

    References
    ----------
    Töscher, A., Jahrer, M. and Bell, R. (2009). The BigChaos Solution to the Netflix Grand Prize.
    """

    def __init__(
        self,
        members: Mapping[str, Any],
        cv: BaseCrossValidator,
        meta: BaseEstimator,
        *,
        refit: bool = True,
        task: Task = "auto",
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.members = members
        self.cv = cv
        self.meta = meta
        self.refit = refit
        self.task = task
        self.seed = seed
        self.n_jobs = n_jobs

    def _fit_members(self, rows: FoldRows, members: Mapping[str, Any]) -> None:
        if self.refit:
            super()._fit_members(rows, members)
            return
        tested = self._test(rows, members)
        self._learn_from(tested, rows)
        self._keep(tested.members, tested.fitted_on)
