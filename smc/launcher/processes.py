"""Runs in processes of their own, from a fork server that has imported everything already."""

import multiprocessing
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from multiprocessing import connection
from multiprocessing.context import ForkServerContext

from smc.arguments import check_positive
from smc.config.job import Job
from smc.launcher.job_result import Crash, count_out_of_memory, crash_of
from smc.launcher.launcher import CtrlC, Launcher, Task
from smc.launcher.sweep_state import SweepState
from smc.launcher.threads import n_cores, thread_limits
from smc.launcher.worker import Worker, start_server

#: Seconds that runs get to end in an orderly way after Ctrl-C.
GRACE = 15.0
#: Seconds between two looks at the clock and at Ctrl-C.
TICK = 0.2
MINUTE = 60

#: What the fork server imports for every run.
PRELOAD = "smc.launcher.preload"
#: Packages whose import costs seconds, by the first part of what a job's classes name as their library.
LIBRARIES = {"torch": ("torch", "pytorch_lightning")}

INTERRUPTED = Crash("killed", "interrupted", "interrupted")


class Processes(Launcher):
    """Carry out each job in a process beside the sweep's own, several at once.

    Whatever ends the process of a run (a crash, the kernel for want of memory, a person, the time limit) ends
    that run alone, and the sweep records why. A process whose run finished carries out the next one, which
    so finds everything warm; after any other end a new one does. They are forked from a server that has
    imported all that the jobs need, in a few hundredths of a second, and die with the sweep, however that
    dies.

    Parameters
    ----------
    jobs
        Runs at once; None: as many as there are cores for the threads of a fit, which has one by default. If
        it is given, a fit gets cores / jobs threads, unless ``trainer.n_threads`` is given too. Results do
        not depend on it.
    max_minutes
        Longest time of one run; one that takes longer is ended and recorded as timed out. None: no limit. The
        limit of one fit, which keeps the best state so far, is ``monitor.watches.timeout.max_minutes``.
    """

    def __init__(self, jobs: int | None = None, max_minutes: float | None = None) -> None:
        if jobs is not None:
            check_positive("jobs", jobs)
        if max_minutes is not None:
            check_positive("max_minutes", max_minutes)
        self.jobs, self.max_minutes = jobs, max_minutes
        self.n_threads = max(1, n_cores() // jobs) if jobs else None
        self._idle: list[Worker] = []

    def carry_out(self, jobs: Sequence[Job], task: Task, sweep: SweepState) -> None:
        """Carry out each job, see `Launcher.carry_out`."""
        n_at_once = self._n_at_once(jobs)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([task.__module__, *modules_of(jobs)])
        waiting: deque[Job] = deque(jobs)
        running: list[Worker] = []
        with thread_limits(max(1, n_cores() // n_at_once)), CtrlC() as ctrl_c:
            start_server()
            try:
                while not ctrl_c.count and (running or (waiting and sweep.may_start(waiting[0]))):
                    while waiting and len(running) < n_at_once and sweep.may_start(waiting[0]):
                        running += self._start(waiting.popleft(), task, sweep, context)
                    running = self._attend(running, sweep)
                if ctrl_c.count:
                    running = self._stop(running, sweep, ctrl_c)
                    raise KeyboardInterrupt
            finally:
                for worker in running:  # whatever went wrong here: no process outlives its sweep
                    worker.kill()
                    worker.close()
                while self._idle:
                    self._idle.pop().close()

    def _n_at_once(self, jobs: Sequence[Job]) -> int:
        most_threads = max(job.config["trainer"]["n_threads"] for job in jobs)
        return self.jobs or max(1, n_cores() // most_threads)

    def _start(self, job: Job, task: Task, sweep: SweepState, context: ForkServerContext) -> list[Worker]:
        """Start one job, in a process that waits for one if there is any."""
        sweep.started(job)
        log = sweep.log_of(job)
        while self._idle:
            worker = self._idle.pop()
            try:
                worker.give(job, log)
                return [worker]
            except OSError:  # somebody ended it while it waited
                worker.close()
        try:
            worker = Worker(context, task)
            worker.give(job, log)
            return [worker]
        except (OSError, EOFError) as error:
            sweep.crashed(job, Crash("killed", "not_started", f"its process could not be started: {error!r}"))
            return []

    def _attend(self, running: list[Worker], sweep: SweepState) -> list[Worker]:
        """Wait until something happens, see to it, and return the workers that still run."""
        handles = [handle for worker in running for handle in (worker.process.sentinel, worker.connection)]
        ready = connection.wait(handles, TICK)
        for worker in running:
            has_gone = worker.process.sentinel in ready
            for what in worker.listen():
                sweep.stepped(worker.job, what)
            if worker.result is not None or has_gone:
                self._take_leave(worker, sweep)
            elif self._is_late(worker):
                worker.kill()
                limit = f"{self.max_minutes:g} minutes"
                late = f"took longer than the {limit} of hydra.launcher.max_minutes"
                self._take_leave(worker, sweep, Crash("failed", "timed_out", late))
        return [worker for worker in running if worker.job.number not in sweep.results]

    def _is_late(self, worker: Worker) -> bool:
        return self.max_minutes is not None and worker.seconds() > self.max_minutes * MINUTE

    def _take_leave(self, worker: Worker, sweep: SweepState, crash: Crash | None = None) -> None:
        """Say how a job ended, once its process has gone, or waits for the next one."""
        if worker.may_go_on and crash is None:
            self._idle.append(worker)
        else:
            worker.close()
        if worker.result is not None:
            sweep.ended(worker.job, worker.result)
            return
        no_memory = count_out_of_memory() > worker.oom_before
        cause = crash or crash_of(worker.process.exitcode, ran_out_of_memory=no_memory)
        sweep.crashed(worker.job, cause)

    def _stop(self, running: list[Worker], sweep: SweepState, ctrl_c: CtrlC) -> list[Worker]:
        """Let the runs end in an orderly way; a second Ctrl-C, or their time, ends them at once."""
        for worker in running:
            worker.interrupt()
        deadline = time.monotonic() + GRACE
        while running and ctrl_c.count < 2 and time.monotonic() < deadline:
            running = self._attend(running, sweep)
        for worker in running:
            worker.kill()
            self._take_leave(worker, sweep, INTERRUPTED)
        return []


def modules_of(jobs: Sequence[Job]) -> list[str]:
    """Name the modules that the jobs will import, as far as it can be told, each once."""
    sections = {id(section): section for job in jobs for section in job.config.values()}
    targets = {target.rpartition(".")[0] for target in _targets(list(sections.values()))}
    return [*sorted(targets), *sorted({name for module in targets for name in _libraries(module)}), PRELOAD]


def _targets(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if "_target_" in node:
            yield node["_target_"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _targets(child)


def _libraries(module: str) -> Iterator[str]:
    """Name the libraries that the estimators of a module import when they are fitted."""
    for value in vars(sys.modules[module]).values() if module in sys.modules else ():
        library = getattr(value, "native_library", None)
        if isinstance(library, str) and find_spec(library):
            yield from LIBRARIES.get(library, (library,))
