"""Arrays as one archive of NumPy's: no pickle, bytes that repeat, and only the arrays that were asked for."""

import io
import zlib
from collections.abc import Collection, Mapping
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy
from numpy.lib.npyio import NpzFile

from smc.errors import ModelError

#: Of zlib: the usual level takes three times as long for a seventh of the size.
LEVEL = 2
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
            archive.writestr(ZipInfo(f"{name}.npy", STAMP), content.getvalue(), ZIP_DEFLATED, LEVEL)
    return buffer.getvalue()


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
