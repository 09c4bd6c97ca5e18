"""What an output folder says of trials itself: its ledger of before 0.3, and the lists of its sweeps."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from smc.errors import ResultsError
from smc.outside.regular_file import read_json
from smc.outside.sqlite_file import read_only, table_names
from smc.selection.manifest import HISTORY
from smc.selection.runs import listed_jobs

#: The count that smc kept in each output folder before 0.3: a table `trials` of that file.
FILE, TABLE = "ledger.sqlite", "trials"
#: Its list of the sealed test parts that selections had opened.
OPENINGS = "openings.jsonl"


@dataclass(frozen=True)
class OldTrial:
    """A run as an earlier ledger counted it, with all its symbols.

    Attributes
    ----------
    seedless_hash
        Of its configuration without seeds.
    period
        First and last bar of its evidence; None where nobody knew.
    status
        "started", "finished", "failed" or "killed".
    """

    run_id: str
    symbols: tuple[str, ...]
    seedless_hash: str
    data_hash: str
    code_version: str
    seed: int
    model: str
    period: tuple[pd.Timestamp, pd.Timestamp] | None
    status: str
    created: pd.Timestamp


def old_trials(output: Path) -> dict[str, OldTrial]:
    """Return the trials of an earlier ledger in an output folder by run id, the oldest first; {} without one.

    Raises
    ------
    ResultsError
        There is such a file, and it cannot be read.
    """
    path = output / FILE
    if not path.is_file():
        return {}
    try:
        with closing(read_only(path)) as connection:
            connection.row_factory = sqlite3.Row
            query = f"SELECT * FROM {TABLE} ORDER BY created, symbol"  # noqa: S608 - a name of our own
            is_there = TABLE in table_names(connection)
            rows = [dict(row) for row in connection.execute(query)] if is_there else []
    except sqlite3.Error as error:
        raise ResultsError(f"{path} cannot be read: {error}; if it is no ledger, move it away") from error
    by_run: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_run.setdefault(row["trial_id"], []).append(row)
    return {run_id: _trial(run_id, own) for run_id, own in by_run.items()}


def sweep_jobs(output: Path) -> dict[str, dict[str, Any]]:
    """Return the jobs that sweeps of an output folder listed, by run id; ``sweep`` is the first that did."""
    jobs: dict[str, dict[str, Any]] = {}
    for sweep, job in listed_jobs(output):
        if run_id := job.get("run_id"):
            jobs.setdefault(run_id, {**job, "sweep": sweep})
    return jobs


def manifests_of(output: Path) -> list[dict[str, Any]]:
    """Return the manifests that selections wrote under a folder, oldest first, but for damaged ones."""
    manifests = []
    for path in sorted((output / HISTORY).glob("*.json")):
        try:
            manifest = read_json(path)
            manifests += [manifest] if isinstance(manifest["selections"], dict) else []
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return manifests


def known_openings(output: Path) -> dict[tuple[str, str], str]:
    """Return who is known to have opened which sealed test part, by run id and symbol.

    Manifests tell of test accuracies that were seen, and ``openings.jsonl`` of what was opened before 0.3. A
    line that a crash cut short is a look at a part that nobody can name, so it is under ("", "").
    """
    openings = {
        (str(row.get("run_id")), symbol): str(manifest.get("selection"))
        for manifest in reversed(manifests_of(output))
        for symbol, entry in manifest["selections"].items()
        for row in entry.get("comparison") or []
        if row.get("test_accuracy") is not None
    }
    path = output / OPENINGS
    lines = path.read_bytes().splitlines() if path.is_file() else []
    for line in filter(None, lines):
        try:
            said = json.loads(line)
            openings.setdefault((said["run_id"], said["symbol"]), said["selection"])
        except (ValueError, KeyError, TypeError):
            openings["", ""] = "unknown"
    return openings


def _trial(run_id: str, rows: list[dict[str, Any]]) -> OldTrial:
    first = rows[0]
    start, end = first["evidence_start"], first["evidence_end"]
    named = ("seedless_hash", "data_hash", "code_version", "seed", "model", "status")
    return OldTrial(
        run_id,
        tuple(row["symbol"] for row in rows),
        period=None if start is None or end is None else (utc_stamp(start), utc_stamp(end)),
        created=utc_stamp(first["created"]),
        **{name: first[name] for name in named},
    )


def utc_stamp(text: str) -> pd.Timestamp:
    """Read a time as the files of results have it; one without a zone is UTC."""
    time = datetime.fromisoformat(text)
    return pd.Timestamp(time if time.tzinfo else time.replace(tzinfo=UTC))  # pyright: ignore[reportReturnType]
