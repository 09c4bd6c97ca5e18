"""Rows of the structure machine, kept on disk by content."""

import contextlib
import fcntl
import json
import logging
import os
import uuid
from collections.abc import Iterator
from importlib.metadata import version
from io import BufferedRandom
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc import structure
from smc.features.feature_set import FeatureSet
from smc.features.row_file import RowReader, write_rows
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
        values = self._read(key, features, len(bars))
        return features.assemble(bars, self._make(key, features, bars) if values is None else values)

    def _make(self, key: str, features: FeatureSet, bars: pd.DataFrame) -> FloatArray:
        """Compute and write the rows, unless another process does so just now: then wait for it."""
        with self._alone(key):
            values = self._read(key, features, len(bars))
            return self._written(key, features, bars) if values is None else values

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

    def _read(self, key: str, features: FeatureSet, n_bars: int) -> FloatArray | None:
        """Return the wanted columns of the rows, or None where there are none that can be trusted.

        The file is read once: what was hashed is what is returned, though another process replaces the file.
        """
        try:
            note = read_json(self.folder / f"{key}.json")
            with open_regular(self.folder / f"{key}.npy") as file:
                reader = RowReader(file, n_bars)
                values = structure.table(n_bars, features.machine_names, reader.parts())
        except (OSError, ValueError):
            return None
        return values if note == _note(reader.sha256) else None

    def _written(self, key: str, features: FeatureSet, bars: pd.DataFrame) -> FloatArray:
        """Compute the rows and write them on the way, then the note that vouches for them."""
        values = np.empty((len(bars), len(features.machine_names)))
        rows = structure.Machine(**features.rules).parts(bars)
        parts = structure.fill(values, features.machine_names, rows)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _whole(self.folder / f"{key}.npy") as file:
                note = _note(write_rows(file, len(bars), parts))
            with _whole(self.folder / f"{key}.json") as file:
                file.write(json.dumps(note).encode())
        except OSError as error:
            log.warning("features are not cached: %s", error)
            return structure.Machine(**features.rules).run(bars, features.machine_names)
        return values


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


def _note(sha256: str) -> dict[str, Any]:
    """Describe a file of rows."""
    return {"columns": list(structure.COLUMNS), "sha256": sha256}


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
