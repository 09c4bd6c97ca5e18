"""Cells to float64, strictly: what is no number stays visible."""
# pyarrow.compute makes its functions when it is imported
# pyright: reportAttributeAccessIssue=false

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from smc.errors import DataError
from smc.typing import BoolArray, FloatArray

#: Cells that say "no value", in any case.
MISSING = pa.array(["", "null", "nan", "none", "n/a", "na", "#n/a", "-", "."])
#: Numbers in another spelling: separators of thousands, or the other decimal mark.
SEPARATED = re.compile(r"[+-]?(?:[0-9]{1,3}(?:[., '\u00a0\u202f][0-9]{3})+(?:[.,][0-9]*)?|[0-9]+[.,][0-9]+)")
NUMBER = r"^(?:[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?i:inf|infinity))$"


def parse_numbers(cells: pa.Array, *, decimal: str = ".") -> tuple[FloatArray, BoolArray]:
    """Cast a column of cells to float64.

    Accepted: digits with a decimal mark, a sign, an exponent ("1e5"), blanks around them. Missing: an empty
    cell, null, NaN, None, N/A, "-". Thousands separators are refused, because "1,234" can be read in two
    ways, and so is everything else. A magnitude beyond float64 becomes infinite or zero, which no price may
    be.

    Parameters
    ----------
    decimal
        The decimal mark of text: with "," a point is refused, and the other way round.

    Returns
    -------
    tuple
        The numbers, NaN where missing or unreadable, and the mask of unreadable cells.

    Examples
    --------
    >>> numbers, unreadable = parse_numbers(pa.array(["1.5", " 2e3 ", "N/A", "1,234.5"]))
    >>> numbers.tolist(), unreadable.tolist()
    ([1.5, 2000.0, nan, nan], [False, False, False, True])
    """
    if not pa.types.is_string(cells.type):
        return _from_typed(cells), np.zeros(len(cells), dtype=bool)
    text = cells
    if decimal == ",":
        text = pc.replace_substring(pc.replace_substring(text, ".", "'"), ",", ".")
    try:
        return _to_numpy(pc.cast(text, pa.float64())), np.zeros(len(cells), dtype=bool)
    except pa.ArrowInvalid:
        return _parse_each(text)


def _parse_each(text: pa.Array) -> tuple[FloatArray, BoolArray]:
    text = pc.utf8_trim_whitespace(text)
    is_number = pc.match_substring_regex(text, NUMBER)
    is_missing = pc.is_in(pc.utf8_lower(text), MISSING)
    numbers = pc.cast(pc.if_else(is_number, text, pa.scalar(None, pa.string())), pa.float64())
    unreadable = pc.invert(pc.or_(pc.fill_null(is_number, True), is_missing))
    return _to_numpy(numbers), unreadable.to_numpy(zero_copy_only=False)


def _from_typed(cells: pa.Array) -> FloatArray:
    kind = cells.type
    if not any(
        test(kind)
        for test in (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
    ):
        raise DataError(f"a column of numbers has the type {kind}: store it as float64")
    return _to_numpy(pc.cast(cells, pa.float64(), safe=False))


def _to_numpy(numbers: pa.Array) -> FloatArray:
    return numbers.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
