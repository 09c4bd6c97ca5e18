"""What selections have read of run folders before, by all that a change of a folder leaves behind."""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from smc.fingerprint import code_version
from smc.outside.regular_file import open_regular
from smc.results.durable import make_folder, write_atomic
from smc.results.packages import version_of
from smc.results.schema import Check, json_schema, surely_fits
from smc.selection.facts import RunFacts

#: Below an output folder, one line a run.
KEPT = Path("cache", "selection.jsonl")
#: Nanoseconds that every file of a folder must have been at rest before it was read: a change in the same
#: tick of a file system's clock leaves no other time behind.
REST = 2_000_000_000


@dataclass
class RememberedRuns:
    """The facts of run folders that have not changed since they were read.

    A folder is known by name, inode, size and times of everything in it. Whoever writes a file and puts its
    time of modification back cannot put back the time of its change (``ctime``), which only the system sets;
    a copy, and a file that was moved into place, have other inodes. What these do not tell is a disk that
    rots: such a folder is named damaged once it is read, and a run is read in full, every byte of it against
    its hash, before its test part is opened and before a verdict rests on it (`smc.selection.runs`).

    Facts of another version of smc, NumPy, pandas or pyarrow are not taken. The file may be deleted at any
    time; one that is damaged or cannot be written costs the next selection time.

    Attributes
    ----------
    output
        Root of the results.
    known
        State and facts as they were found, by name of the folder.
    kept
        The same of the runs that were read or recalled now.
    """

    output: Path
    known: dict[str, tuple[str, RunFacts]] = field(default_factory=dict)
    kept: dict[str, tuple[str, RunFacts]] = field(default_factory=dict)

    @classmethod
    def of(cls, output: Path) -> "RememberedRuns":
        """Read what is remembered of an output folder: nothing, where that cannot be read."""
        try:
            return cls(output, dict(_read(output / KEPT)))
        except (OSError, TypeError, ValueError):
            return cls(output)

    def recall(self, folder: Path, state: str) -> RunFacts | None:
        """Return the facts of a folder that was read in this state; None if it was not."""
        then, facts = self.known.get(folder.name, ("", None))
        if facts is None or then != state:
            return None
        self.kept[folder.name] = then, facts
        return facts

    def keep(self, folder: Path, state: str, facts: RunFacts) -> None:
        """Remember what was read of a folder; ``state`` is that of before it was read, empty if unknown."""
        if state:
            self.kept[folder.name] = state, facts

    def save(self) -> None:
        """Write down the runs that were read or recalled now, unless nothing is new."""
        if self.kept == self.known:
            return
        entries = [[name, *entry] for name, entry in self.kept.items()]
        lines = [json.dumps(line, separators=(",", ":")) for line in (_versions(), *entries)]
        with contextlib.suppress(OSError):
            make_folder((self.output / KEPT).parent)
            write_atomic(self.output / KEPT, "\n".join(lines).encode())

    def forget(self) -> None:
        """Take nothing for known any more."""
        (self.output / KEPT).unlink(missing_ok=True)


def state_of(folder: Path) -> str:
    """Hash what the file system says of everything in a folder; empty if it was written a moment ago.

    Nothing is opened.
    """
    before = time.time_ns() - REST
    try:
        entries = sorted(_entries(str(folder)))
    except OSError:
        return ""
    if any(changed > before for *_, changed in entries):
        return ""
    return hashlib.sha256(repr(entries).encode()).hexdigest()


def _entries(folder: str, below: str = "") -> Iterator[tuple[str, int, int, int, int, int, int]]:
    with os.scandir(folder) as found:
        for entry in found:
            name, facts = f"{below}{entry.name}", entry.stat(follow_symlinks=False)
            which = facts.st_mode, facts.st_dev, facts.st_ino, facts.st_size
            yield name, *which, facts.st_mtime_ns, facts.st_ctime_ns
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(entry.path, f"{name}/")


def _read(path: Path) -> Iterator[tuple[str, tuple[str, RunFacts]]]:
    """Give the folders of a file of this version, up to the first line that is not of its form."""
    with open_regular(path) as file:
        if json.loads(file.readline()) != _versions():
            return
        for line in file:
            name, state, facts = json.loads(line)
            if not (isinstance(name, str) and isinstance(state, str) and _is_sound()(facts)):
                return
            yield name, (state, facts)


@cache
def _versions() -> dict[str, str | None]:
    return {"smc": code_version(), **{name: version_of(name) for name in ("numpy", "pandas", "pyarrow")}}


@cache
def _is_sound() -> Check:
    return surely_fits(json_schema(RunFacts))
