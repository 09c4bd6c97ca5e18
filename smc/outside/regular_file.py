"""Files that anybody may have put there: opened if they are plain files, and read up to a bound."""

import errno
import json
import math
import os
import stat
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Any

#: Bytes; the largest text that is parsed. What smc writes takes a thousandth of it.
MOST = 50_000_000
#: Values and nested levels of the largest text that is parsed.
MOST_VALUES, MOST_DEEP = 5_000_000, 100
#: Values that hold others.
NESTED = frozenset((dict, list))


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading, but neither a link nor a pipe, which would be waited for.

    Raises
    ------
    OSError
        There is none, or it is no plain file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _no_plain_file(path, "a link") from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _no_plain_file(path, "no plain file")
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path) -> bytes:
    """Read a whole file that is parsed as text.

    Raises
    ------
    OSError
        It cannot be opened (`open_regular`), or is larger than `MOST`.
    """
    with open_regular(path) as file:
        data = file.read(MOST + 1)
    if len(data) > MOST:
        raise OSError(errno.EFBIG, f"larger than {MOST:,} bytes", str(path))
    return data


def read_json(path: Path) -> Any:
    """Read a file of plain, finite JSON.

    Raises
    ------
    OSError
        As of `read_regular`.
    ValueError
        It is no JSON, or deeper or larger than anything that smc writes.
    """
    return parse_json(read_regular(path))


def parse_json(data: bytes) -> Any:
    """Parse plain, finite JSON.

    >>> parse_json(b'{"a": [1e999]}')
    Traceback (most recent call last):
    ValueError: a number that is not finite
    """
    try:
        value = json.loads(data, parse_constant=_not_finite)
    except RecursionError as error:
        raise ValueError(f"nested deeper than {MOST_DEEP} levels") from error
    check_bounded(value)
    return value


def check_bounded(value: Any) -> None:
    """Raise ValueError for data that is deeper or, shared parts counted each time, larger than a record.

    >>> shared = ["x"] * 1000
    >>> check_bounded([[shared] * 1000] * 1000)
    Traceback (most recent call last):
    ValueError: more than 5,000,000 values
    """
    n_values, level = 1, [value]
    for _ in range(MOST_DEEP):
        if any(map(math.isinf, [item for item in level if type(item) is float])):
            raise ValueError("a number that is not finite")
        holders = [item.values() if type(item) is dict else item for item in level if type(item) in NESTED]
        if not holders:
            return
        n_values += sum(map(len, holders))
        if n_values > MOST_VALUES:
            raise ValueError(f"more than {MOST_VALUES:,} values")
        level = list(chain.from_iterable(holders))
    raise ValueError(f"nested deeper than {MOST_DEEP} levels")


def _not_finite(text: str) -> Any:
    raise ValueError(f"a number that is not finite: {text}")


def _no_plain_file(path: Path, what: str) -> OSError:
    return OSError(errno.EINVAL, f"it is {what}", str(path))
