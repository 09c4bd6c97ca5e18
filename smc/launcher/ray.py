"""One Ray task a run, on this machine or on all machines of a cluster."""

from collections import deque
from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec

from smc.arguments import check_non_negative, check_positive
from smc.config.job import Job
from smc.errors import ConfigError, install
from smc.launcher.cluster.connection import check_slots, joined
from smc.launcher.cluster.order import Order
from smc.launcher.cluster.tasks import Tasks
from smc.launcher.launcher import CtrlC, Launcher, Task
from smc.launcher.sweep_state import SweepState


class Ray(Launcher):
    """Carry out each job as a Ray task of its own, on whichever node has room.

    On its node a run has a process of its own, as with `processes`: a crash ends that run alone, its cause is
    known, and a time limit works. A worker or a node that is lost takes only the runs that it was carrying
    out. All nodes need the same smc and libraries, which is checked, and the working folder at the same path
    on a file system that they share, since data are read and results written there. A ledger in SQLite
    belongs on a local disk, so give a sweep on several machines a server by `ledger.url`.

    Parameters
    ----------
    address
        Of a running cluster: "auto" for the one that this machine belongs to, or "host:port". None: start
        Ray on this machine, and end it with the sweep. Ray's processes listen on every network interface,
        whatever they are told; so that start has no dashboard, and a random key without which nobody is let
        in. Give a cluster that you start yourself one too: ``ray get-auth-token --generate``, the file it
        names on every node, and ``RAY_AUTH_MODE=token`` in the environment of ``ray start`` and the sweep.
    num_cpus
        Cores of one run, and its threads unless ``trainer.n_threads`` is given. None: ``trainer.n_threads``
        cores. With ``trainer=cuda`` a run takes ``trainer.devices`` GPUs besides.
    retries
        How often a run starts again within the sweep after it was killed or its node was lost.
    max_minutes
        Longest time of one run, as with `processes`; None: no limit.
    """

    def __init__(
        self,
        address: str | None = None,
        num_cpus: int | None = None,
        retries: int = 0,
        max_minutes: float | None = None,
    ) -> None:
        if num_cpus is not None:
            check_positive("num_cpus", num_cpus)
        check_non_negative("retries", retries)
        if max_minutes is not None:
            check_positive("max_minutes", max_minutes)
        if find_spec("ray") is None:
            raise ConfigError(f"Ray is not installed: {install('ray')}")
        self.address, self.num_cpus, self.retries = address, num_cpus, retries
        self.max_minutes, self.n_threads = max_minutes, num_cpus

    def session(self) -> AbstractContextManager[None]:
        """Be part of the cluster inside the block."""
        return joined(self.address)

    def carry_out(self, jobs: Sequence[Job], task: Task, sweep: SweepState) -> None:
        """Carry out each job, see `Launcher.carry_out`."""
        waiting = deque(jobs)
        with CtrlC() as ctrl_c:
            for job in jobs:
                check_slots(self._needs(job))
            tasks = Tasks(task, sweep, retries=self.retries)
            while not ctrl_c.count and (tasks.running or (waiting and sweep.may_start(waiting[0]))):
                while waiting and tasks.have_room(self._needs(waiting[0])) and sweep.may_start(waiting[0]):
                    self._start(waiting.popleft(), tasks, sweep)
                waiting.extendleft(tasks.attend())
            if ctrl_c.count:
                tasks.stop(ctrl_c)
                raise KeyboardInterrupt

    def _start(self, job: Job, tasks: Tasks, sweep: SweepState) -> None:
        needs = self._needs(job)
        order = Order.from_here(sweep.log_of(job), n_threads=needs["CPU"], max_minutes=self.max_minutes)
        job.sources  # noqa: B018 - looked up once and sent along: the files may be on this machine alone
        tasks.start(job, needs, order)

    def _needs(self, job: Job) -> dict[str, int]:
        """Name what one run takes of its node."""
        trainer = job.config["trainer"]
        devices = {"GPU": trainer["devices"]} if trainer["device"] == "cuda" else {}
        return {"CPU": self.num_cpus or trainer["n_threads"], **devices}
