"""Measure many symbols, in this process or in several others."""

import contextlib
import logging
import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from smc.errors import ResultsError
from smc.launcher.processes import PRELOAD
from smc.launcher.threads import n_cores, thread_limits
from smc.launcher.worker import die_with_parent
from smc.selftest.measure import Row, Task, measure


def measure_all(tasks: Sequence[Task], jobs: int) -> Iterator[tuple[Task, Row]]:
    """Give the row of each symbol as soon as it is there.

    However this ends, the symbols in flight are dropped at once. What a run warns of is not shown: there are
    thousands.

    Parameters
    ----------
    jobs
        Symbols at once; 1: in this process.

    Raises
    ------
    ResultsError
        A process died.
    """
    with quiet():
        if jobs == 1:
            yield from ((task, measure(task)) for task in tasks)
        else:
            yield from _in_processes(tasks, jobs)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the warnings of single runs from people."""
    log = logging.getLogger("smc")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def _in_processes(tasks: Sequence[Task], jobs: int) -> Iterator[tuple[Task, Row]]:
    """Fork workers from a server that has imported all that they need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, PRELOAD])
    others = set(multiprocessing.active_children())
    with thread_limits(max(1, n_cores() // jobs)):
        pool = ProcessPoolExecutor(jobs, context, initializer=_begin)
        try:
            asked = {pool.submit(measure, task): task for task in tasks}
            for done in as_completed(asked):
                yield asked.pop(done), done.result()
        except BrokenProcessPool as error:
            raise ResultsError(
                "a process died over a symbol, perhaps for want of memory; the same command goes on, and "
                "with --jobs 1 it needs the least"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in set(multiprocessing.active_children()) - others:
                worker.terminate()


def _begin() -> None:
    """Leave Ctrl-C to the process that asked, and go with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    logging.getLogger("smc").setLevel(logging.ERROR)
