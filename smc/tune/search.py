"""A search by Optuna, trial after trial, each asked on inner folds until it is clearly worse."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial, Trial

from smc.arguments import check_at_least, check_choice, check_fraction, check_positive_or_none
from smc.errors import FoldError, ModelError
from smc.tune.attempt import FAILED, FINISHED, PRUNED, Attempt, Judged, of_losses
from smc.tune.choice import Rule, chosen_of, front
from smc.tune.importance import importances
from smc.tune.objectives import Objective, named, task_problems
from smc.tune.samplers import Sampler, n_points, problems, sampler_of
from smc.tune.study import new_study, tell
from smc.tune.study_copy import check_storage
from smc.typing import FloatArray, LabelTask

#: Where parameters are chosen: once, on the first block of the development part, or anew inside each fit.
Scope: TypeAlias = Literal["first_block", "fold"]
#: Gives what happens on an inner fold under some parameters, such as the loss of each event.
Ask: TypeAlias = Callable[[Mapping[str, Any], int], Any]
#: Says what this comes to on the inner folds so far.
Judge: TypeAlias = Callable[[Sequence[Any]], Judged]
#: What parameters may have to keep to.
Constraint: TypeAlias = Literal["max_drawdown", "min_win_rate"]
#: Standard errors of a paired difference of losses by which a trial must be worse than the best to be ended.
CLEARLY = 2.0


@dataclass(frozen=True, eq=False)
class Found:
    """What a search came to.

    Attributes
    ----------
    best
        The finished trial of the least loss, of equal ones the first; see `smc.tune.choice`.
    chosen
        The best where it is surely better than the start, else the start.
    attempts
        All trials in order; the first are the parameters that the search started from.
    is_partial
        Whether the time was up before the trials were.
    front
        The trials that `best` was chosen from, none of which is worse than another in every objective.
    choose
        By which rule.
    importances
        Share of the losses' variance that each parameter explains; None: nobody can tell
        (`smc.tune.importance`).
    """

    best: Attempt
    chosen: Attempt
    attempts: list[Attempt] = field(default_factory=list)
    is_partial: bool = False
    front: list[Attempt] = field(default_factory=list)
    choose: Rule = "no_worse"
    importances: dict[str, float] | None = None

    @property
    def gain(self) -> tuple[float, float] | None:
        """Loss of the start less that of the best, event by event: mean and standard error; None if unknown.

        On the events that it was chosen on, and so too good: the best of many is lucky.
        """
        gains = _gains(self.attempts[0], self.best)
        return gains[0] if gains else None


class Search:
    """Look for parameters with a sampler of Optuna's.

    Trial 0 are the parameters that the model was given, so that the search never ends with worse ones on its
    own rows. A trial goes through the inner folds in order, and ends as soon as its losses so far are worse
    than those of the best on the same events by more than `CLEARLY` standard errors of the difference, event
    by event: it could be told apart by then. (Optuna's pruners compare one number a step; its Wilcoxon pruner
    needs more folds than there are.) With the same seed the same trials are made.

    A ratio such as Sharpe's is no mean over events. Its "losses" are values of the bars by the delta method
    (`smc.metrics.sharpe_contributions`), whose mean is the ratio and whose spread gives its standard error,
    so that gains and pruning are the same there. Of several objectives, a trial ends if it is clearly worse
    in each. Where the best so far breaks a constraint no trial ends early: it may be the first to keep it.

    Parameters
    ----------
    sampler
        Any of `optuna.samplers`, seeded; that of a grid as a partial, which is given the points of the space.
    scope
        ``first_block``: once, on the first events, and folds behind them alone are evidence. ``fold``: in
        each fit of its own, inside the rows that it is given.
    n_trials
        Trials, the start among them.
    max_minutes
        No trial begins later; None: all are made. Where it ends a search, another machine may end elsewhere.
    prune
        False: every trial is asked on every fold.
    standard_errors
        The model keeps the parameters that it was given unless the best trial's losses are less by more than
        this many standard errors of the difference, event by event; 0: the least mean is taken. Of several
        objectives one will do. What breaks constraints more than the best does is not kept.
    objective
        ``log_loss`` of classes, ``mse`` of numbers, ``return_coefficient`` (what runs are judged by) or
        ``sharpe`` after costs; several: their front is looked for. None: the loss of the labels.
    constraints
        On the inner folds, after costs: ``max_drawdown``, at most so large; ``min_win_rate`` of the trades,
        at least so large; None: no limit. Trials that keep to them come first, whatever their losses.
    choose
        How one point of a front is chosen, see `smc.tune.choice.chosen_of`.
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
        sampler: Sampler,
        *,
        scope: Scope = "first_block",
        n_trials: int = 30,
        max_minutes: float | None = None,
        prune: bool = True,
        standard_errors: float = 1.0,
        objective: Objective | list[Objective] | None = None,
        constraints: Mapping[str, float | None] | None = None,
        choose: Rule = "no_worse",
        start_from: str | None = None,
        storage: str | None = None,
    ) -> None:
        check_choice("scope", scope, ("first_block", "fold"))
        check_at_least("n_trials", n_trials, 2)
        check_positive_or_none(max_minutes=max_minutes)
        check_at_least("standard_errors", standard_errors, 0)
        self.sampler = sampler
        self.scope = scope
        self.n_trials = n_trials
        self.max_minutes = max_minutes
        self.prune = prune
        if storage is not None:
            check_storage(storage)
        self.start_from = start_from
        self.storage = storage
        self.standard_errors = standard_errors
        self.objective: Objective | list[Objective] | None = objective
        self.constraints = _limits(constraints or {})
        self.choose: Rule = choose
        for name in named(objective):
            check_choice("objective", name, get_args(Objective))
        check_choice("choose", choose, get_args(Rule))

    @property
    def objectives(self) -> tuple[str, ...]:
        """Name what is looked for; nothing where it is the loss of the labels."""
        return named(self.objective)

    def problems(self, space: Mapping[str, BaseDistribution], task: LabelTask) -> Iterator[str]:
        """Say why parameters cannot be looked for in a space, of a model for such labels."""
        yield from task_problems(self.objective, task)
        yield from problems(self.sampler, space, len(self.objectives), self.n_trials)

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
        judge: Judge = of_losses,
        n_tried: int | None = None,
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
        judge
            Called with what was answered on the inner folds so far.
        n_tried
            Make so many trials, however long they take: those that a search made before its time was up.

        Raises
        ------
        ModelError
            No trial could be fitted; the message is that of the first.
        """
        study = new_study(sampler_of(self.sampler, space), len(self.objectives) or 1)
        for params in (start, *also):
            study.enqueue_trial({name: _inside(params[name], space[name]) for name in space})
        attempts: list[Attempt] = []
        points: list[Attempt] = []
        best: Attempt | None = None
        asked_for = self._n_trials(space)
        n_trials = asked_for if n_tried is None else n_tried
        until = None if self.max_minutes is None or n_tried else time.monotonic() + 60 * self.max_minutes
        while len(attempts) < n_trials and not (attempts and until and time.monotonic() > until):
            on_progress(f"tuning, trial {len(attempts) + 1} of {n_trials}")
            trial = study.ask(dict(space))
            attempt = self._attempt(trial, ask, judge, n_folds, best)
            tell(study, trial, attempt)
            on_trial(study.get_trials(deepcopy=False)[trial.number])
            attempts.append(attempt)
            points = front([*points, attempt])
            best = chosen_of(points, attempts[0], self.choose) if points else None
        if best is None:
            raise ModelError(
                f"tune: no trial of {len(attempts)} could be fitted; the first: {attempts[0].why}"
            )
        chosen, is_partial = self._chosen(attempts[0], best), len(attempts) < asked_for
        return Found(best, chosen, attempts, is_partial, points, self.choose, importances(study))

    def _chosen(self, start: Attempt, best: Attempt) -> Attempt:
        gains = _gains(start, best)
        if not gains or start.excess > best.excess:
            return best
        return best if any(mean > self.standard_errors * error for mean, error in gains) else start

    def _n_trials(self, space: Mapping[str, BaseDistribution]) -> int:
        """Return how many trials there are: of a grid its points, and the start."""
        on_grid = n_points(self.sampler, space)
        return self.n_trials if on_grid is None else min(self.n_trials, on_grid + 1)

    def _attempt(self, trial: Trial, ask: Ask, judge: Judge, n_folds: int, best: Attempt | None) -> Attempt:
        number, params = trial.number, trial.params
        answers: list[Any] = []
        judged: list[Judged] = []
        status, why = FINISHED, None
        for fold in range(n_folds):
            try:
                answers.append(ask(params, fold))
            except (ModelError, FoldError) as error:
                status, why = FAILED, str(error)
                break
            judged.append(judge(answers))
            is_last = fold == n_folds - 1
            if self.prune and not is_last and best is not None and _is_beaten(judged[-1], best, fold):
                status = PRUNED
                break
        losses = next(iter(judged[-1].columns.values())) if judged else np.empty(0)
        return Attempt(number, params, status, losses, why, tuple(judged))


def _gains(start: Attempt, best: Attempt) -> list[tuple[float, float]]:
    """Return by objective mean and standard error of what a trial saves; nothing of a start without all."""
    if start.status != FINISHED:
        return []
    before, after = start.judged[-1].columns, best.judged[-1].columns
    return [_mean_and_error(before[name] - after[name]) for name in after]


def _limits(constraints: Mapping[str, float | None]) -> dict[str, float]:
    """Check constraints, and leave out those without a limit."""
    for name, limit in constraints.items():
        check_choice("constraints", name, get_args(Constraint))
        if limit is not None:
            check_fraction(f"constraints.{name}", limit)
    return {name: limit for name, limit in constraints.items() if limit is not None}


def _is_beaten(judged: Judged, best: Attempt, fold: int) -> bool:
    """Tell whether a trial is clearly worse than the best in every objective, on the folds up to this one."""
    if best.excess > 0:
        return False
    others = best.judged[fold].columns
    return all(is_clearly_worse(column, others[name]) for name, column in judged.columns.items())


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
    """Return a value that the distribution holds: itself, the nearest bound or step, or the first choice."""
    choices = getattr(distribution, "choices", None)
    if choices is not None:
        told = str(value) if isinstance(value, list) else value
        return told if told in choices else choices[0]
    low, high, step = distribution.low, distribution.high, distribution.step  # type: ignore[attr-defined]
    if not isinstance(value, int | float):
        return low
    inside = min(max(value, low), high)
    return type(low)(inside if step is None else low + step * round((inside - low) / step))
