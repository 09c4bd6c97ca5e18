"""What killed processes left half written beside files that are there whole."""

import contextlib
import fcntl
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

#: Folders under an output whose files are written beside their place first.
FOLDERS = (
    *("", "bars", "sweeps", "status", "manifests", "decisions", "audits", "staging", "names"),
    *("cache/features", "cache/laws", "cache/own_files"),
)
#: What `smc.results.durable.write_atomic` and `smc.features.cache` call a file until it is whole.
HALF = re.compile(r"\..+\.([0-9a-f]{12}|[0-9a-f]{32})")
#: Of a key that one process computes while others wait.
LOCK = ".lock"
#: Seconds after which nobody writes it any more.
OLD = 3600


def remove_litter(output: Path, *, older_than: float = OLD) -> list[Path]:
    """Remove files that were left half written under an output, and return them.

    Nothing is removed that may be a result or that somebody may be writing: names are those of half files,
    links are left alone, and so is what was written in the last hour.
    """
    removed = []
    for path in litter_of(output, older_than=older_than):
        with contextlib.suppress(OSError):
            path.unlink()
            removed.append(path)
    return removed


def litter_of(output: Path, *, older_than: float = OLD) -> Iterator[Path]:
    """Give the files that `remove_litter` would remove."""
    before = time.time() - older_than
    for folder in FOLDERS:
        if any((output / part).is_symlink() for part in (folder, folder.partition("/")[0])):
            continue
        with contextlib.suppress(OSError), os.scandir(output / folder) as entries:
            for entry in entries:
                is_lock = folder.startswith("cache") and entry.name.endswith(LOCK)
                if not (is_lock or HALF.fullmatch(entry.name)) or not entry.is_file(follow_symlinks=False):
                    continue
                is_old = entry.stat(follow_symlinks=False).st_mtime < before
                if is_old and (not is_lock or _is_free(entry.path)):
                    yield Path(entry.path)


def _is_free(path: str) -> bool:
    """Tell whether nobody holds the lock on a file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
