"""Files that are there whole or not at all, whatever kills the process or the machine."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from smc.errors import DiskFullError, ResultsError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


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

    Parameters
    ----------
    temporary
        Where the new content stands until the rename, on the same file system; by default a hidden name
        beside `path` that no other writer can have. A fixed place suits a writer that holds a lock: what a
        killed process leaves there is overwritten by the next.
    """
    beside = temporary or path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    try:
        beside.write_bytes(data)
        sync(beside)
        os.replace(beside, path)
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


@contextlib.contextmanager
def named_errors(folder: Path) -> Iterator[None]:
    """Say in one sentence which folder could not be written, and what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise DiskFullError(f"the disk under {folder} is full: free some room and run again") from error
        raise ResultsError(
            f"cannot write under {folder}: {error.strerror or error} ({error.filename or folder});"
            " make it writable, or choose another folder with `paths.output=`"
        ) from error
