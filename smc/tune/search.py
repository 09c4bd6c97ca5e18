"""A search by Optuna, trial after trial, each asked on inner folds until it is clearly worse."""

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from smc.arguments import check_at_least, check_choice, check_positive_or_none
from smc.errors import FoldError, ModelError
from smc.tune.importance import importances
from smc.tune.study_copy import check_storage
from smc.typing import FloatArray

#: Where parameters are chosen: once, on the first block of the development part, or anew inside each fit.
Scope: TypeAlias = Literal["first_block", "fold"]
#: Gives the loss of each event of an inner fold under some parameters.
Ask: TypeAlias = Callable[[Mapping[str, Any], int], FloatArray]
#: Standard errors of a paired difference of losses by which a trial must be worse than the best to be ended.
CLEARLY = 2.0
FINISHED, PRUNED, FAILED = "finished", "pruned", "failed"


@dataclass(frozen=True, eq=False)
class Attempt:
    """One trial.

    Attributes
    ----------
    losses
        Of the events of the inner folds that were asked, one after another.
    why
        What the fit of a failed trial said.
    """

    number: int
    params: dict[str, Any]
    status: str
    losses: FloatArray
    why: str | None = None

    @property
    def loss(self) -> float:
        """Mean over the events; NaN where there are none."""
        return float(self.losses.mean()) if len(self.losses) else float("nan")


@dataclass(frozen=True, eq=False)
class Found:
    """What a search came to.

    Attributes
    ----------
    best
        The finished trial of the least loss, of equal ones the first.
    attempts
        All trials in order; the first are the parameters that the search started from.
    is_partial
        Whether the time was up before the trials were.
    importances
        Share of the losses' variance that each parameter explains; None: nobody can tell
        (`smc.tune.importance`).
    """

    best: Attempt
    attempts: list[Attempt] = field(default_factory=list)
    is_partial: bool = False
    importances: dict[str, float] | None = None

    @property
    def gain(self) -> tuple[float, float] | None:
        """Loss of the start less that of the best, event by event: mean and standard error; None if unknown.

        On the events that it was chosen on, and so too good: the best of many is lucky.
        """
        start = self.attempts[0]
        if start.status != FINISHED or len(start.losses) != len(self.best.losses):
            return None
        return _mean_and_error(start.losses - self.best.losses)


