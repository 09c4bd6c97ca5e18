"""Content hashes: of bars, of plain data, of the package's own sources."""

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

PACKAGE = Path(__file__).parent


def bars_fingerprint(bars: pd.DataFrame) -> str:
    """Hash the stamps, the column names and every value of a table of bars (SHA-256, hex)."""
    digest = hashlib.sha256()
    index = pd.DatetimeIndex(bars.index).as_unit("ns")
    digest.update(np.ascontiguousarray(index.asi8).data)
    digest.update("\x00".join(map(str, bars.columns)).encode())
    digest.update(np.ascontiguousarray(bars.to_numpy(dtype=np.float64)).data)
    return digest.hexdigest()


def canonical_json(value: object) -> str:
    """Write plain data as JSON with sorted keys and no spaces: equal data, equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=True)


def content_hash(value: object) -> str:
    """Hash plain data by its canonical JSON (SHA-256, hex)."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


@cache
def code_version(*parts: str) -> str:
    """Hash the package's own Python sources, or only the named files and folders of it (16 hex digits).

    Raises
    ------
    FileNotFoundError
        The package has no such file or folder: the hash of nothing would never change.
    """
    roots = [PACKAGE / part for part in parts] if parts else [PACKAGE]
    for root in roots:
        if not root.exists():
            raise FileNotFoundError(f"code_version: smc has no {root.relative_to(PACKAGE)}")
    files = sorted(path for root in roots for path in ([root] if root.is_file() else root.rglob("*.py")))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
