"""One step from any value towards plain data, by type; `register` adds a type."""

import dataclasses
import datetime as dt
import math
import numbers
import os
import uuid
from collections.abc import Mapping, Set
from decimal import Decimal
from enum import Enum
from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd


@singledispatch
def simplify(value: Any) -> Any:
    """Bring a value to None, bool, int, float, str, a list or a mapping; what these hold stays as it is.

    Raises
    ------
    Exception
        TypeError where there is no such form, or whatever the value's own conversion raises.

    >>> simplify(np.datetime64("2020-01-01", "ns")), simplify(np.arange(3)), simplify(b"EURUSD")
    ('2020-01-01T00:00:00', [0, 1, 2], 'EURUSD')
    """
    if isinstance(value, type):
        raise TypeError("no plain form for a class")
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: getattr(value, name) for name in names if hasattr(value, name)}
    for conversion in ("tolist", "item"):  # NumPy, pandas and torch agree on these names
        if callable(getattr(value, conversion, None)):
            return simplify(getattr(value, conversion)())
    if hasattr(value, "__len__") and hasattr(value, "__iter__"):
        return list(value)
    raise TypeError(f"no plain form for {type(value).__name__}")


@simplify.register(type(None))
@simplify.register(bool)
@simplify.register(list)
@simplify.register(Mapping)
def _as_it_is(value: Any) -> Any:
    return value


@simplify.register
def _(value: tuple) -> Any:
    return value._asdict() if hasattr(value, "_asdict") else list(value)  # type: ignore[attr-defined]


@simplify.register
def _(value: Set) -> Any:
    try:
        return sorted(value)
    except TypeError:
        return sorted(value, key=lambda item: (type(item).__name__, str(item)))


@simplify.register
def _(value: str) -> Any:
    return str.__str__(value)


@simplify.register(bytes)
@simplify.register(bytearray)
@simplify.register(memoryview)
def _text(value: Any) -> Any:
    return bytes(value).decode("utf-8", "backslashreplace")


@simplify.register
def _(value: os.PathLike) -> Any:
    return simplify(os.fspath(value))


@simplify.register(uuid.UUID)
@simplify.register(pd.Period)
@simplify.register(pd.Interval)
def _as_text(value: Any) -> Any:
    return str(value)


@simplify.register
def _(value: numbers.Integral) -> Any:
    number = int(value)
    str(number)  # Python refuses the text of integers beyond 4,300 digits
    return number


@simplify.register(Decimal)
@simplify.register(numbers.Real)
def _as_float(value: Any) -> Any:
    return float(value)


@simplify.register
def _(value: numbers.Complex) -> Any:
    return {"real": value.real, "imag": value.imag}


@simplify.register
def _(value: Enum) -> Any:
    return simplify(value.value)


@simplify.register(dt.date)
@simplify.register(dt.time)
def _stamp(value: Any) -> Any:
    return value.isoformat()


@simplify.register
def _(value: dt.timedelta) -> Any:
    return value.total_seconds()


@simplify.register(type(pd.NaT))
@simplify.register(type(pd.NA))
def _missing(value: Any) -> Any:  # noqa: ARG001
    return math.nan


@simplify.register
def _(value: np.datetime64) -> Any:
    return simplify(pd.Timestamp(value))


@simplify.register
def _(value: np.timedelta64) -> Any:
    return simplify(pd.Timedelta(value))


@simplify.register
def _(value: np.ndarray) -> Any:
    if value.dtype.kind in "mM":  # `tolist` would give counts of nanoseconds
        return list(value) if value.ndim else simplify(value[()])
    return value.tolist() if value.ndim else simplify(value.tolist())


@simplify.register
def _(value: pd.Series) -> Any:
    if isinstance(value.index, pd.RangeIndex) or not value.index.is_unique:
        return value.tolist()
    return dict(zip(value.index, value.tolist(), strict=True))


@simplify.register
def _(value: pd.DataFrame) -> Any:
    return [dict(zip(value.columns, row, strict=True)) for row in value.itertuples(index=False, name=None)]
