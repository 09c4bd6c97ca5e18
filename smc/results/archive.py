"""Whole runs in one file, and back: every byte is held against its hash, and a stranger's file does no harm.

An archive is a gzipped tar of plain files. The first lists all others with size and SHA-256; then come the
folders of the runs with their own lists, what they are called, and the bars that they were made of. The same
runs give the same file.
"""

import contextlib
import datetime as dt
import gzip
import hashlib
import io
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from smc.errors import DataError, DiskFullError, ResultsError
from smc.outside.regular_file import MOST, open_regular, parse_json
from smc.results.durable import make_folder, named_errors, sync
from smc.results.kept_bars import FOLDER as BARS
from smc.results.kept_bars import KeptBars
from smc.results.lock import exclusive, held_folder
from smc.results.manifest import DIGEST, MOST_PARTS, NAME, PART, digest_of_folder, verify
from smc.results.naming import FOLDER as NAMES
from smc.results.naming import naming_at
from smc.results.packing import CHUNK
from smc.results.plain import json_bytes
from smc.results.run import Run, load_run
from smc.results.store import RunStore

INDEX, FORMAT = "smc-archive.json", 1
#: What a member may be called: a file of a run, what a run is called, bars.
RUNS = "runs"
OF_RUN = re.compile(rf"{RUNS}/([0-9A-Za-z_-]{{1,64}})/(.+)", re.DOTALL)
OF_NAME = re.compile(rf"{NAMES}/([0-9A-Za-z_-]{{1,64}})\.json")
OF_BARS = re.compile(rf"{BARS}/[0-9a-f]{{16}}\.parquet")
#: Bytes of the disk that stay free when runs are put back.
RESERVE = 200_000_000
#: Bytes that a file may have in a tar that every program reads.
MOST_PACKED = 8**11
#: What a file that is no gzip, no tar, or was cut short raises.
UNREADABLE = (gzip.BadGzipFile, EOFError, zlib.error, tarfile.TarError)

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Index:
    """What an archive says that it holds.

    Attributes
    ----------
    files
        Size and SHA-256 of each member, in their order.
    """

    files: Mapping[str, Entry]

    @property
    def runs(self) -> list[str]:
        """Ids of the runs."""
        return sorted({match[1] for name in self.files if (match := OF_RUN.fullmatch(name))})

    @property
    def size(self) -> int:
        """Bytes of all files as they stand on a disk."""
        return sum(entry["size"] for entry in self.files.values())

    def digest(self, run_id: str) -> str:
        """Hash of the list of a run's files (SHA-256, hex)."""
        return self.files[f"{RUNS}/{run_id}/{NAME}"]["sha256"]


@dataclass
class Restored:
    """What became of the runs of an archive.

    Attributes
    ----------
    restored, present, other
        Put in place; there already; there already, with other content.
    """

    restored: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)


def write_archive(path: Path, folders: Sequence[Path]) -> Index:
    """Write runs, their names and their kept bars into one file, whole or not at all.

    Raises
    ------
    ResultsError
        A run, or bars that it was made of, is damaged or named twice; or there is such a file.
    """
    if path.exists() or path.is_symlink():
        raise ResultsError(f"{path} is there already: give another name, or delete it")
    sources = _sources([_finished(folder) for folder in folders])
    index = Index({name: {"size": size, "sha256": digest} for name, (_, size, digest) in sources.items()})
    beside = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    with named_errors(path.parent):
        try:
            with open(beside, "xb") as file:
                _write(file, index, {name: source for name, (source, *_) in sources.items()})
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
            sync(path.parent)
        finally:
            beside.unlink(missing_ok=True)
    return index


def _finished(folder: Path) -> Run:
    run, place = load_run(folder), folder.resolve()
    if place.parent.name != RUNS or place.name != run.run_id:
        raise ResultsError(
            f"{folder} does not stand in <output>/{RUNS}/{run.run_id}: no finished run of yours"
        )
    return run


