"""One search over whole runs, from its command line to its exit code."""

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smc.cli import EXIT_BAD_PLACE, EXIT_FAILED, EXIT_OK, say
from smc.config.command import Command
from smc.config.instantiate import instantiate
from smc.config.job import Job
from smc.errors import ConfigError, DiskFullError, PlaceError
from smc.launcher.ground import Grounds
from smc.launcher.job_result import JobResult
from smc.launcher.launcher import Task
from smc.launcher.leaderboard import leaderboard
from smc.launcher.loaded_bars import LoadedBars
from smc.launcher.run import make_launcher, preview
from smc.launcher.sweep_manifest import write_sweep_manifest
from smc.launcher.sweep_state import SweepState
from smc.launcher.view import View
from smc.report.terminal_page import show
from smc.results import load_run
from smc.sweeper.objective import value_of
from smc.sweeper.opened_study import opened_study
from smc.sweeper.optuna import Optuna
from smc.sweeper.price import price
from smc.training.evidence import looks_ahead

if TYPE_CHECKING:
    from smc.tune.kept_study import Asked

MINUTE = 60
#: What ends a run without being its fault.
OF_PLACE = (DiskFullError.reason, PlaceError.reason)


def run_search(command: Command, task: Task) -> int:
    """Carry out a search and return the exit code: 0 if every trial that was taken up here is finished.

    A batch is registered before the first fit of any of its runs, and is a round. What a dead process left
    is carried out first; several processes share the trials out among themselves.

    Raises
    ------
    ConfigError
        Something that was typed is wrong: nothing was run.
    KeyboardInterrupt
        Ctrl-C, after the runs that were going on have ended; its text says what was finished.
    """
    if command.part is not None and command.part.source is None:
        raise ConfigError(
            "sweep.part: a search has no list to share out; start the same line in several processes, and "
            "they share its trials"
        )
    with closing(_Search(command, task)) as search:
        try:
            search.go_on()
        except KeyboardInterrupt as error:
            raise KeyboardInterrupt(f"{search.summary()}\nthe same command goes on") from error
        return search.end()