class Search:
    """Look for parameters with a sampler of Optuna's.

    Trial 0 are the parameters that the model was given, so that the search never ends with worse ones on its
    own rows. A trial goes through the inner folds in order, and ends as soon as its losses so far are worse
    than those of the best on the same events by more than `CLEARLY` standard errors of the difference, event
    by event: it could be told apart by then. (Optuna's pruners compare one number a step; its Wilcoxon pruner
    needs more folds than there are.) With the same seed the same trials are made.

    Parameters
    ----------
    sampler
        Any of `optuna.samplers`, seeded.
    scope
        ``first_block``: once, on the first events, and folds behind them alone are evidence. ``fold``: in
        each fit of its own, inside the rows that it is given.
    n_trials
        Trials, the start among them.
    max_minutes
        No trial begins later; None: all are made. Where it ends a search, another machine may end elsewhere.
    prune
        False: every trial is asked on every fold.
    start_from
        A run whose choice is trial 1 (`smc.training.earlier_search` finds it).
    storage
        URL of a database that trials are written into for people to look at (`smc.tune.study_copy`).

    References
    ----------
    Akiba et al. (2019), "Optuna: A next-generation hyperparameter optimization framework", KDD. Bergstra et
    al. (2011), "Algorithms for hyper-parameter optimization", NIPS.
    """

    is_on = True

    def __init__(
        self,
        sampler: BaseSampler,
        *,
        scope: Scope = "first_block",
        n_trials: int = 30,
        max_minutes: float | None = None,
        prune: bool = True,
        start_from: str | None = None,
        storage: str | None = None,
    ) -> None:
        check_choice("scope", scope, ("first_block", "fold"))
        check_at_least("n_trials", n_trials, 2)
        check_positive_or_none(max_minutes=max_minutes)
        self.sampler = sampler
        self.scope = scope
        self.n_trials = n_trials
        self.max_minutes = max_minutes
        self.prune = prune
        if storage is not None:
            check_storage(storage)
        self.start_from = start_from
        self.storage = storage

    def find(
        self,
        space: Mapping[str, BaseDistribution],
        start: Mapping[str, Any],
        ask: Ask,
        n_folds: int,
        on_progress: Callable[[str], None] = lambda _: None,
        *,
        also: Sequence[Mapping[str, Any]] = (),
        on_trial: Callable[[FrozenTrial], None] = lambda _: None,
    ) -> Found:
        """Make the trials.

        Parameters
        ----------
        space, start
            Where each parameter is looked for, and the values of trial 0; those outside of it are moved in.
        ask
            Called with parameters and the number of an inner fold, from 0.
        also
            Values of the trials behind the first, as those of ``start``.
        on_trial
            Called with each trial that has ended.

        Raises
        ------
        ModelError
            No trial could be fitted; the message is that of the first.
        """
        study = _new_study(copy.deepcopy(self.sampler))
        for params in (start, *also):
            study.enqueue_trial({name: _inside(params[name], space[name]) for name in space})
        attempts: list[Attempt] = []
        best: Attempt | None = None
        until = None if self.max_minutes is None else time.monotonic() + 60 * self.max_minutes
        while len(attempts) < self.n_trials and not (attempts and until and time.monotonic() > until):
            on_progress(f"tuning, trial {len(attempts) + 1} of {self.n_trials}")
            trial = study.ask(dict(space))
            attempt = self._attempt(trial.number, trial.params, ask, n_folds, best)
            _tell(study, trial, attempt)
            on_trial(study.get_trials(deepcopy=False)[trial.number])
            attempts.append(attempt)
            if attempt.status == FINISHED and (best is None or attempt.loss < best.loss):
                best = attempt
        if best is None:
            raise ModelError(
                f"tune: no trial of {len(attempts)} could be fitted; the first: {attempts[0].why}"
            )
        is_partial = len(attempts) < self.n_trials
        return Found(best, attempts, is_partial=is_partial, importances=importances(study))

    def _attempt(
        self, number: int, params: dict[str, Any], ask: Ask, n_folds: int, best: Attempt | None
    ) -> Attempt:
        losses = np.empty(0)
        for fold in range(n_folds):
            try:
                losses = np.concatenate([losses, ask(params, fold)])
            except (ModelError, FoldError) as error:
                return Attempt(number, params, FAILED, losses, str(error))
            is_last = fold == n_folds - 1
            if self.prune and best is not None and not is_last and is_clearly_worse(losses, best.losses):
                return Attempt(number, params, PRUNED, losses)
        return Attempt(number, params, FINISHED, losses)


def _new_study(sampler: BaseSampler) -> optuna.Study:
    """Return a study in memory, of which Optuna says nothing: what is worth saying stands in the run."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        return optuna.create_study(sampler=sampler)
    finally:
        optuna.logging.set_verbosity(before)


def is_clearly_worse(losses: FloatArray, best: FloatArray) -> bool:
    """Tell whether losses exceed those of the best on the same events by more than `CLEARLY` standard errors.

    >>> is_clearly_worse(np.array([1.0, 1.1, 0.9]), np.array([0.5, 0.6, 0.5, 0.4]))
    True
    >>> is_clearly_worse(np.array([1.0, 0.1]), np.array([0.5, 0.6, 0.5]))
    False
    """
    mean, error = _mean_and_error(losses - best[: len(losses)])
    return mean > CLEARLY * error


def _mean_and_error(values: FloatArray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def _inside(value: Any, distribution: BaseDistribution) -> Any:
    """Return a value that the distribution holds: itself, or the nearest bound, or the first choice."""
    choices = getattr(distribution, "choices", None)
    if choices is not None:
        told = str(value) if isinstance(value, list) else value
        return told if told in choices else choices[0]
    low, high = distribution.low, distribution.high  # type: ignore[attr-defined]
    return type(low)(min(max(value, low), high)) if isinstance(value, int | float) else low


def _tell(study: optuna.Study, trial: optuna.Trial, attempt: Attempt) -> None:
    """Tell the sampler; of a pruned trial what it had come to, since it learns from that, too."""
    if attempt.status == FAILED:
        study.tell(trial, state=TrialState.FAIL)
    elif attempt.status == PRUNED:
        trial.report(attempt.loss, len(attempt.losses))
        study.tell(trial, state=TrialState.PRUNED)
    else:
        study.tell(trial, attempt.loss)
