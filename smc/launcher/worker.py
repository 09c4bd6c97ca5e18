"""Jobs in a process of their own, one after another: what it does, and what its parent holds of it."""

import contextlib
import ctypes
import functools
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from types import ModuleType
from typing import cast

from smc.cli import ENDINGS, end_on_signals
from smc.config.job import Job
from smc.launcher.job_result import JobResult, count_out_of_memory
from smc.launcher.launcher import ForwardedProgress, Task

#: Linux: the signal that a process gets when its parent dies.
PR_SET_PDEATHSIG = 1
#: What the kernel adds to a worker's badness when memory runs out: it should take a run, not the sweep.
OOM_SCORE = 500
#: Jobs of one process: what they leave behind in its memory does not pile up for ever.
MOST_JOBS = 100
#: Seconds that a process gets to leave after its job has ended.
LINGER = 5.0
#: Signals that end what a process does in an orderly way; the server that it is forked from is deaf to them.
FROM_SWEEP = (signal.SIGINT, *ENDINGS)
#: Seconds between two looks whether a process is still there.
TICK = 0.01


class Worker:
    """A process that carries out one job after another, as long as they end well.

    Parameters
    ----------
    context
        Of multiprocessing: how processes are started.
    """

    job: Job
    result: JobResult | None
    log: Path | None = None

    def __init__(self, context: ForkServerContext, task: Task) -> None:
        self.n_jobs = 0
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(task, theirs))
        with hidden_main():
            self.process.start()
        self.pid = cast(int, self.process.pid)  # None only before the start
        theirs.close()

    def give(self, job: Job, log: Path) -> None:
        """Let the process carry out a job.

        Parameters
        ----------
        log
            File that takes what the process prints meanwhile, which is nothing as a rule.

        Raises
        ------
        OSError
            The process has gone.
        """
        self._leave_log()
        self.connection.send((job, os.fspath(log)))
        self.job, self.log, self.result = job, log, None
        self.began: float | None = None
        self.oom_before = count_out_of_memory()
        self.n_jobs += 1

    @property
    def may_go_on(self) -> bool:
        """Whether its last job left a process in which the next one may be carried out."""
        return self.result is not None and self.result.status == "finished" and self.n_jobs < MOST_JOBS

    def listen(self) -> list[str]:
        """Read what the process has sent: return its steps, keep its result."""
        steps = []
        with contextlib.suppress(EOFError, OSError):
            while self.connection.poll():
                message = self.connection.recv()
                self.began = self.began or time.monotonic()
                if isinstance(message, JobResult):
                    self.result = message
                else:
                    steps.append(message)
        return steps

    def seconds(self) -> float:
        """Return for how long the job has been carried out: not before its process says its first word."""
        return 0.0 if self.began is None else time.monotonic() - self.began

    def interrupt(self) -> None:
        """Ask it to end in an orderly way, as Ctrl-C does."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)

    def kill(self) -> None:
        """End it and every process that it started, at once."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # it has gone, or has no group of its own yet
            self.process.kill()

    def close(self) -> None:
        """Let the process go, and wait for it; one that has said its last word but lingers is ended."""
        if self.result is not None:
            self.connection.close()
        self.process.join(LINGER)
        if self.process.is_alive():
            self.kill()
            self.process.join()
        self._await_exit()
        self.connection.close()
        self._leave_log()

    def _leave_log(self) -> None:
        """Remove the log of the last job if nothing was printed."""
        with contextlib.suppress(OSError):
            if self.log is not None and not self.log.stat().st_size:
                self.log.unlink()

    def _await_exit(self) -> None:
        """Wait until the process has gone for certain: when the fork server dies it seems so at once."""
        deadline = time.monotonic() + LINGER
        with contextlib.suppress(ProcessLookupError):
            while time.monotonic() < deadline:
                os.kill(self.pid, 0)
                time.sleep(TICK)


def start_server() -> None:
    """Start the server that processes are forked from, deaf to Ctrl-C, which a terminal sends to all.

    It imports for seconds, and would leave that with a traceback, and every run with a failure. A batch
    system sends its signals to all as well.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, set(FROM_SWEEP))
    try:
        resource_tracker.ensure_running()  # which lets some of them through again once it has started
        signal.pthread_sigmask(signal.SIG_BLOCK, set(FROM_SWEEP))
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def hidden_main() -> Iterator[None]:
    """Spare a new process the import of the program that starts it, of which it needs nothing."""
    program, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


def serve(task: Task, connection: Connection) -> None:
    """Carry out one job after another in this process, until the sweep has no more for it."""
    os.setsid()
    die_with_parent()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell has a sweep behind a & ignore
    end_on_signals()
    while run_job(task, connection):
        pass
    connection.close()


def run_job(task: Task, connection: Connection) -> bool:
    """Wait for a job, carry it out, and send what it does and how it ended; False if there is none."""
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, set(FROM_SWEEP))  # the server is deaf to them
        try:
            job, log = connection.recv()
        except (EOFError, OSError):
            return False
        except KeyboardInterrupt:
            if not connection.poll():  # it waited for nothing: there is no end to tell of
                return False
            raise
        print_into(log)
        on_progress = functools.partial(send, connection)
        on_progress("started")
        result = task(job, ForwardedProgress(on_progress))
    except KeyboardInterrupt as error:
        signal.pthread_sigmask(signal.SIG_BLOCK, set(FROM_SWEEP))  # the sweep may send one more
        result = JobResult.interrupted(error)
    send(connection, result)
    return True


def send(connection: Connection, what: str | JobResult) -> None:
    """Tell the sweep something; if it has gone, so does this process, before it takes that for a failure."""
    try:
        connection.send(what)
    except OSError:
        os.kill(os.getpid(), signal.SIGKILL)


def die_with_parent() -> None:
    """Have the kernel end this process when its parent, the fork server, ends, which ends with the sweep."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))
    sweep = multiprocessing.parent_process()
    if sweep is not None and not sweep.is_alive():  # it went before the kernel was told
        os._exit(1)


def print_into(log: str) -> None:
    """Send what this process prints into a file, whichever library prints it."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o666)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
