"""What people call a run once it is finished: kept beside its folder, which is never written again."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from smc.outside.regular_file import read_json
from smc.results.durable import make_folder, named_errors, write_atomic
from smc.results.plain import json_bytes

#: Below an output folder, one file a run.
FOLDER = "names"
#: Where the folders of runs stand that have a name beside them.
PLACES = ("runs", "partial")
LOCK = ".lock"
NOTHING: dict[str, Any] = {"name": None, "tags": [], "note": None}


def naming_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return name, tags and note of a record or a status, whatever of them it has.

    >>> naming_of({"run": {"name": "idea-3"}})
    {'name': 'idea-3', 'tags': [], 'note': None}
    """
    return {**NOTHING, **(record.get("run") or {})}


def renamed(output: Path, run_id: str, record: Any) -> Any:
    """Return a record or a status as the run is called now; itself where it is called as it was typed.

    A file that is damaged says nothing.
    """
    kept = _kept(output / FOLDER / f"{run_id}.json") if isinstance(record, dict) and record else None
    return record if kept is None else {**record, "run": kept}


def renamed_at(folder: Path, record: Any) -> Any:
    """Return the record of a run's folder as `renamed` does; one that is being written is as it was typed."""
    place = folder.resolve()
    return renamed(place.parents[1], place.name, record) if place.parent.name in PLACES else record


def naming_at(folder: Path) -> dict[str, Any] | None:
    """Return what was kept beside a run's folder; None of one that is called as it was typed."""
    place = folder.resolve()
    return _kept(place.parents[1] / FOLDER / f"{place.name}.json")


def rename(output: Path, change: Mapping[str, Callable[[], Mapping[str, Any]]]) -> None:
    """Write down what runs are called from now on, all of them or, if one of the changes is refused, none.

    Processes that do so at the same time wait for each other.

    Parameters
    ----------
    change
        By run id: asked once nobody else can rename, and returns all of name, tags and note.
    """
    with named_errors(output), _alone(output / FOLDER):
        new = {run_id: dict(make()) for run_id, make in change.items()}
        for run_id, naming in new.items():
            write_atomic(output / FOLDER / f"{run_id}.json", json_bytes(naming))


def _kept(path: Path) -> dict[str, Any] | None:
    try:
        kept = read_json(path)
    except (OSError, ValueError):
        return None
    return kept if _is_naming(kept) else None


def _is_naming(kept: Any) -> bool:
    if not isinstance(kept, dict) or kept.keys() != NOTHING.keys():
        return False
    texts = [kept[key] for key in ("name", "note") if kept[key] is not None]
    tags = kept["tags"]
    return isinstance(tags, list) and all(isinstance(text, str) for text in [*texts, *tags])


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    make_folder(folder)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
