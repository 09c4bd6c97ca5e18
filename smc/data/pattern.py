"""Which file of a folder holds which symbol."""

import re
from collections import defaultdict
from pathlib import Path

from smc.errors import DataError

PLACEHOLDER = "{symbol}"
#: What `.*` at the end of a pattern stands for: one of these, packed or not.
SUFFIXES = r"\.(?:csv|tsv|txt|json|parquet|pq|feather|ftr|zip|gz)(?:\.(?:gz|zip))?"


class FilePattern:
    """Match file names under a folder with a pattern such as ``{symbol}_H4_*.parquet``.

    `{symbol}` stands for the symbol, as short as it can be; it may occur twice (``{symbol}/{symbol}h1.csv``).
    `*` stands for any characters but a slash, `?` for one; `.*` at the end for the suffix of any format.
    Everything else stands for itself, brackets included. A symbol is looked up among the names found, and
    never becomes part of a path.

    Parameters
    ----------
    pattern
        Relative to the folder, with slashes; as many folders deep as it has slashes.

    Raises
    ------
    ValueError
        An absolute pattern, or one that leaves the folder.

    Examples
    --------
    >>> FilePattern("{symbol}_H4_*.parquet").symbol_of("EURUSD_H4_ejtrader.parquet")
    'EURUSD'
    """

    def __init__(self, pattern: str) -> None:
        parts = pattern.split("/")
        if not pattern or "" in parts or "." in parts or ".." in parts:
            raise ValueError(
                f"`pattern` must stay under the root, as {{symbol}}.csv or a/{{symbol}}.csv, got {pattern!r}"
            )
        self.pattern = pattern
        self.has_symbol = PLACEHOLDER in pattern
        self._depth = len(parts)
        self._regex = re.compile(_translate(pattern))

    def symbol_of(self, name: str) -> str | None:
        """Read the symbol from a file's name, relative to the folder; None if the name does not match.

        Without `{symbol}` in the pattern it is the name without folders and suffix.
        """
        match = self._regex.fullmatch(name)
        if match is None:
            return None
        return match["symbol"] if self.has_symbol else re.sub(SUFFIXES + "$", "", name.rpartition("/")[2])

    def find(self, root: Path) -> dict[str, list[Path]]:
        """List the files of each symbol, in order.

        Raises
        ------
        DataError
            The folder is not there, or no file in it matches.
        """
        if not root.is_dir():
            what = "is a file, not a folder" if root.exists() else f"is not there (looked from {Path.cwd()})"
            raise DataError(f"data.root={root} {what}: set data.root to the folder that holds the files")
        files = [path for path in root.glob("/".join("*" * self._depth)) if path.is_file()]
        paths: dict[str, list[Path]] = defaultdict(list)
        for path in sorted(files):
            name = path.relative_to(root).as_posix()
            symbol = None if any(part.startswith(".") for part in name.split("/")) else self.symbol_of(name)
            if symbol is not None:
                paths[symbol].append(path)
        if not paths:
            raise DataError(_no_match(self.pattern, root))
        return dict(paths)


def _translate(pattern: str) -> str:
    """Write a pattern as a regular expression."""
    body, end = (pattern[:-2], SUFFIXES) if pattern.endswith(".*") else (pattern, "")
    pieces = {"*": "[^/]*?", "?": "[^/]"}
    text, seen = "", False
    for piece in re.split(r"(\{symbol\}|[*?])", body):
        if piece == PLACEHOLDER:
            text += "(?P=symbol)" if seen else "(?P<symbol>[^/]+?)"
            seen = True
        else:
            text += pieces.get(piece, re.escape(piece))
    return text + end


def _no_match(pattern: str, root: Path) -> str:
    names = sorted(path.name for path in root.iterdir() if not path.name.startswith("."))
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    holds = f"it holds {len(names)}: {shown}" if names else "it is empty"
    return (
        f"no file in data.root={root} matches data.pattern={pattern} ({holds}): write the name with "
        f"{PLACEHOLDER} for the symbol and * for what varies"
    )