def check_archive(path: Path) -> Index:
    """Read an archive to its end, each byte against its hash, and return what it holds.

    Raises
    ------
    ResultsError
        It is none, or damaged.
    """
    with _opened(path) as (index, members):
        for _, content in members:
            while content.read(CHUNK):
                pass
    return index


def remove_archived(folders: Sequence[Path], index: Index) -> None:
    """Remove the folders of runs that an archive holds as they are; what else is known of them stays.

    Raises
    ------
    ResultsError
        A folder is no longer what was archived.
    """
    for folder in folders:
        place = folder.resolve()
        store = RunStore(place.parents[1])
        with named_errors(store.output):
            make_folder(store.locks)
            make_folder(store.staging)
        with named_errors(store.output), exclusive(store.locks / place.name):
            if digest_of_folder(place) != index.digest(place.name):
                raise ResultsError(f"{folder} was changed since it was archived: it stays")
            gone = store.staging / f"{place.name}.{os.urandom(6).hex()}"
            os.rename(place, gone)  # whoever reads it sees all of it or nothing
            sync(store.runs)
            shutil.rmtree(gone, ignore_errors=True)


def restore(path: Path, output: Path) -> Restored:
    """Put the runs of an archive back, after every byte of all of them was held against its hash.

    A run that is there already is left alone.

    Raises
    ------
    ResultsError
        It is no archive, damaged, or holds what no archive may: nothing was put in place.
    DiskFullError
        There is no room for it.
    """
    store = RunStore(output)
    with _opened(path) as (index, members), named_errors(output):
        for folder in (store.runs, store.staging, store.locks, output / NAMES, output / BARS):
            make_folder(folder)
        _check_room(index, output)
        place = store.staging / f"{index.runs[0]}.{os.urandom(6).hex()}"
        place.mkdir()
        try:
            with held_folder(place):
                for name, content in members:
                    _write_out(content, place / name)
                try:
                    _check_runs(path, place, index)
                except ResultsError as error:
                    raise ValueError(str(error)) from error
                return _put(place, index, store)
        finally:
            shutil.rmtree(place, ignore_errors=True)