class _Search:
    """A search in progress.

    Attributes
    ----------
    bad_place
        Why no further run may start, or None.
    """

    def __init__(self, command: Command, task: Task) -> None:
        self.command, self.task = command, task
        self.settings: Optuna = instantiate(command.sweeper, "hydra.sweeper")
        self.launcher = make_launcher(command.launcher)
        n_threads = self.launcher.n_threads
        self.defaults = [] if n_threads is None else [f"trainer.n_threads={n_threads}"]
        self.sample = self._sample()
        self.output = self.sample.config["paths"]["output"]
        self.ledger = instantiate(self.sample.config["ledger"], "ledger")
        self.grounds = Grounds(LoadedBars())
        self.grounds.look(self.sample)
        self.study = opened_study(command, self.settings, self.sample, self.grounds.bars)
        self.finished: set[str] = set()
        self.bad_place: str | None = None
        self._troubles: list[str] = []
        self._n_taken = self._n_done = 0

    def close(self) -> None:
        """Let go of the study."""
        self.study.close()

    def go_on(self) -> None:
        """Carry out batch after batch, until no trial is left to take."""
        self._say_beforehand()
        self.command.write_sweep_config()
        minutes = self.settings.max_minutes
        until = None if minutes is None else time.monotonic() + minutes * MINUTE
        with View(self.settings.n_trials) as view, self.launcher.session():
            while self.bad_place is None and not (until and time.monotonic() > until):
                batch = self.study.take(self.settings.batch_size, self.settings.n_trials)
                if not batch:
                    return
                self._carry_out(batch, view)
                if not self.study.count()["finished"]:
                    return  # what fails a whole batch fails the next one, too

    def end(self) -> int:
        """Say how it all ended, and return the exit code."""
        say(self.summary())
        show(leaderboard(self.output, self.finished), sys.stderr)
        if self.bad_place is not None:
            say(f"error: {self.bad_place}")
            return EXIT_BAD_PLACE
        return EXIT_OK if self._n_done == self._n_taken else EXIT_FAILED

    def summary(self) -> str:
        """Say what the study came to, and of each trial that is not finished why."""
        counts, n_trials = self.study.count(), self.settings.n_trials
        text = f"{counts['finished']} of {n_trials} trials finished"
        text += f", {counts['failed']} failed" if counts["failed"] else ""
        text += f", {counts['open']} not told yet" if counts["open"] else ""
        left = n_trials - sum(counts.values())
        text += f", {left} not asked for" if left > 0 else ""
        return "\n".join([f"{text}: study {self.study.name} in {self.study.storage}", *self._best(),
                          *self._troubles])  # fmt: skip

    def _best(self) -> list[str]:
        best = self.study.best()
        if best is None:
            return []
        name = self.settings.objective or "loss"
        typed = " ".join(self.command.space.overrides(best.params))
        edge = self._at_the_edge(best.params)
        return [f"best out of fold: {name} {best.value:.4g}, run {best.run_id}: {typed}{edge}"]

    def _at_the_edge(self, params: Mapping[str, Any]) -> str:
        from smc.tune.space import at_the_edge

        names = at_the_edge(params, self.study.space)
        return f" (at the edge of where was looked: {', '.join(names)})" if names else ""

    def _sample(self) -> Job:
        """Compose both ends of all that is searched, so that no mistake is found later, and return a job."""
        n_points, n_trials = self.command.space.n_points, self.settings.n_trials
        if n_points is not None and n_points <= n_trials:
            raise ConfigError(
                f"hydra.sweeper.n_trials={n_trials}: there are {n_points} combinations alone, and without "
                "hydra/sweeper=optuna the same line tries them all, in one round"
            )
        first, *others = self.command.ends(self.defaults)
        if any(job.config["symbol"] != first.config["symbol"] for job in others):
            raise ConfigError(
                "symbol=all: a search is about one market; name one symbol, or several in a list as one model"
            )
        return first

    def _say_beforehand(self) -> None:
        model = str(self.sample.choices.get("model"))
        known = list(self.sample.config["space"])
        for sentence in price(self.settings, self.command.space, model, known):
            say(f"search: {sentence}")
        for sentence in looks_ahead([self.sample.config] * self.settings.n_trials):
            say(f"looks: {sentence}")
        counts = self.study.count()
        if sum(counts.values()):
            say(f"search: study {self.study.name} goes on, {counts['finished']} trials of it are finished")

    def _carry_out(self, batch: Sequence["Asked"], view: View) -> None:
        """Register a batch, as often as it is taken up, and carry out what is open in it."""
        is_open = {trial.number for trial in batch if trial.is_open}
        is_first, self._n_taken = not self._n_taken, self._n_taken + len(is_open)
        jobs = self._jobs(batch)
        if not jobs:
            return
        to_come = self.settings.n_trials - len(batch)
        jobs, run_ids, power = preview(jobs, self.ledger, self.grounds, to_come)
        for sentence in power if is_first else ():
            say(f"power: {sentence}")
        own = [job for job in jobs if job.number in is_open]
        for job in own:
            if run_id := run_ids[job.number]:
                self.study.is_run(job.number, run_id)
        if not own:
            return
        path = write_sweep_manifest(
            jobs,
            run_ids,
            command=self.command.shown_overrides,
            left_out=[],
            power=power,
            is_shared=True,
        )
        logs = path.with_suffix("") / self.study.owner.replace(" ", "-")
        count = self.study.count()
        view.ends = Counter({how: count[how] for how in ("finished", "failed")})
        state = SweepState(own, run_ids, view, logs=logs, on_end=self._told)
        with closing(state):
            try:
                self.launcher.carry_out(state.distinct(), self.task, state)
                state.look_again()
            finally:
                self.bad_place = state.bad_place
                self.finished |= state.finished_runs
                self._troubles += state.not_finished()

    def _jobs(self, batch: Sequence["Asked"]) -> list[Job]:
        """Compose the jobs of a batch; what cannot be composed is a failed trial."""
        jobs = []
        for trial in batch:
            typed = self.command.space.overrides(trial.params)
            name = f"trial {trial.number}, {' '.join(typed)}"
            try:
                job = self.command.trial(typed, self.defaults)
                jobs.append(replace(job, number=trial.number, name=name))
            except ConfigError as error:
                self.study.fail(trial.number, str(error))
                self._troubles.append(f"  {name}: {'; '.join(str(error).splitlines())}")
        return jobs

    def _told(self, job: Job, result: JobResult) -> None:
        """Tell the study how a run ended; one that was killed, or that another process writes, stays open."""
        if result.status == "failed" and result.reason not in OF_PLACE:
            self.study.fail(job.number, result.text)
        elif result.status == "finished" and result.run_id is not None:
            run = load_run(Path(self.output, "runs", result.run_id))
            value = value_of(run, self.settings.objective)
            if value is None:
                self.study.fail(job.number, f"finished, and has no {self.settings.objective} out of fold")
            else:
                self.study.tell(job.number, value)
                self._n_done += 1
