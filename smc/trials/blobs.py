"""Arrays as a ledger keeps them: little-endian, compressed, named by the hash of their bytes."""

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from smc.trials.among import rows_among
from smc.trials.tables import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection


def pack(values: np.ndarray) -> bytes:
    """Compress an array of numbers; `unpack` needs its type."""
    return zlib.compress(np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes(), 1)


def unpack(content: bytes, dtype: str) -> np.ndarray:
    """Return the one-dimensional array that `pack` compressed.

    >>> unpack(pack(np.array([1.5, np.nan], dtype="float32")), "float32").tolist()
    [1.5, nan]
    """
    return np.frombuffer(zlib.decompress(content), np.dtype(dtype).newbyteorder("<")).astype(dtype)


def name(content: bytes) -> str:
    """Return the name of a blob: the SHA-256 of its bytes (hex)."""
    return hashlib.sha256(content).hexdigest()


def keep(connection: "Connection", contents: Iterable[bytes]) -> None:
    """Write the blobs that are not there yet."""
    wanted = {name(content): content for content in contents}
    known = set(stored(connection, wanted, "sha256"))
    rows = [{"sha256": key, "content": wanted[key]} for key in sorted(set(wanted) - known)]
    if rows:
        connection.execute(tables().blobs.insert(), rows)


def load(connection: "Connection", names: Iterable[str]) -> Mapping[str, bytes]:
    """Return the blobs of these names; one that is not there is left out."""
    return stored(connection, names, "content")


def stored(connection: "Connection", names: Iterable[str], column: str) -> dict[str, Any]:
    """Return one column of the blobs of these names."""
    table = tables().blobs
    query = table.select().with_only_columns(table.c.sha256, table.c[column])
    return {row[0]: row[1] for row in rows_among(connection, query, table.c.sha256, names)}
