"""Arrays as one archive of NumPy's: no pickle, bytes that repeat, and only the arrays that were asked for."""

import io
import zlib
from collections.abc import Collection, Mapping
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy
from numpy.lib.npyio import NpzFile

from smc.errors import ModelError

#: Of zlib: the usual level takes three times as long for a seventh of the size.
LEVEL = 2
#: An array whose sample stays larger than this share of it is stored as it is: random thresholds, and
#: what follows from them, took four fifths of the time for a ninth of the size.
SAMPLE, WORTH = 1 << 14, 0.8
STAMP = (1980, 1, 1, 0, 0, 0)
#: What NumPy and zlib raise of bytes that they did not write.
READ_ERRORS = (
    BadZipFile,
    EOFError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zlib.error,
)


def to_npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Write arrays; equal ones give equal bytes."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            npy.write_array(content, array, allow_pickle=False)
            data = content.getvalue()
            kind = ZIP_DEFLATED if _is_worth_it(data) else ZIP_STORED
            archive.writestr(ZipInfo(f"{name}.npy", STAMP), data, kind, LEVEL)
    return buffer.getvalue()


def _is_worth_it(data: bytes) -> bool:
    """Tell by a sample from its middle whether data becomes clearly smaller."""
    sample = data[len(data) // 2 :][:SAMPLE]
    return len(zlib.compress(sample, LEVEL)) < WORTH * len(sample)


def from_npz(data: bytes, names: Collection[str]) -> dict[str, np.ndarray]:
    """Read arrays back.

    Raises
    ------
    ModelError
        The bytes are no archive of just the arrays of these names, or one of them is a pickle, which is
        never read.

    >>> from_npz(to_npz({"a": np.arange(3)}), ["a"])
    {'a': array([0, 1, 2])}
    """
    try:
        archive = np.load(io.BytesIO(data), allow_pickle=False)
        held = archive.files if isinstance(archive, NpzFile) else ["no archive"]
        arrays = {name: archive[name] for name in names} if sorted(held) == sorted(names) else None
    except READ_ERRORS as error:
        raise ModelError(
            f"the arrays of a saved model are damaged: {type(error).__name__}: {error}"
        ) from error
    if arrays is None:
        raise ModelError(f"a saved model needs the arrays {', '.join(names)}, got {', '.join(held)}")
    return arrays
