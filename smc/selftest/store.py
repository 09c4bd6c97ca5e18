"""The lines of symbols measured so far, one file a cell."""

import json
import os
from pathlib import Path

from smc.results.durable import make_folder, named_errors
from smc.selftest.measure import Line
from smc.selftest.scenario import Cell


class Store:
    """Append a line of JSON a symbol, and read what is whole.

    A line that was being written when the process ended is not whole: it is left out, and the symbol is
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

    def read(self, cell: Cell) -> dict[int, Line]:
        """Return the lines of a cell by seed."""
        path = self._path(cell)
        lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
        whole = [each for each in map(_parsed, lines) if each is not None]
        return {line["seed"]: line for line in whole}

    def append(self, cell: Cell, line: Line) -> None:
        """Add a line, and bring it to the disk."""
        with named_errors(self.folder), self._path(cell).open("ab+") as file:
            text = json.dumps(line) + "\n"
            file.write((text if _ends_line(self._path(cell)) else "\n" + text).encode())
            file.flush()
            os.fsync(file.fileno())

    def _path(self, cell: Cell) -> Path:
        return self.folder / f"{cell.file_name}{self.suffix}.jsonl"


def _parsed(line: str) -> Line | None:
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
