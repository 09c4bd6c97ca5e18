"""The right to write one run: a kernel lock, which no death of a process leaves behind."""

import contextlib
import errno
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

    The file stays when the lock goes: removing it would let two processes lock two files of one name. Where
    somebody else removed it while it was waited for, the lock is taken on the file that stands there now.

    Raises
    ------
    RunBusyError
        Another process holds it; the message names that process.
    OSError
        It cannot be opened; so a link cannot, which would be written through.
    """
    descriptor = _opened(path)
    try:
        while True:
            if not _take(descriptor):
                holder = _holder(descriptor)
                raise RunBusyError(f"run {path.name} is being written by {holder}: wait for it, or end it")
            if _is_at(descriptor, path):
                break
            _close(descriptor)
            descriptor = _opened(path)
        holder = f"process {os.getpid()} on {os.uname().nodename}"
        # padded, for cutting a file short makes some file systems sync it
        os.pwrite(descriptor, holder.encode().ljust(HOLDER_SIZE), 0)
        yield
    finally:
        _close(descriptor)


@contextlib.contextmanager
def held_folder(path: Path) -> Iterator[None]:
    """Hold a lock on a folder itself, so that `unclaimed` tells that its writer lives."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    _held.add(descriptor)
    try:
        _take(descriptor)
        yield
    finally:
        _close(descriptor)


@contextlib.contextmanager
def unclaimed(path: Path) -> Iterator[bool]:
    """Tell whether nobody holds the lock on a file or folder, and let nobody take it inside the block.

    Uses a shared lock, which `exclusive` tells from a real holder.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ELOOP):  # a link is no lock of a run
            raise
        yield True
        return
    try:
        yield _flock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    _held.add(descriptor)
    return descriptor


def _close(descriptor: int) -> None:
    _held.discard(descriptor)
    os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    """Tell whether an open file still stands at its path."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, HOLDER_SIZE, 0).decode(errors="replace").strip() or "another process"


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
