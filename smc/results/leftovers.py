"""What can be removed from an output folder and costs no result, and how, while others may be at work there.

Finished runs, the ledger, kept bars, names, and what code of one's own read (a part of what runs are) are not
among it. Nothing is removed through a link, nor by a name that smc does not give.
"""

import contextlib
import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from smc.errors import ResultsError
from smc.results.durable import named_errors
from smc.results.kept_laws import KEPT as KEPT_LAWS
from smc.results.litter import litter_of
from smc.results.lock import unclaimed

#: Below an output folder.
LOCKS, STAGING, PARTIAL, SWEEPS = "locks", "staging", "partial", "sweeps"
FEATURES, SELECTION = "cache/features", "cache/selection.jsonl"
RUN = re.compile(r"[0-9a-f]{16}")
STAGED = re.compile(r"([0-9a-f]{16})\.([0-9a-f]{12}|status)")
CACHED_ROWS = re.compile(r"([0-9a-f]{64})\.(npy|json)")
CACHED_LAWS = re.compile(r"[0-9a-f]+\.json")
LOG = re.compile(r"\d+\.log")
DAY = 24 * 3600.0
BLOCK = 512


@dataclass(frozen=True)
class Leftover:
    """A file or folder that can go.

    Attributes
    ----------
    size
        Bytes that it takes of the disk.
    """

    path: Path
    size: int


Found = Iterator[Leftover]


@dataclass(frozen=True)
class Kind:
    """Leftovers of one kind.

    Attributes
    ----------
    what
        They are, for people.
    find
        Gives those under an output folder that were last written before a time (seconds since 1970).
    remove
        Removes one unless somebody holds it.
    """

    what: str
    find: Callable[[Path, float], Found]
    remove: Callable[[Path, Leftover], bool]


@contextlib.contextmanager
def alone(output: Path) -> Iterator[None]:
    """Let nobody else remove leftovers of this folder inside the block.

    Raises
    ------
    ResultsError
        Somebody does, or there are no results here.
    """
    if not any((output / place).is_dir() for place in ("runs", "status")):
        raise ResultsError(f"no results under {output}: name the root of all results by --output FOLDER")
    with named_errors(output):
        (output / LOCKS).mkdir(exist_ok=True)
        descriptor = os.open(output / LOCKS, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ResultsError(f"another process cleans {output}: wait for it") from error
    finally:
        os.close(descriptor)


def size_of(path: Path) -> int:
    """Measure what a file, or a folder with all that is in it, takes of the disk; a link is not followed."""
    with contextlib.suppress(OSError):
        own = path.lstat().st_blocks * BLOCK
        if path.is_symlink() or not path.is_dir():
            return own
        return own + sum(size_of(Path(entry.path)) for entry in os.scandir(path))
    return 0


def entries(output: Path, place: str) -> list[Path]:
    """List what stands in a folder under an output; nothing where there is none, or a link leads to it."""
    folder = output
    for part in place.split("/"):
        folder /= part
        if folder.is_symlink() or not folder.is_dir():
            return []
    return sorted(folder.iterdir())


def _files(output: Path, place: str, name: re.Pattern[str]) -> Iterator[Path]:
    for path in entries(output, place):
        if name.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            yield path


def _caches(output: Path, _before: float) -> Found:
    for place, name in ((FEATURES, CACHED_ROWS), (KEPT_LAWS.as_posix(), CACHED_LAWS)):
        yield from map(_measured, _files(output, place, name))
    folder, _, name = SELECTION.rpartition("/")
    yield from map(_measured, _files(output, folder, re.compile(re.escape(name))))


def _remove_cached(_output: Path, leftover: Leftover) -> bool:
    """Remove a file of a cache, but none of rows that a process is computing just now."""
    lock = leftover.path.with_suffix(".lock")
    with unclaimed(lock) as free:
        return free and _unlink(leftover.path)


def _half_files(output: Path, _before: float) -> Found:
    yield from map(_measured, litter_of(output))


def _staging(output: Path, _before: float) -> Found:
    for path in entries(output, STAGING):
        if STAGED.fullmatch(path.name) and not path.is_symlink():
            with _nobody_writes(output, path) as free:
                if free:
                    yield _measured(path)


def _remove_staged(output: Path, leftover: Leftover) -> bool:
    with _nobody_writes(output, leftover.path) as free:
        if not free:
            return False
        if leftover.path.is_dir():
            return _remove_tree(leftover.path)
        return _unlink(leftover.path)


@contextlib.contextmanager
def _nobody_writes(output: Path, staged: Path) -> Iterator[bool]:
    """Tell whether what is staged is of a process that has gone; nobody can claim its run in the block."""
    with unclaimed(output / LOCKS / staged.name.partition(".")[0]) as free:
        if not (free and staged.is_dir()):
            yield free
            return
        with unclaimed(staged) as dead:
            yield dead


def _partial(output: Path, before: float) -> Found:
    for path in entries(output, PARTIAL):
        is_run = RUN.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
        if is_run and path.stat().st_mtime < before:
            yield _measured(path)


def _remove_partial(output: Path, leftover: Leftover) -> bool:
    """Remove a partial result; its run, if it starts meanwhile, waits with setting another one aside."""
    lock = output / LOCKS / leftover.path.name
    os.close(os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666))
    with unclaimed(lock) as free:
        return free and _remove_tree(leftover.path)


