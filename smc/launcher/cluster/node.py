"""What a Ray task does on its node."""

import os
import signal
from typing import cast

from smc.cli import Progress
from smc.config.job import Job
from smc.launcher.cluster.order import Order
from smc.launcher.cluster.relay import BoardHandle, Relay
from smc.launcher.job_result import Crash, JobResult
from smc.launcher.launcher import Task
from smc.launcher.processes import INTERRUPTED, Processes
from smc.launcher.sweep_state import SweepState
from smc.launcher.threads import thread_limits

#: Which GPUs Ray gives to one task; the fork server may have started with those of another.
DEVICES = "CUDA_VISIBLE_DEVICES"


def carry_out_here(job: Job, task: Task, order: Order, board: BoardHandle) -> JobResult | Crash:
    """Carry out one job in a process of its own, and return how it ended.

    The process is forked from a server that this Ray worker keeps for the jobs to come, as `Processes` does.
    """
    problem = order.enter()
    if problem is not None:
        return Crash("failed", "unlike_node", problem)
    given = {name: value for name, value in os.environ.items() if name == DEVICES}
    relay = Relay(order.log, board)
    try:
        with thread_limits(order.n_threads):
            one = Processes(jobs=1, max_minutes=order.max_minutes)
            one.carry_out([job], WithSettings(task, order.environment | given), cast(SweepState, relay))
    except KeyboardInterrupt:  # the sweep has cancelled this task
        relay.results.setdefault(job.number, INTERRUPTED)
    return relay.results[job.number]


class WithSettings:
    """A task that first takes over variables of the sweep, and can be interrupted.

    Parameters
    ----------
    task
        Carried out in the process of the run.
    environment
        Variables that it should see.
    """

    def __init__(self, task: Task, environment: dict[str, str]) -> None:
        self.task, self.environment = task, environment
        self.__module__ = task.__module__  # what the fork server imports for it

    def __call__(self, job: Job, progress: Progress) -> JobResult:
        """Carry out the task."""
        os.environ.update(self.environment)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # which Ray's processes have blocked
        return self.task(job, progress)
