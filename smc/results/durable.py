"""Files that are there whole or not at all, whatever kills the process or the machine."""

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from smc.blame import culprit_of
from smc.errors import NOT_ALLOWED, DiskFullError, is_of_place, place_error

#: Faults of a file system that may be over in a moment.
PASSING = (errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE, errno.ETIMEDOUT, errno.ENOLCK)
#: Seconds before each further attempt.
PAUSES = (0.05, 0.2, 0.8)

Written = TypeVar("Written")


def sync(path: Path) -> None:
    """Bring a file's content, or a folder's list of names, to the disk (fsync).

    Some network file systems cannot sync a folder; they write its names as they change.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP) or not path.is_dir():
            raise
    finally:
        os.close(descriptor)


def write_atomic(path: Path, data: bytes, *, temporary: Path | None = None) -> None:
    """Replace a file at once: write beside it, fsync, rename; a reader sees the old content or the new.

    A fault of the file system that may pass is waited out (`patiently`).

    Parameters
    ----------
    temporary
        Where the new content stands until the rename, on the same file system; by default a hidden name
        beside `path` that no other writer can have. A fixed place suits a writer that holds a lock: what a
        killed process leaves there is overwritten by the next.
    """
    beside = temporary or path.with_name(f".{path.name}.{os.urandom(6).hex()}")

    def write() -> None:
        beside.write_bytes(data)
        sync(beside)
        os.replace(beside, path)

    try:
        patiently(write)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def make_folder(path: Path) -> None:
    """Create a folder with its parents, and bring the new names to the disk."""
    if path.is_dir():
        return
    if path.parent != path:
        make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync(path.parent)


def check_room(folder: Path, min_free_mb: float) -> None:
    """Raise DiskFullError unless `min_free_mb` megabytes (10^6 bytes) are free under `folder`."""
    free_mb = shutil.disk_usage(folder).free / 1e6
    if free_mb < min_free_mb:
        raise DiskFullError(
            f"a run needs {min_free_mb:g} MB of free disk, {free_mb:.1f} MB are left under {folder}:"
            " free some, or choose another folder with `paths.output=`"
        )


def patiently(write: Callable[[], Written]) -> Written:
    """Write a file, and write it anew where the file system failed for a moment; three times at most.

    A file is written from the start again: one whose fsync failed may be half on the disk, and a second fsync
    would not say so.

    Parameters
    ----------
    write
        Writes the whole file, over what stands there.
    """
    for pause in PAUSES:
        try:
            return write()
        except OSError as error:
            if error.errno not in PASSING:
                raise
            time.sleep(pause)
    return write()


@contextlib.contextmanager
def named_errors(folder: str | Path) -> Iterator[None]:
    """Say in one sentence which folder could not be written, and what to do."""
    try:
        yield
    except OSError as error:
        raise place_error(error, folder) from error


@contextlib.contextmanager
def place_errors(folder: str | Path) -> Iterator[None]:
    """Say so where a disk or a limit ended a run, as `named_errors` does; another OSError is the run's own.

    So is a file that a class of one's own may not open, or too many of them.
    """
    try:
        yield
    except OSError as error:
        if not ended_by_place(error):
            raise
        named = place_error(error, folder)
        for note in getattr(error, "__notes__", ()):
            named.add_note(note)
        raise named from error


def ended_by_place(error: BaseException) -> bool:
    """Tell whether an error is a fault of the place, and not of code of one's own."""
    if not (isinstance(error, OSError) and is_of_place(error)):
        return False
    culprit = culprit_of(error)
    return error.errno not in NOT_ALLOWED or not (culprit and culprit.is_own)