def _logs(output: Path, before: float) -> Found:
    for folder in (own for sweep in entries(output, SWEEPS) for own in _log_folders(sweep)):
        with unclaimed(folder) as free:  # the sweep that writes there holds it
            for path in sorted(folder.iterdir()) if free else ():
                is_log = LOG.fullmatch(path.name) and path.is_file() and not path.is_symlink()
                if is_log and path.stat().st_mtime < before:
                    yield _measured(path)


def _log_folders(sweep: Path) -> Iterator[Path]:
    """Give the folders of a sweep's logs: its own, and one a process that shared it."""
    if sweep.is_dir() and not sweep.is_symlink():
        yield sweep
        yield from (path for path in sorted(sweep.iterdir()) if path.is_dir() and not path.is_symlink())


def _remove_log(_output: Path, leftover: Leftover) -> bool:
    folder = leftover.path.parent
    with unclaimed(folder) as free:
        is_gone = free and _unlink(leftover.path)
    if is_gone:
        with contextlib.suppress(OSError):  # it holds more
            folder.rmdir()
    return is_gone


def _locks(output: Path, _before: float) -> Found:
    for path in _files(output, LOCKS, RUN):
        with unclaimed(path) as free:
            if free:
                yield _measured(path)


def _remove_lock(_output: Path, leftover: Leftover) -> bool:
    """Remove a lock that nobody holds; who waits for it takes it on the file that stands there next."""
    with unclaimed(leftover.path) as free:
        return free and _unlink(leftover.path)


def _measured(path: Path) -> Leftover:
    return Leftover(path, size_of(path))


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _remove_tree(path: Path) -> bool:
    shutil.rmtree(path, ignore_errors=True)  # follows no link
    return not path.exists()


def _remove_half_file(_output: Path, leftover: Leftover) -> bool:
    return _unlink(leftover.path)


#: By the name that is typed; locks come last, since other kinds take them.
KINDS: Mapping[str, Kind] = {
    "caches": Kind("computed again when they are needed", _caches, _remove_cached),
    "staging": Kind("of runs whose process was killed", _staging, _remove_staged),
    "half": Kind("half-written files that nobody writes any more", _half_files, _remove_half_file),
    "partial": Kind("results of runs that were cut short", _partial, _remove_partial),
    "logs": Kind("what the processes of sweeps printed", _logs, _remove_log),
    "locks": Kind("of runs that nobody writes", _locks, _remove_lock),
}


def find(output: Path, names: list[str], older_than: float) -> dict[str, list[Leftover]]:
    """Return the leftovers of some kinds.

    Parameters
    ----------
    older_than
        Days since partial results and logs were last written.
    """
    before = time.time() - older_than * DAY
    return {name: list(KINDS[name].find(output, before)) for name in names}