class _PlainMember(tarfile.TarInfo):
    """A member that is a plain file: no other kind is read, not even the long names of other tars."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
            raise tarfile.ReadError(f"{self.name[:200]!r} is no plain file")
        return super()._proc_member(archive)  # type: ignore[misc]


class _Checked(io.RawIOBase):
    """The content of a member, which must be of the size and the hash that are listed once it was read."""

    def __init__(self, content: IO[bytes], name: str, entry: Entry) -> None:
        self._content, self._name, self._entry = content, name, entry
        self._hash, self._left = hashlib.sha256(), entry["size"]

    def read(self, size: int = -1) -> bytes:
        """Read on; raise ValueError at the end of what is not what is listed."""
        data = self._content.read(size)
        self._hash.update(data)
        self._left -= len(data)
        if self._left < 0 or (not data and (self._left or self._hash.hexdigest() != self._entry["sha256"])):
            raise ValueError(f"{self._name} is not what was listed")
        return data


def _sources(runs: Sequence[Run]) -> dict[str, tuple[Path | bytes, int, str]]:
    """Return the members of an archive in their order: content or where it lies, size and hash."""
    members: dict[str, tuple[Path | bytes, int, str]] = {}
    for run in sorted(runs, key=lambda run: run.run_id):
        if f"{RUNS}/{run.run_id}/{NAME}" in members:
            raise ResultsError(f"run {run.run_id} is named twice, the second time as {run.path}")
        files = {NAME: run.digest, **run.digests}
        for name in sorted(files):
            path = run.path / name
            if path.stat().st_size >= MOST_PACKED:
                raise ResultsError(
                    f"{path} is larger than the {MOST_PACKED:,} bytes that an archive may hold"
                )
            members[f"{RUNS}/{run.run_id}/{name}"] = (path, path.stat().st_size, files[name])
        if naming := naming_at(run.path):
            members[f"{NAMES}/{run.run_id}.json"] = _in_memory(json_bytes(naming))
        for name, path, check in _bars_of(run):
            if name not in members:
                check()
                members[name] = _on_disk(path)
    return dict(sorted(members.items()))


def _in_memory(content: bytes) -> tuple[bytes, int, str]:
    return content, len(content), hashlib.sha256(content).hexdigest()


def _on_disk(path: Path) -> tuple[Path, int, str]:
    with open_regular(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return path, file.tell(), digest


def _bars_of(run: Run) -> Iterator[tuple[str, Path, Callable[[], None]]]:
    """Give the bars that a run was made of, where they were kept: member, file, and what reads them."""
    place = run.path.resolve().parents[1]
    kept = KeptBars(str(place), run.fingerprints)
    for symbol in kept.symbols():
        if kept.has(symbol):
            name = f"{BARS}/{kept.fingerprints[symbol][:16]}.parquet"
            yield name, place / name, partial(_load_bars, kept, symbol)


def _load_bars(kept: KeptBars, symbol: str) -> None:
    try:
        kept.load(symbol)
    except DataError as error:
        raise ResultsError(str(error)) from error


def _write(file: IO[bytes], index: Index, sources: Mapping[str, Path | bytes]) -> None:
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.USTAR_FORMAT) as archive,
    ):
        said = json_bytes({"format": FORMAT, "files": index.files})
        archive.addfile(_header(INDEX, len(said)), io.BytesIO(said))
        for name, source in sources.items():
            entry = index.files[name]
            with io.BytesIO(source) if isinstance(source, bytes) else open_regular(source) as content:
                checked = _Checked(content, name, entry)
                try:
                    archive.addfile(_header(name, entry["size"]), checked)
                    checked.read(1)
                except ValueError as error:
                    raise ResultsError(f"{error}: it was changed meanwhile, or cannot be archived") from error


def _header(name: str, size: int) -> tarfile.TarInfo:
    """Return a header that says nothing of this day, this machine or its user."""
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o644
    return header


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Index, Iterator[tuple[str, _Checked]]]]:
    """Open an archive: give what it says that it holds, and its members, which must be that."""
    try:
        file = open_regular(path.resolve())
    except OSError as error:
        raise ResultsError(f"{path} cannot be read: {error.strerror}") from error
    try:
        with (
            file,
            gzip.open(file) as unpacked,
            tarfile.open(fileobj=unpacked, mode="r|", tarinfo=_PlainMember) as archive,
        ):
            index = _read_index(archive)
            yield index, _members(archive, index)
    except (*UNREADABLE, ValueError) as error:
        raise ResultsError(
            f"{path} is damaged, or no archive of smc.archive: {error}; nothing was put in place"
        ) from error


def _read_index(archive: tarfile.TarFile) -> Index:
    """Read the first member, and hold it against the form that smc writes.

    Raises
    ------
    ValueError
        It is something else.
    """
    member = archive.next()
    content = archive.extractfile(member) if member and member.name == INDEX and member.size <= MOST else None
    said = parse_json(content.read()) if content else None
    if not (isinstance(said, dict) and said.get("format") == FORMAT and isinstance(said.get("files"), dict)):
        raise ValueError(f"it does not begin with {INDEX} of format {FORMAT}")
    for name, entry in said["files"].items():
        if not _is_name(name):
            raise ValueError(f"{name[:200]!r} is no file of a run")
        if not _is_entry(entry):
            raise ValueError(f"{name[:200]!r} is listed without size and sha256, or too large")
    index = Index(said["files"])
    lacking = [run_id for run_id in index.runs if f"{RUNS}/{run_id}/{NAME}" not in index.files]
    if lacking or not index.runs:
        raise ValueError(f"it lists no {NAME} of run {lacking[0]}" if lacking else "it holds no run")
    return index


def _is_name(name: str) -> bool:
    if OF_NAME.fullmatch(name) or OF_BARS.fullmatch(name):
        return True
    match = OF_RUN.fullmatch(name)
    parts = match[2].split("/") if match else []
    return 0 < len(parts) <= MOST_PARTS and all(PART.fullmatch(part) for part in parts)


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    size, digest = entry.get("size"), entry.get("sha256")
    return (
        type(size) is int
        and 0 <= size < MOST_PACKED
        and isinstance(digest, str)
        and bool(DIGEST.fullmatch(digest))
    )


def _members(archive: tarfile.TarFile, index: Index) -> Iterator[tuple[str, _Checked]]:
    """Give each member that is listed, once and in order; anything else is an error before it is unpacked."""
    for name, entry in index.files.items():
        member = archive.next()
        if member is None:
            raise ValueError(f"{name} is missing")
        tarfile.data_filter(member, "/nowhere")  # no link, no device, no path that leads outside
        if (member.name, member.size) != (name, entry["size"]):
            raise ValueError(f"{member.name[:200]!r} stands where {name} should, or has another size")
        content = archive.extractfile(member)
        if content is None:
            raise ValueError(f"{name} is no plain file")
        yield name, _Checked(content, name, entry)
    if (member := archive.next()) is not None:
        raise ValueError(f"{member.name[:200]!r} is not listed")


def _write_out(content: _Checked, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "xb") as file:
        while chunk := content.read(CHUNK):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _check_room(index: Index, output: Path) -> None:
    free = shutil.disk_usage(output).free
    if index.size + RESERVE > free:
        raise DiskFullError(
            f"the archive holds {index.size / 1e6:,.0f} MB, {free / 1e6:,.0f} MB are left under {output}: "
            "free some, or choose another folder with --output"
        )


def _check_runs(path: Path, place: Path, index: Index) -> None:
    """Hold what was unpacked against the runs' own lists: that, all of that, and nothing else."""
    known = {f"{RUNS}/{run_id}/{NAME}" for run_id in index.runs}
    for run_id in index.runs:
        folder = place / RUNS / run_id
        manifest = verify(folder)
        if manifest.run_id != run_id:
            raise ValueError(f"the folder of run {run_id} holds run {manifest.run_id}")
        known |= {f"{RUNS}/{run_id}/{name}" for name in manifest.files} | {f"{NAMES}/{run_id}.json"}
        run = Run(folder, manifest)
        _date(run)
        kept = KeptBars(str(place), run.fingerprints)
        for symbol in filter(kept.has, kept.symbols()):
            _load_bars(kept, symbol)
            known.add(f"{BARS}/{kept.fingerprints[symbol][:16]}.parquet")
    if unknown := [name for name in index.files if name not in known]:
        raise ValueError(f"{unknown[0]} belongs to no run of {path.name}")


def _date(run: Run) -> None:
    """Let a folder say when its run was made, by which the latest run is found."""
    with contextlib.suppress(KeyError, ValueError, TypeError, OverflowError):
        made = dt.datetime.fromisoformat(run.record["timestamp"]).timestamp()
        os.utime(run.path / NAME, (made, made))


def _put(place: Path, index: Index, store: RunStore) -> Restored:
    """Put verified runs in place, what is called and made of them first; what is there already stays."""
    done = Restored()
    for folder in sorted((path for path in place.rglob("*") if path.is_dir()), reverse=True):
        sync(folder)
    for name in index.files:
        target = store.output / name
        if not OF_RUN.fullmatch(name) and not target.exists():
            os.rename(place / name, target)
    for run_id in index.runs:
        with exclusive(store.locks / run_id):
            target = store.folder(run_id)
            if not target.exists():
                os.rename(place / RUNS / run_id, target)
                done.restored.append(run_id)
            else:
                is_same = (target / NAME).is_file() and digest_of_folder(target) == index.digest(run_id)
                (done.present if is_same else done.other).append(run_id)
    for folder in (store.runs, store.output / NAMES, store.output / BARS):
        sync(folder)
    return done
