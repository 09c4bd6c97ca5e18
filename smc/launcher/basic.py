"""One run after another in this process."""

from collections.abc import Sequence
from functools import partial

from smc.config.job import Job
from smc.launcher.forwarded_progress import Steps
from smc.launcher.job_result import End
from smc.launcher.launcher import Launcher, Task
from smc.launcher.sweep import Sweep


class Basic(Launcher):
    """Carry out one job after another in this process, which is the simplest to debug.

    What kills one run kills the sweep, and no run can be given a time limit; `processes` can do both.
    """

    def carry_out(self, jobs: Sequence[Job], task: Task, sweep: Sweep) -> None:
        """Carry out each job, see `Launcher.carry_out`."""
        for job in jobs:
            if not sweep.may_start(job):
                return
            sweep.started(job)
            try:
                end = task(job, Steps(partial(sweep.stepped, job)))
            except KeyboardInterrupt as error:
                sweep.ended(job, End.interrupted(error))
                raise
            sweep.ended(job, end)
