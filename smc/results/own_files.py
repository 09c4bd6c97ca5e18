"""Files that code of one's own opens while a run computes: part of what the run and its trial are."""

import contextlib
import hashlib
import importlib.util
import os
import stat
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote, urlsplit

from smc.fingerprint import content_hash
from smc.outside.regular_file import read_json
from smc.results.durable import make_folder, named_errors, write_atomic
from smc.results.identity import run_id, trial_hash
from smc.results.own_code import is_installed, own_modules
from smc.results.plain import json_bytes
from smc.results.record import OwnFile
from smc.typing import Config

#: Places of the system's own, whose files no run is made of.
SYSTEM = tuple(map(Path, ("/proc", "/sys", "/dev", "/etc", "/usr/lib", "/usr/share", f"{sys.prefix}/share")))
#: Audit events of a file that is opened, with its path first. Libraries that open files without Python, as
#: pyarrow does, raise none.
OPENS = ("open", "sqlite3.connect")
#: Below an output folder, one file a trial.
KEPT = Path("cache", "own_files")
CACHES = "__pycache__"


@dataclass
class OpenedFiles:
    """What code of one's own opened for reading, as it was then.

    Attributes
    ----------
    digests
        SHA-256 of each file by its absolute path; None of one that was not there.
    openers
        Sources of one's own that were at work when it was opened, by path.
    made
        Paths that were opened to be written from the start: what is read there later is the run's own.
    """

    sources: frozenset[str]
    output: Path
    digests: dict[str, str | None] = field(default_factory=dict)
    openers: dict[str, set[str]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    _guard: threading.local = field(default_factory=threading.local)

    @property
    def files(self) -> dict[str, str | None]:
        """Digests by path, without what the run made itself, and what is gone: that was temporary."""
        return {
            path: digest
            for path, digest in sorted(self.digests.items())
            if (path not in self.made if digest is None else os.path.exists(path))
        }

    @property
    def record(self) -> list[OwnFile]:
        """The same as run.json has it."""
        return [{"path": path, "sha256": digest} for path, digest in self.files.items()]

    def note(self, arguments: tuple[Any, ...]) -> None:
        """Take note of one audit event, if its file counts."""
        path = _source(arguments[0])
        if path is None or getattr(self._guard, "is_on", False):
            return
        self._guard.is_on = True  # hashing opens the file, too
        try:
            if _makes(path, *arguments[1:]):
                self.made.add(path)
            elif _reads(*arguments[1:]) and path not in self.made:
                self._note_read(path)
        finally:
            self._guard.is_on = False

    def _note_read(self, path: str) -> None:
        openers = {source for source in _files_of(sys._getframe(2)) if source in self.sources}
        if openers and path not in self.sources and not self._is_of_system(Path(path)):
            self.openers.setdefault(path, set()).update(openers)
            if path not in self.digests:
                self.digests[path] = digest_of(path)

    def _is_of_system(self, path: Path) -> bool:
        return is_installed(path) or any(path.is_relative_to(place) for place in (*SYSTEM, self.output))


_opened: list[OpenedFiles] = []


@contextlib.contextmanager
def opened_files(config: Config) -> Iterator[OpenedFiles]:
    """Take note of what code of one's own opens in the block, by Python's audit hook (PEP 578)."""
    sources = frozenset(os.path.realpath(path) for path in own_modules(config).values())
    opened = OpenedFiles(sources, Path(os.path.realpath(config["paths"]["output"])))
    if not sources:
        yield opened
        return
    _install_hook()
    _opened.append(opened)
    try:
        yield opened
    finally:
        _opened.remove(opened)


@dataclass(frozen=True)
class Identity:
    """The run and the trial that a configuration is on these bars, with the files of today."""

    run_id: str
    trial: str


def identify(config: Config, *, data_hash: str) -> Identity:
    """Name a run and its trial, files that code of one's own read included.

    Which files these are is known once a run of the trial has finished: until then it goes by the names that
    configuration and code give. Where one of them is no longer what was read, run and trial are others, whose
    names are hashes of those and of the files as they are now; and so on from there.
    """
    run, trial = run_id(config, data_hash=data_hash, seed=config["seed"]), trial_hash(config)
    output = Path(config["paths"]["output"])
    while known := _known_files(output, run, trial):
        present = {path: digest_of(path) for path in known}
        if present == known:
            break
        run, trial = content_hash([run, present])[:16], content_hash([trial, present])
    return Identity(run, trial)


def keep_own_files(output: Path, trial: str, files: Mapping[str, str | None]) -> None:
    """Write down what a run of a trial read, beside what others of the trial did."""
    if not files:
        return
    known = {**files, **_kept_files(output, trial)}
    path = output / KEPT / f"{trial}.json"
    with named_errors(output):
        make_folder(path.parent)
        write_atomic(path, json_bytes(known))


def digest_of(path: str) -> str | None:
    """Return the SHA-256 of a file's content, None where there is no file that can be read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _known_files(output: Path, run: str, trial: str) -> dict[str, str | None]:
    """Return what a run, or another one of its trial, is known to have read."""
    record = _read_json(output / "runs" / run / "run.json")
    of_run = {file["path"]: file["sha256"] for file in record.get("own_files") or []}
    return {**of_run, **_kept_files(output, trial)}


def _kept_files(output: Path, trial: str) -> dict[str, str | None]:
    kept = _read_json(output / KEPT / f"{trial}.json")
    is_whole = all(digest is None or isinstance(digest, str) for digest in kept.values())
    return kept if is_whole else {}


def _read_json(path: Path) -> dict[str, Any]:
    """Return the object of a JSON file; an empty one where there is none that can be read."""
    try:
        value = read_json(path)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _install_hook() -> None:
    """Add the hook, once a process: Python cannot take one away again."""
    if not hasattr(_install_hook, "is_done"):
        _install_hook.is_done = True  # pyright: ignore[reportFunctionMemberAccess]
        sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _opened and event in OPENS:
        for opened in tuple(_opened):
            opened.note(arguments)


def _source(path: Any) -> str | None:
    """Return an absolute path without links, of a compiled module its source; None: no file to note."""
    if not isinstance(path, str | bytes | os.PathLike):
        return None  # a descriptor that is open already
    name = os.fsdecode(path)
    if name == ":memory:":
        return None
    if name.startswith("file:"):  # a database by its address
        name = unquote(urlsplit(name).path)
    real = os.path.realpath(name)
    if CACHES not in real.split(os.sep):
        return real
    try:
        return importlib.util.source_from_cache(real)
    except ValueError:
        return None  # what a compiler such as Numba keeps


def _makes(path: str, _mode: Any = None, flags: int = os.O_RDWR | os.O_CREAT) -> bool:
    """Tell by an audit event whether a file is opened without what it had; a database's is a path alone."""
    return bool(flags & os.O_TRUNC) or (bool(flags & os.O_CREAT) and not os.path.exists(path))


def _reads(_mode: Any = None, flags: int = os.O_RDWR) -> bool:
    """Tell whether what a file has can be read once it is opened: to append to a log needs no look at it."""
    return not flags & os.O_WRONLY


def _files_of(frame: FrameType | None) -> Iterator[str]:
    """Give the source files that are at work, the innermost first."""
    while frame is not None:
        yield os.path.realpath(frame.f_code.co_filename)
        frame = frame.f_back
