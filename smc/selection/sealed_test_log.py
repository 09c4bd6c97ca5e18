"""Which sealed test parts were opened, by whom and when: a file that only grows."""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from smc.results.durable import make_folder, named_errors, sync
from smc.results.status import utc_now
from smc.selection.candidate import Candidate
from smc.trials.market_trials import Opening

NAME, SEALED = "openings.jsonl", "sealed_predictions.parquet"
#: What may be known of a sealed test event.
EVENT_COLUMNS = ("symbol", "event", "time", "end")
#: Time of an opening whose line a crash cut short: later than any bar.
UNKNOWN = "2200-01-01T00:00:00+00:00"


class SealedTestLog:
    """Record each opening before the sealed part is read, one line of JSON synced to the disk.

    Opening the test part of the same run and symbol again shows nothing new and is not counted again. A line
    that a crash cut short still counts: it was written because somebody was about to look.

    Parameters
    ----------
    output
        Root of the results; the record is ``openings.jsonl`` there.
    """

    def __init__(self, output: str | Path) -> None:
        self.path = Path(output) / NAME

    def record(self, run_id: str, symbol: str, by: str) -> None:
        """Write down that a test part is about to be opened, unless it was before.

        Parameters
        ----------
        by
            The rule that asked.
        """
        if any(line.get("run_id") == run_id and line.get("symbol") == symbol for line in self.read()):
            return
        line = json.dumps({"time": utc_now(), "symbol": symbol, "run_id": run_id, "selection": by})
        with named_errors(self.path.parent):
            make_folder(self.path.parent)
            torn = self.path.is_file() and not self.path.read_bytes().endswith(b"\n")
            with open(self.path, "ab") as file:
                file.write((b"\n" if torn else b"") + line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            sync(self.path.parent)

    def count(self, symbol: str) -> int:
        """Return how many test parts of a symbol were opened; a line that cannot be read counts for all."""
        lines = [line for line in self.read() if line.get("symbol", symbol) == symbol]
        known = {line["run_id"] for line in lines if "run_id" in line}
        return len(known) + sum("run_id" not in line for line in lines)

    def openings(self, symbol: str, runs: Mapping[str, Candidate]) -> list[Opening]:
        """Return the openings of a symbol, the first one first, as those of a market.

        Of a run that is gone all bars up to the day of the opening are taken to have been seen.

        Parameters
        ----------
        runs
            Of the symbol, by id.
        """
        openings: dict[str, Opening] = {}
        for number, line in enumerate(self.read()):
            if line.get("symbol", symbol) == symbol:
                run_id = str(line.get("run_id", f"line {number}"))
                time = datetime.fromisoformat(line.get("time", UNKNOWN))
                by = str(line.get("selection"))
                run = runs.get(run_id)
                newest = run.test_events[1] if run else None
                end = time if newest is None else newest.to_pydatetime()
                trial = run.identity.trial if run else run_id
                openings.setdefault(run_id, Opening(run_id, trial, symbol, end, end, time, by))
        return list(openings.values())

    def read(self) -> list[dict[str, Any]]:
        """Return all lines, the first opening first; one that cannot be read is empty."""
        if not self.path.is_file():
            return []
        return [_parsed(line) for line in self.path.read_bytes().splitlines() if line.strip()]


def is_sealed(folder: Path) -> bool:
    """Tell whether a run has a sealed test part."""
    return (folder / SEALED).is_file()


def sealed_events(folder: Path) -> pd.DataFrame | None:
    """Return when the events of a sealed test part are and end, and no figure; None if a run has none."""
    return pd.read_parquet(folder / SEALED, columns=list(EVENT_COLUMNS)) if is_sealed(folder) else None


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        opening = json.loads(line)
    except ValueError:
        return {}
    return opening if isinstance(opening, dict) else {}
