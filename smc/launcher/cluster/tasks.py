"""The Ray tasks of a sweep."""

import contextlib
import time
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smc.config.job import Job
from smc.launcher.cluster.connection import n_slots
from smc.launcher.cluster.node import carry_out_here
from smc.launcher.cluster.order import Order
from smc.launcher.cluster.relay import Board
from smc.launcher.job_result import Crash, JobResult
from smc.launcher.launcher import CtrlC, Task
from smc.launcher.processes import GRACE, INTERRUPTED, TICK
from smc.launcher.sweep_state import SweepState

if TYPE_CHECKING:
    from ray import ObjectRef

#: Seconds that a node gets beyond the time of its run, to say how that ended.
REPLY = 5.0


class Tasks:
    """Start jobs as Ray tasks, wait for each on its own, and tell the sweep of every end.

    Parameters
    ----------
    retries
        How often a job starts again that was killed or whose node was lost.

    Attributes
    ----------
    running
        The jobs that run, by the handle of their result.
    """

    def __init__(self, task: Task, sweep: SweepState, *, retries: int) -> None:
        import ray

        self._task, self._sweep, self._retries = task, sweep, retries
        self._board: Any = ray.remote(num_cpus=0)(Board).remote()
        self._starts: Counter[int] = Counter()
        self.running: dict[ObjectRef, Job] = {}

    def have_room(self, needs: Mapping[str, float]) -> bool:
        """Tell whether the cluster can take one more now."""
        return len(self.running) < max(1, n_slots(needs))

    def start(self, job: Job, needs: Mapping[str, float], order: Order) -> None:
        """Hand one job to Ray, which chooses a node that has what it needs."""
        import ray

        self._sweep.started(job)
        self._starts[job.number] += 1
        options: dict[str, Any] = {"num_cpus": needs["CPU"], "num_gpus": needs.get("GPU", 0)}
        remote: Any = ray.remote(max_retries=0, **options)(carry_out_here)
        self.running[remote.remote(job, self._task, order, self._board)] = job

    def attend(self) -> list[Job]:
        """Wait until something happens, see to it, and return the jobs that are to start again."""
        import ray

        ready, _ = ray.wait(list(self.running), timeout=TICK)
        self._show_steps()
        again = []
        for handle in ready:
            job, result = self.running.pop(handle), result_of(handle)
            if isinstance(result, JobResult):
                self._sweep.ended(job, result)
            elif result.status == "killed" and self._starts[job.number] <= self._retries:
                again.append(job)
            else:
                self._sweep.crashed(job, result)
        return again

    def stop(self, ctrl_c: CtrlC) -> None:
        """Let the runs end in an orderly way; a second Ctrl-C, or their time, ends them at once."""
        import ray

        self._retries = 0
        for handle in self.running:
            ray.cancel(handle)
        deadline = time.monotonic() + GRACE + REPLY
        while self.running and ctrl_c.count < 2 and time.monotonic() < deadline:
            self.attend()
        for handle, job in self.running.items():
            ray.cancel(handle, force=True)
            ray.wait([handle], timeout=REPLY)
            self._sweep.crashed(job, INTERRUPTED)

    def _show_steps(self) -> None:
        """Show what the runs are doing; without the board they go on unseen."""
        import ray
        from ray.exceptions import RayError

        with contextlib.suppress(RayError):
            running = {job.number: job for job in self.running.values()}
            for number, what in ray.get(self._board.take.remote(), timeout=REPLY):
                if number in running:
                    self._sweep.stepped(running[number], what)


def result_of(handle: "ObjectRef") -> JobResult | Crash:
    """Return how a job ended, or why it could not say so."""
    import ray
    from ray import exceptions

    try:
        return ray.get(handle)
    except exceptions.TaskCancelledError:
        return INTERRUPTED
    except exceptions.OutOfMemoryError:
        return Crash("failed", "out_of_memory", "memory ran out on its node, and Ray ended it")
    except exceptions.RayTaskError as error:
        return Crash("failed", "not_started", f"its node could not start it: {error.cause!r}")
    except exceptions.RayError as error:
        lines = str(error).splitlines()
        return Crash(
            "killed", "node_lost", f"its worker or its node was lost: {lines[0] if lines else error!r}"
        )
