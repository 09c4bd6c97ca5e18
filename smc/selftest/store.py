"""The rows of symbols measured so far, one file a scenario."""

import json
import os
from pathlib import Path

from smc.results.durable import make_folder, named_errors
from smc.selftest.measure import Row
from smc.selftest.scenario import Scenario


class Store:
    """Append a row of JSON a symbol, and read what is whole.

    A row that was being written when the process ended is not whole: it is left out, and the symbol is
    measured again.

    Parameters
    ----------
    suffix
        Before ``.jsonl``: writers that share a folder have one each.
    """

    def __init__(self, folder: Path, suffix: str = "") -> None:
        self.folder, self.suffix = folder, suffix
        with named_errors(folder):
            make_folder(folder)

    def read(self, scenario: Scenario) -> dict[int, Row]:
        """Return the rows of a scenario by seed."""
        path = self._path(scenario)
        lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
        whole = [row for row in map(_parsed, lines) if row is not None]
        return {row["seed"]: row for row in whole}

    def append(self, scenario: Scenario, row: Row) -> None:
        """Add a row, and bring it to the disk."""
        with named_errors(self.folder), self._path(scenario).open("ab+") as file:
            text = json.dumps(row) + "\n"
            file.write((text if _ends_line(self._path(scenario)) else "\n" + text).encode())
            file.flush()
            os.fsync(file.fileno())

    def _path(self, scenario: Scenario) -> Path:
        return self.folder / f"{scenario.file_name}{self.suffix}.jsonl"


def _parsed(line: str) -> Row | None:
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


def _ends_line(path: Path) -> bool:
    """Tell whether a file is empty or ends with a whole line."""
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
