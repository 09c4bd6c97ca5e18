"""What a run last said of itself: advice for people, while its folder is the truth."""

import datetime as dt
import os
import traceback
from pathlib import Path
from typing import Any

from smc.blame import culprit_of, described
from smc.errors import NO_ROOM, DiskFullError, PlaceError, SmcError, was_interrupted
from smc.outside.regular_file import read_json
from smc.outside.secrets import hidden_text
from smc.results.durable import ended_by_place, write_atomic
from smc.results.plain import json_bytes

STARTED, FINISHED, FAILED, KILLED = "started", "finished", "failed", "killed"


def read_status(path: Path) -> dict[str, Any]:
    """Return the record, or an empty one where there is none or a full disk cut it short."""
    try:
        record = read_json(path)
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def write_status(path: Path, record: dict[str, Any], *, temporary: Path) -> None:
    """Write the record atomically; on a full disk without the traceback, over the block of the last one."""
    try:
        write_atomic(path, json_bytes(record), temporary=temporary)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        _overwrite(path, {**record, "traceback": None})


def failure(error: BaseException) -> dict[str, Any]:
    """Say why a run ended: status, reason code, one line, whose code it was, traceback.

    The reason is smc's own code for errors raised on purpose, "out_of_memory", "disk_full", "bad_place", or
    else the name of the exception. What is no `Exception` (Ctrl-C, exit) did not fail: the run was killed.
    """
    lines = hidden_text(str(error)).splitlines() or [""]
    culprit = culprit_of(error) if isinstance(error, Exception) else None
    is_surprise = reason_of(error) == type(error).__name__
    message = hidden_text(described(error)) if is_surprise else f"{type(error).__name__}: {lines[0]}"
    return {
        "status": FAILED if isinstance(error, Exception) and not was_interrupted(error) else KILLED,
        "reason": reason_of(error),
        "message": message[:500],
        "culprit": culprit.facts if culprit else None,
        "traceback": hidden_text("".join(traceback.format_exception(error))),
    }


def reason_of(error: BaseException) -> str:
    """Return the reason code of an exception, as the status and the ledger hold it."""
    if was_interrupted(error):
        return "interrupted"
    if isinstance(error, SmcError):
        return error.reason
    if isinstance(error, MemoryError):
        return "out_of_memory"
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return DiskFullError.reason
    if ended_by_place(error):
        return PlaceError.reason
    return type(error).__name__


def utc_now() -> str:
    """Return the time as ISO 8601 text, UTC, to the millisecond."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def _overwrite(path: Path, record: dict[str, Any]) -> None:
    with os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW), "r+b") as file:
        file.write(json_bytes(record))
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
