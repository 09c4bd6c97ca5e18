"""What every launcher is, the simplest one, and what the others share."""

import contextlib
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Self

from smc.cli import Progress
from smc.config.job import Job
from smc.launcher.job_result import JobResult
from smc.typing import OnProgress

if TYPE_CHECKING:
    from smc.launcher.sweep_state import SweepState

#: Carries out one job. It never raises but for Ctrl-C, and other processes can import it by its name.
Task = Callable[[Job, Progress], JobResult]


class Launcher(ABC):
    """Carry out the jobs of a sweep, each in whatever process, and tell the sweep of every end.

    Attributes
    ----------
    n_at_once
        Jobs that run at the same time.
    n_threads
        Threads of one fit where the command line does not say; None: as the configuration does.
    """

    n_at_once: int = 1
    n_threads: int | None = None

    def session(self) -> contextlib.AbstractContextManager[None]:
        """Give a block in which any number of lists of jobs are carried out."""
        return contextlib.nullcontext()

    @abstractmethod
    def carry_out(self, jobs: Sequence[Job], task: Task, sweep: "SweepState") -> None:
        """Carry out each job once, in this order as far as possible, inside a `session`.

        Before a job starts, ask the sweep by `may_start`; if it may not, start no more and let the running
        ones end. Then call `started`, any number of times `stepped`, and once `ended` with what the task
        returned, or `crashed` if its process went before it could return.

        Raises
        ------
        KeyboardInterrupt
            Ctrl-C, after every job that was running has ended and the sweep was told.
        """


class Basic(Launcher):
    """Carry out one job after another in this process, which is the simplest to debug.

    What kills one run kills the sweep, and no run can be given a time limit; `processes` can do both.
    """

    def carry_out(self, jobs: Sequence[Job], task: Task, sweep: "SweepState") -> None:
        """Carry out each job, see `Launcher.carry_out`."""
        for job in jobs:
            if not sweep.may_start(job):
                return
            sweep.started(job)
            try:
                own = replace(job)  # what it looks up for itself goes with it
                result = task(own, ForwardedProgress(partial(sweep.stepped, job)))
            except KeyboardInterrupt as error:
                sweep.ended(job, JobResult.interrupted(error))
                raise
            sweep.ended(job, result)


class ForwardedProgress(Progress):
    """A progress without a line of its own.

    Parameters
    ----------
    on_progress
        Called with each step.
    """

    def __init__(self, on_progress: OnProgress) -> None:
        super().__init__(live=False)
        self._on_progress = on_progress

    def step(self, what: str) -> None:
        """Hand a step on."""
        self._on_progress(what)


class CtrlC:
    """Count Ctrl-C inside a ``with`` block, instead of raising KeyboardInterrupt anywhere.

    A signal of `smc.cli.ENDINGS` counts as one.

    Attributes
    ----------
    count
        How often it was pressed: once means an orderly end, twice at once.
    """

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._pressed)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _pressed(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
