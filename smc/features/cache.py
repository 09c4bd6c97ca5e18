"""Rows of the structure machine, kept on disk by content."""

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import uuid
from collections.abc import Iterator
from importlib.metadata import version
from io import BufferedRandom, BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc import structure
from smc.features.feature_set import FeatureSet
from smc.fingerprint import bars_fingerprint, code_version, content_hash
from smc.interfaces import FeatureExtractor
from smc.outside.regular_file import open_regular, read_json
from smc.typing import FloatArray

log = logging.getLogger(__name__)


class FeatureCache:
    """Compute features, reading the machine's rows from disk where they were computed before.

    The key is the content: every value of the bars, the machine's rules, its source code, and the versions of
    NumPy and Numba. Which families are on is no part of it, so an ablation reads what the full run wrote.
    Families of your own are always computed: what they read beside the bars is unknown here.

    Rows are plain numbers (``.npy``) with their SHA-256 beside them, each file written whole or not at all,
    so any number of processes may share the folder; what two of them need at once is computed by one. A file
    that is damaged is computed again and replaced. A disk that cannot be written is logged, and costs the
    next run time. The folder may be deleted at any time.

    Parameters
    ----------
    folder
        Where the files lie; made at the first write.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def compute(self, features: FeatureExtractor, bars: pd.DataFrame) -> pd.DataFrame:
        """Return what ``features.compute(bars)`` does, to the bit."""
        if not isinstance(features, FeatureSet) or not features.machine_names:
            return features.compute(bars)
        key = machine_key(bars, features.rules)
        rows = self._read(key, len(bars))
        return features.assemble(bars, self._make(key, features, bars) if rows is None else rows)

    def _make(self, key: str, features: FeatureSet, bars: pd.DataFrame) -> FloatArray:
        """Compute and write the rows, unless another process does so just now: then wait for it."""
        with self._alone(key):
            rows = self._read(key, len(bars))
            if rows is None:
                rows = structure.Machine(**features.rules).run(bars)
                self._write(key, rows)
        return rows

    @contextlib.contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Hold a kernel lock on a key, which no death of a process leaves behind, if the disk gives one.

        Its file goes with it: who waited for it finds the rows, and so does who makes a new one.
        """
        path = self.folder / f"{key}.lock"
        with contextlib.ExitStack() as held:
            with contextlib.suppress(OSError):
                self.folder.mkdir(parents=True, exist_ok=True)
                lock = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
                fcntl.flock(held.enter_context(os.fdopen(lock, "wb")), fcntl.LOCK_EX)
            yield
            with contextlib.suppress(OSError):
                path.unlink()

    def _read(self, key: str, n_bars: int) -> FloatArray | None:
        """Return the rows, or None where there are none that can be trusted."""
        try:
            note = read_json(self.folder / f"{key}.json")
            with open_regular(self.folder / f"{key}.npy") as file:
                rows = np.load(file, allow_pickle=False) if note == _note(file) else None
        except (OSError, ValueError, EOFError):
            return None
        return rows if _is_table(rows, n_bars) else None

    def _write(self, key: str, rows: FloatArray) -> None:
        """Write the rows, then the note that vouches for them."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _whole(self.folder / f"{key}.npy") as file:
                np.save(file, rows, allow_pickle=False)
                note = _note(file)
            with _whole(self.folder / f"{key}.json") as file:
                file.write(json.dumps(note).encode())
        except OSError as error:
            log.warning("features are not cached: %s", error)


def machine_key(bars: pd.DataFrame, rules: structure.StructureRules) -> str:
    """Hash everything that the machine's rows depend on."""
    return content_hash(
        {
            "bars": bars_fingerprint(structure.ohlcv(bars)),
            "rules": rules,
            "code": code_version("structure"),
            "versions": {name: version(name) for name in ("numpy", "numba")},
        }
    )


def _is_table(rows: object, n_bars: int) -> bool:
    """Tell whether what was read is a row of the machine for each bar."""
    shape = n_bars, len(structure.COLUMNS)
    return isinstance(rows, np.ndarray) and rows.dtype == np.float64 and rows.shape == shape


def _note(file: BufferedRandom | BufferedReader) -> dict[str, Any]:
    """Describe a file of rows; leave it at its start."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return {"columns": list(structure.COLUMNS), "sha256": digest}


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[BufferedRandom]:
    """Open a file for writing that others see whole at the end, or never, even after a crash."""
    staged = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with staged.open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
