"""The bars that runs were made of, kept once by content, so that a result outlives a change of its source."""

import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pandas as pd

from smc.errors import DataError
from smc.fingerprint import bars_fingerprint
from smc.results.durable import make_folder, named_errors, write_atomic

FOLDER = "bars"
#: Files whose bars a process keeps in memory: the runs of a sweep ask for those of one symbol after another.
N_READ = 2


def keep_bars(output: str | Path, bars: pd.DataFrame) -> Path:
    """Write a symbol's bars to ``<output>/bars/<fingerprint>.parquet`` unless they stand there already.

    A file that is damaged, or holds other bars than its name says, is written anew. Any number of processes
    may do so at once; the file is there whole or not at all.
    """
    fingerprint = bars_fingerprint(bars)
    path = _path(output, fingerprint)
    if _read(path, fingerprint) is None:
        with named_errors(path.parent):
            make_folder(path.parent)
            buffer = io.BytesIO()
            bars.to_parquet(buffer, compression="zstd")
            write_atomic(path, buffer.getvalue())
    return path


class KeptBars:
    """Load bars as an earlier run saw them; stands in for a run's own source when that has changed.

    Parameters
    ----------
    output
        Root of all results, as in `paths.output`.
    fingerprints
        By symbol, as ``run.json`` has them under ``bars``.
    """

    def __init__(self, output: str, fingerprints: Mapping[str, str]) -> None:
        self.output, self.fingerprints = output, fingerprints

    def symbols(self) -> list[str]:
        """List the symbols, in the order of the run."""
        return list(self.fingerprints)

    def has(self, symbol: str) -> bool:
        """Tell whether the bars of a symbol are kept."""
        return _path(self.output, self.fingerprints[symbol]).is_file()

    def load(self, symbol: str) -> pd.DataFrame:
        """Read the bars of one symbol.

        Raises
        ------
        DataError
            They are not kept, or the file holds other bars than its name says.
        """
        expected = self.fingerprints[symbol]
        path = _path(self.output, expected)
        if not path.is_file():
            raise DataError(f"{symbol}: no bars at {path}; runs keep theirs unless keep_bars=false")
        bars = _read(path, expected)
        if bars is None:
            raise DataError(
                f"{path} is damaged: it holds other bars than its name says; delete it, or run again on the"
                " same data, which writes it anew"
            )
        return bars


def _read(path: Path, fingerprint: str) -> pd.DataFrame | None:
    """Read the bars of a fingerprint; None where there is no file, or it holds something else."""
    try:
        seen = path.stat()
    except OSError:
        return None
    bars = _read_as_seen(path, fingerprint, (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns))
    return None if bars is None else bars.copy(deep=False)


@lru_cache(maxsize=N_READ)
def _read_as_seen(path: Path, fingerprint: str, _seen: tuple[int, ...]) -> pd.DataFrame | None:
    """Read a file once for as long as its inode, size and stamps of change stay what they are."""
    try:
        bars = pd.read_parquet(path)
        return bars if bars_fingerprint(bars) == fingerprint else None
    except (OSError, ValueError, TypeError, KeyError, OverflowError):  # pyarrow's own are ValueErrors
        return None


def _path(output: str | Path, fingerprint: str) -> Path:
    return Path(output) / FOLDER / f"{fingerprint[:16]}.parquet"
