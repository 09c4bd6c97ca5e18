"""What every launcher is."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from smc.cli import Progress
from smc.config.job import Job
from smc.launcher.job_result import End

if TYPE_CHECKING:
    from smc.launcher.sweep import Sweep

#: Carries out one job. It never raises but for Ctrl-C, and other processes can import it by its name.
Task = Callable[[Job, Progress], End]


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

    @abstractmethod
    def carry_out(self, jobs: Sequence[Job], task: Task, sweep: "Sweep") -> None:
        """Carry out each job once, in this order as far as possible.

        Before a job starts, ask `Sweep.may_start`, and if not, start no more and let the running ones end.
        Then call `Sweep.started`, any number of times `Sweep.stepped`, and once `Sweep.ended` with what the
        task returned, or `Sweep.died` if its process went before it could return.

        Raises
        ------
        KeyboardInterrupt
            Ctrl-C, after every job that was running has ended and the sweep was told.
        """
