"""A search that outlives its process: trials asked batch by batch, taken over from the dead, and told."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import optuna
from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.samplers import BaseSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from smc.fingerprint import content_hash
from smc.tune.alive import Beats, has_gone, sign_of, this_process
from smc.tune.quiet import quiet
from smc.tune.study_storage import StudyStorage

Direction: TypeAlias = Literal["minimize", "maximize"]
#: Times that a combination is drawn, as long as it was tried before.
N_REDRAWN = 20
#: Significant digits of a number that is drawn from an interval.
DIGITS = 4
#: What is kept with a trial: its batch, how many are in it, whose it is, the run that it is, why it failed.
BATCH, SIZE, OWNER, RUN, WHY = "smc_batch", "smc_batch_size", "smc_owner", "smc_run", "smc_why"


@dataclass(frozen=True)
class Asked:
    """A trial of a batch.

    Attributes
    ----------
    is_open
        Whether it is still to be carried out and told.
    """

    number: int
    params: dict[str, Any]
    is_open: bool


@dataclass(frozen=True)
class BestTrial:
    """The best trial so far."""

    number: int
    value: float
    params: dict[str, Any]
    run_id: str | None


class KeptStudy:
    """Ask a sampler of Optuna's for trials, and keep what came of them in a database.

    A batch is asked at once, each trial in one transaction with its parameters. It belongs to the process
    that asked; one that dies leaves it to whoever asks next, under the same numbers, so that a trial that was
    ended is tried again and none is counted twice. Each trial is drawn by a generator of its own, seeded by
    its number, from all that was told before its batch was asked: a search that is ended and goes on makes
    the trials that it would have made.

    Parameters
    ----------
    storage
        Many processes may share it.
    name
        Of the study, in which all have the same space and direction.
    space
        By parameter.
    sampler
        Makes a sampler of a seed. It must keep nothing from one trial to the next.
    facts
        What is written down with the study when it begins, for people.
    """

    def __init__(
        self,
        storage: StudyStorage,
        name: str,
        *,
        space: Mapping[str, BaseDistribution],
        direction: Direction,
        sampler: Callable[..., BaseSampler] = TPESampler,
        seed: int = 0,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self.storage, self.name = storage, name
        self.direction: Direction = direction
        self.space, self._sampler, self.seed = dict(space), sampler, seed
        self.owner = this_process()
        with storage.exclusive(), quiet():
            self._study = optuna.create_study(
                storage=storage.optuna, study_name=name, direction=direction, load_if_exists=True
            )
            if facts and not self._study.user_attrs:
                for key, value in facts.items():
                    self._study.set_user_attr(key, value)
        self._beats = Beats(self._beat)

    def take(self, batch_size: int, n_trials: int) -> list[Asked]:
        """Take a batch that a dead process left, or ask for the next; empty: nothing is left to take.

        Parameters
        ----------
        n_trials
            Of the study, whoever carries them out.
        """
        with self.storage.exclusive():
            trials = self._trials()
            batch = self._left(trials)
            if batch is None:
                size = min(batch_size, n_trials - len(trials))
                if size <= 0:
                    return []
                batch = 1 + max((_batch(trial) for trial in trials), default=-1)
            else:
                members = [trial for trial in trials if _batch(trial) == batch]
                size = members[0].user_attrs[SIZE]
                for trial in members:
                    if trial.state == TrialState.RUNNING:
                        self._set(trial, OWNER, self.owner)
            self._ask(trials, batch, size)
            members = [trial for trial in self._trials() if _batch(trial) == batch]
            return [Asked(each.number, each.params, each.state == TrialState.RUNNING) for each in members]

    def is_run(self, number: int, run_id: str) -> None:
        """Say which run a trial is."""
        with self.storage.named_errors():
            trial = self._study.get_trials(deepcopy=False)[number]
            if trial.user_attrs.get(RUN) != run_id and not trial.state.is_finished():
                self._set(trial, RUN, run_id)

    def tell(self, number: int, value: float) -> None:
        """Say what a trial came to; it may have been said before."""
        with self.storage.named_errors(), quiet():
            self._study.tell(number, value, skip_if_finished=True)

    def fail(self, number: int, why: str) -> None:
        """Say that a trial failed, and why."""
        with self.storage.named_errors(), quiet():
            trial = self._study.get_trials(deepcopy=False)[number]
            if not trial.state.is_finished():
                self._set(trial, WHY, why)
                self._study.tell(number, state=TrialState.FAIL, skip_if_finished=True)

    def count(self) -> dict[str, int]:
        """Count the trials: ``finished``, ``failed``, ``open``."""
        states = [trial.state for trial in self._trials()]
        n_finished, n_failed = states.count(TrialState.COMPLETE), states.count(TrialState.FAIL)
        return {"finished": n_finished, "failed": n_failed, "open": len(states) - n_finished - n_failed}

    def best(self) -> BestTrial | None:
        """Return the best finished trial, of equal ones the first; None if none is finished."""
        told = [trial for trial in self._trials() if trial.state == TrialState.COMPLETE]
        if not told:
            return None
        sign = 1 if self.direction == "minimize" else -1
        best = min(told, key=lambda trial: sign * (trial.value or 0.0))
        return BestTrial(best.number, float(best.value or 0.0), best.params, best.user_attrs.get(RUN))

    def close(self) -> None:
        """Leave what is open to whoever asks next."""
        self._beats.stop()
        with self.storage.named_errors():
            for trial in self._trials():
                if trial.state == TrialState.RUNNING and trial.user_attrs.get(OWNER) == self.owner:
                    self._set(trial, OWNER, None)
        self.storage.close()

    def _trials(self) -> list[FrozenTrial]:
        """Return all trials but those that somebody has put in a queue, which are nobody's yet."""
        with self.storage.named_errors():
            trials = self._study.get_trials(deepcopy=False)
        return [trial for trial in trials if trial.state != TrialState.WAITING]

    def _left(self, trials: Iterable[FrozenTrial]) -> int | None:
        """Return the first batch that holds an open trial of a process that has gone."""
        open_ = [trial for trial in trials if trial.state == TrialState.RUNNING and BATCH in trial.user_attrs]
        owners = {trial.user_attrs.get(OWNER) for trial in open_} - {self.owner}
        beats = self._study.user_attrs if owners else {}
        gone = {owner for owner in owners if owner is None or has_gone(owner, beats)}
        return min((_batch(trial) for trial in open_ if trial.user_attrs.get(OWNER) in gone), default=None)

    def _ask(self, trials: Sequence[FrozenTrial], batch: int, size: int) -> None:
        """Ask for the trials that a batch lacks.

        They are drawn in a copy of the study in memory, so that each is written whole or not at all.
        """
        n_lacking = size - sum(_batch(trial) == batch for trial in trials)
        if not n_lacking:
            return
        with quiet():
            copy = optuna.create_study(direction=self.direction)
            copy.add_trials(trials)
        known = {content_hash(trial.params) for trial in trials}
        for number in range(len(trials), len(trials) + n_lacking):
            params = self._draw(copy, number, known)
            known.add(content_hash(params))
            asked = create_trial(
                state=TrialState.RUNNING,
                params=params,
                distributions=self.space,
                user_attrs={BATCH: batch, SIZE: size, OWNER: self.owner},
            )
            copy.add_trial(asked)
            with self.storage.named_errors():
                self._study.add_trial(asked)

    def _draw(self, copy: optuna.Study, number: int, known: set[str]) -> dict[str, Any]:
        """Draw parameters that were not tried before, as far as any are found."""
        params: dict[str, Any] = {}
        for attempt in range(N_REDRAWN):
            copy.sampler = self._sampler(seed=_seed(self.seed, number, attempt))
            drawn = copy.ask(self.space)
            params = {name: _typed(value, self.space[name]) for name, value in drawn.params.items()}
            with quiet():
                copy.tell(drawn, state=TrialState.FAIL)
            if content_hash(params) not in known:
                break
        return params

    def _set(self, trial: FrozenTrial, key: str, value: Any) -> None:
        self.storage.optuna.set_trial_user_attr(trial._trial_id, key, value)

    def _beat(self) -> None:
        self._study.set_user_attr(sign_of(self.owner), time.time())


def _batch(trial: FrozenTrial) -> int:
    return trial.user_attrs.get(BATCH, -1)


def _typed(value: Any, distribution: BaseDistribution) -> Any:
    """Return a value as it may be typed: of any number in an interval the first `DIGITS` digits.

    >>> _typed(0.0044600070563, FloatDistribution(0.001, 10)), _typed(1 / 3, FloatDistribution(1 / 3, 1))
    (0.00446, 0.3333333333333333)
    """
    if not isinstance(distribution, FloatDistribution) or distribution.step is not None:
        return value
    return min(max(float(f"{value:.{DIGITS}g}"), distribution.low), distribution.high)


def _seed(seed: int, number: int, attempt: int) -> int:
    return int(content_hash([seed, number, attempt])[:8], 16)
