"""The right to write one run: a kernel lock, which no death of a process leaves behind."""

import contextlib
import fcntl
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

from smc.errors import RunBusyError

#: Bytes; what a lock file holds.
HOLDER_SIZE = 200
#: Descriptors of the locks held here. A forked child closes its copies, or a worker that outlives a killed
#: run would keep the run locked.
_held: set[int] = set()


def _close_in_child() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_close_in_child)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file `path` (flock, non-blocking) and write this process's id into it.

    The file stays when the lock goes: removing it would let two processes lock two files of one name.

    Raises
    ------
    RunBusyError
        Another process holds it; the message names that process.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    _held.add(descriptor)
    try:
        if not _take(descriptor):
            holder = (
                os.pread(descriptor, HOLDER_SIZE, 0).decode(errors="replace").strip() or "another process"
            )
            raise RunBusyError(f"run {path.name} is being written by {holder}: wait for it, or end it")
        holder = f"process {os.getpid()} on {os.uname().nodename}"
        # padded, for cutting a file short makes some file systems sync it
        os.pwrite(descriptor, holder.encode().ljust(HOLDER_SIZE), 0)
        yield
    finally:
        _held.discard(descriptor)
        os.close(descriptor)


@contextlib.contextmanager
def unclaimed(path: Path) -> Iterator[bool]:
    """Tell whether nobody holds the lock file `path`, and let nobody take it inside the block.

    Uses a shared lock, which `exclusive` tells from a real holder.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield True
        return
    try:
        yield _flock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    """Take the lock, waiting out those who only look; False if somebody really holds it."""
    while not _flock(descriptor, fcntl.LOCK_EX):
        if not _flock(descriptor, fcntl.LOCK_SH):
            return False
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        time.sleep(random.uniform(0, 0.002))  # noqa: S311 - spreads the waiting, hides nothing
    return True


def _flock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
