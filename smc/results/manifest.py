"""The list of a folder's files with sizes and hashes: written last, checked before anything is parsed."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smc.errors import ResultsError, place_error
from smc.outside.regular_file import open_regular, parse_json, read_regular
from smc.results.durable import PASSING, sync
from smc.results.plain import json_bytes

NAME = "MANIFEST.json"
#: What a run may be called: a name that leads nowhere.
RUN_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
#: What a file of a run may be called, and how deep it may lie.
PART, MOST_PARTS = re.compile(r"(?!\.{1,2}$)[^\x00-\x1f\x7f/\\]{1,200}"), 8
#: SHA-256, hex.
DIGEST = re.compile(r"[0-9a-f]{64}")
#: Bytes that are hashed at once.
CHUNK = 1 << 16
#: Syncs that are asked for together share the journal's commits: 9 files took 13 ms in turn, 5 ms so.
SYNCS_AT_ONCE = 8


@dataclass(frozen=True)
class Manifest:
    """What a folder says of itself, every part of it of the form that smc writes.

    Attributes
    ----------
    run_id
        Fits `RUN_ID`.
    files
        Size and SHA-256 of each file; names are relative, with /, and lead nowhere outside the folder.
    packed
        Those of them that are compressed.
    digest
        Hash of the list as it was read, and with it of every file (SHA-256, hex); empty of one that is not
        written yet.
    """

    run_id: str
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    packed: tuple[str, ...] = ()
    digest: str = ""

    @classmethod
    def of_staged(cls, folder: Path, run_id: str) -> "Manifest":
        """Name the files of a folder that is being written, without looking into them."""
        names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        return cls(run_id, {name: {} for name in names})

    def check(self, folder: Path, name: str, measured: Mapping[str, Any]) -> None:
        """Raise ResultsError unless a file has the size and the hash that are listed, if any are."""
        expected = self.files[name]
        if wrong := [fact for fact in ("size", "sha256") if expected and measured[fact] != expected[fact]]:
            raise damaged(folder, f"{name} has another {wrong[0]} than {NAME} says")

    def check_content(self, folder: Path, name: str, content: bytes) -> None:
        """Raise ResultsError unless a file's content is what is listed."""
        self.check(folder, name, {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()})


def write_manifest(folder: Path, *, run_id: str, packed: list[str]) -> None:
    """Hash and fsync every file under `folder`, then write MANIFEST.json, then fsync the folders.

    Its presence says that all the rest is complete, so it comes last.

    Parameters
    ----------
    packed
        Names of the files that `smc.results.packing.pack` compressed.
    """
    paths = sorted(folder.rglob("*"))
    files = [path for path in paths if not path.is_dir()]
    folders = [folder, *(path for path in paths if path.is_dir())]
    names = [path.relative_to(folder).as_posix() for path in files]
    with ThreadPoolExecutor(SYNCS_AT_ONCE) as pool:
        measured = pool.map(lambda path: _measure(path, sync_too=True), files)
        listed = dict(zip(names, measured, strict=True))
        manifest = folder / NAME
        manifest.write_bytes(json_bytes({"run_id": run_id, "packed": packed, "files": listed}))
        list(pool.map(sync, [manifest, *folders]))


def digest_of_folder(folder: Path) -> str:
    """Hash the list of a run folder's files, and with it every file (SHA-256, hex)."""
    return hashlib.sha256((folder / NAME).read_bytes()).hexdigest()


def verify(folder: Path) -> Manifest:
    """Return the manifest of `folder` after comparing every file with it.

    Nothing that it says is used before its form is known, and no file is opened through a link: a folder of
    somebody else's names what it likes. Files that it does not name are not read.

    Raises
    ------
    ResultsError
        Names the first file that is missing, of another size, or of another content.
    """
    manifest = read_manifest(folder)
    linked = {above for above in _above(manifest.files) if (folder / above).is_symlink()}
    for name in manifest.files:
        try:
            if not linked.isdisjoint(_above([name])):
                raise OSError("it lies behind a link")
            measured = _measure(folder / name)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise damaged(folder, f"{name} is missing") from error
        except OSError as error:
            raise unreadable(folder, name, error) from error
        manifest.check(folder, name, measured)
    return manifest


def damaged(folder: Path, what: str) -> ResultsError:
    """Say what is wrong with a run folder."""
    return ResultsError(
        f"the run at {folder} is damaged: {what}; copy it anew, or delete the folder and run it again"
    )


def unreadable(folder: Path, name: str, error: Exception) -> ResultsError:
    """Say why a file cannot be read: the run is damaged, or the disk did not give it, which is no damage."""
    if isinstance(error, OSError) and error.errno in PASSING:
        return place_error(error, folder)
    said = error.strerror if isinstance(error, OSError) and error.strerror else error
    return damaged(folder, f"{name} cannot be read ({said})")


def read_manifest(folder: Path) -> Manifest:
    """Read the list of a run's files, and look into none of them.

    Raises
    ------
    ResultsError
        There is no run, or its list is not of the form that smc writes.
    """
    if not folder.is_dir():
        raise ResultsError(f"no run at {folder}: finished runs stand in <output>/runs/<run id>")
    try:
        content = read_regular(folder / NAME)
        said = parse_json(content)
    except (OSError, ValueError) as error:
        raise unreadable(folder, NAME, error) from error
    if problem := next(_problems(said), None):
        raise damaged(folder, f"{NAME} {problem}")
    digest = hashlib.sha256(content).hexdigest()
    return Manifest(said["run_id"], said["files"], tuple(said["packed"]), digest)


def _problems(said: Any) -> Iterator[str]:
    """Say where a list of files is not of the form that smc writes."""
    if not (isinstance(said, dict) and {"run_id", "packed", "files"} <= said.keys()):
        yield "is incomplete"
        return
    run_id, packed, files = said["run_id"], said["packed"], said["files"]
    if not (isinstance(run_id, str) and RUN_ID.fullmatch(run_id)):
        yield f"names no run: {str(run_id)[:80]!r} is no id"
    if not (isinstance(files, dict) and all(map(_is_entry, files.values()))):
        yield "is incomplete: each file has a size and a sha256"
        return
    for name in files:
        if not _leads_nowhere(name):
            yield f"names {name[:200]!r}, which is no file of the folder"
    if not (isinstance(packed, list) and all(isinstance(name, str) and name in files for name in packed)):
        yield "says of other files than its own that they are packed"


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    size, digest = entry.get("size"), entry.get("sha256")
    return isinstance(size, int) and isinstance(digest, str) and bool(DIGEST.fullmatch(digest))


def _leads_nowhere(name: str) -> bool:
    parts = name.split("/")
    return len(parts) <= MOST_PARTS and all(PART.fullmatch(part) for part in parts)


def _above(names: Iterable[str]) -> set[str]:
    """Return the folders between files and the one that lists them.

    >>> sorted(_above(["run.json", "model/a/b.json"]))
    ['model', 'model/a']
    """
    parts = (name.split("/") for name in names if "/" in name)
    return {"/".join(own[:depth]) for own in parts for depth in range(1, len(own))}


def _measure(path: Path, *, sync_too: bool = False) -> dict[str, Any]:
    with open_regular(path) as file:
        if sync_too:
            os.fsync(file.fileno())
        digest = hashlib.sha256()
        while content := file.read(CHUNK):  # `hashlib.file_digest` clears a quarter of a megabyte a file
            digest.update(content)
        return {"size": file.tell(), "sha256": digest.hexdigest()}
