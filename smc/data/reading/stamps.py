"""Cells to instants: one style a file, found from its first rows and then held to."""
# pyarrow.compute makes its functions when it is imported
# pyright: reportAttributeAccessIssue=false

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from smc.errors import DataError
from smc.typing import BoolArray, IntArray

NAT = int(np.iinfo(np.int64).min)
MS = 10**6
DAY_MS = 86_400_000
#: Stamps outside these years are refused: they are other numbers, or another unit.
FIRST, LAST = (int(np.datetime64(f"{year}-01-01", "ns").astype(np.int64)) for year in (1800, 2200))

#: The styles, by what the cells of a file's first rows look like. A year that comes last needs a second look.
STYLES = {
    "epoch": r"-?[0-9]{9,10}(\.0*)?|-?[0-9]{12,13}(\.0*)?|-?[0-9]{15,16}(\.0*)?|[0-9]{18,19}(\.0*)?",
    "iso": r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9]).*",
    "year_first": r"[0-9]{4}([./])[0-9]{1,2}\1[0-9]{1,2}(?![0-9]).*",
    "compact": r"[0-9]{8}([ T].*)?|[0-9]{14}",
    "day_first": r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}(?![0-9]).*",
    "year_last": r"[0-9]{1,2}([/-])[0-9]{1,2}\1[0-9]{4}(?![0-9]).*",
}
YEAR_FIRST = r"^([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})"
YEAR_LAST = r"^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})"
#: How each style is rewritten to ISO 8601, which is then cast strictly.
REWRITES = {
    "iso": (),
    "year_first": ((YEAR_FIRST, r"\1-\2-\3"),),
    "compact": (
        (r"^([0-9]{4})([0-9]{2})([0-9]{2})", r"\1-\2-\3"),
        (r"^(.{10})[ T]?([0-9]{2})([0-9]{2})([0-9]{2})", r"\1 \2:\3:\4"),
    ),
    "day_first": ((YEAR_LAST, r"\3-\2-\1"),),
    "month_first": ((YEAR_LAST, r"\3-\1-\2"),),
}
#: What people write besides: one-digit months, days and hours, more blanks, zones in words.
TIDY = (
    (r"^([0-9]{4})-([0-9])-", r"\1-0\2-"),
    (r"^([0-9]{4}-[0-9]{2})-([0-9])($|[^0-9])", r"\1-0\2\3"),
    (r"^(.{10})(?: +|T)([0-9]:)", r"\1 0\2"),
    (r"^(.{10}) +", r"\1 "),
    (r"(:[0-9.]+) ?(?:UTC|GMT)?([+-][0-9]{2}):?([0-9]{2})$", r"\1\2:\3"),
    (r"(:[0-9.]+) ?(?:UTC|GMT|z)$", r"\1Z"),
)
ISO = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[ T][0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?$"
)
ZONE = r":.*(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)$"
HALF_DAY = r"[ -]*(?i:[ap]\.?m\.?)$"
AFTERNOON = r"(?i:p\.?m\.?)$"


def find_style(sample: Sequence[str]) -> str:
    """Name the style that most of the sample's cells are written in.

    Raises
    ------
    DataError
        None of them is a stamp that smc reads.

    Examples
    --------
    >>> [find_style([cell]) for cell in ("2013.08.15 18:00", "01.01.2017 22:00:00.000", "1637971200000")]
    ['year_first', 'day_first', 'epoch']
    """
    cells = [cell.strip() for cell in sample]
    fits = {name: sum(bool(re.fullmatch(rule, cell)) for cell in cells) for name, rule in STYLES.items()}
    best = max(fits, key=lambda name: fits[name])
    if not fits[best]:
        shown = repr(cells[0]) if cells else "nothing"
        raise DataError(f"a time stamp is expected, got {shown}: write YYYY-MM-DD HH:MM:SS, or an epoch")
    return best


def day_or_month_first(columns: Iterable[pa.Array]) -> str:
    """Decide between 31/12/2020 and 12/31/2020 from the first cell that can be read in one way only.

    Raises
    ------
    DataError
        Every day of the file is a 12th or earlier: a guess would be silent.
    """
    cells = None
    for cells in columns:
        first, second = (
            pc.cast(_only_digits(pc.replace_substring_regex(cells, YEAR_LAST + ".*", group)), pa.int64())
            for group in (r"\1", r"\2")
        )
        if pc.any(pc.greater(first, 12)).as_py():
            return "day_first"
        if pc.any(pc.greater(second, 12)).as_py():
            return "month_first"
    shown = cells[0].as_py() if cells else ""
    raise DataError(f"stamps such as {shown!r} can be read day first or month first: write them year first")


def parse_stamps(cells: pa.Array, style: str, *, midnight: int = 0) -> tuple[IntArray, BoolArray]:
    """Turn cells into nanoseconds since 1970: UTC where a cell says its zone, else of the wall clock.

    Epochs count seconds, milliseconds, microseconds or nanoseconds, told by their number of digits (9-10,
    12-13, 15-16, 18-19), and are UTC. Dates of the calendar only, fields in the style's order, at most nine
    decimals of a second: anything else is no stamp.

    Parameters
    ----------
    style
        From `find_style`; `clock_ms` for milliseconds since a midnight that the file's name gives.
    midnight
        That midnight, in nanoseconds.

    Returns
    -------
    tuple
        Nanoseconds, with the smallest int64 where a cell is no stamp, and the mask of cells that say their
        zone.
    """
    if pa.types.is_timestamp(cells.type) or pa.types.is_date(cells.type):
        is_aware = pa.types.is_timestamp(cells.type) and cells.type.tz is not None
        return _to_ns(cells), np.full(len(cells), is_aware)
    text = pc.utf8_trim_whitespace(cells)
    if style == "epoch":
        return _from_epoch(text), np.ones(len(text), dtype=bool)
    if style == "clock_ms":
        ms = pc.fill_null(pc.cast(_only_digits(text), pa.int64()), DAY_MS).to_numpy()
        return np.where((ms >= 0) & (ms < DAY_MS), midnight + ms * MS, NAT), np.zeros(len(text), dtype=bool)
    for pattern, iso in REWRITES[style]:
        text = pc.replace_substring_regex(text, pattern, iso)
    return _from_iso(text)


def to_text(cells: pa.Array) -> pa.Array:
    """Write a column of stamps stored as numbers as text; leave stored instants and text as they are."""
    if pa.types.is_floating(cells.type):
        cells = _cast_each(cells, pa.int64())
    if pa.types.is_timestamp(cells.type) or pa.types.is_date(cells.type):
        return cells
    return pc.fill_null(pc.cast(cells, pa.string()), "")


def _from_iso(text: pa.Array) -> tuple[IntArray, BoolArray]:
    """Cast ISO 8601: all cells at once if they are alike, else those with a zone apart from those without."""
    for kind, is_aware in ((pa.timestamp("ns"), False), (pa.timestamp("ns", "UTC"), True)):
        try:
            return _within(pc.cast(text, kind)), np.full(len(text), is_aware)
        except pa.ArrowInvalid:
            continue
    half_day = pc.match_substring_regex(text, HALF_DAY)
    afternoon = pc.match_substring_regex(text, AFTERNOON)
    for pattern, iso in ((HALF_DAY, ""), *TIDY):
        text = pc.replace_substring_regex(text, pattern, iso)
    text = pc.if_else(pc.match_substring_regex(text, ISO), text, pa.scalar(None, pa.string()))
    aware = pc.fill_null(pc.match_substring_regex(text, ZONE), False).to_numpy(zero_copy_only=False)
    stamps = np.full(len(text), NAT)
    for kind, is_aware in ((pa.timestamp("ns"), ~aware), (pa.timestamp("ns", "UTC"), aware)):
        stamps[is_aware] = _within(_cast_each(text.filter(pa.array(is_aware)), kind))
    halves = (half_day.to_numpy(zero_copy_only=False), afternoon.to_numpy(zero_copy_only=False))
    return _on_24_hours(stamps, *halves), aware


def _on_24_hours(stamps: IntArray, half_day: BoolArray, afternoon: BoolArray) -> IntArray:
    """Move stamps with AM or PM: 12 AM is midnight, 12 PM noon; hours 0 and 13-23 do not go with either."""
    hour = stamps // (3600 * 10**9) % 24
    shift = np.where(afternoon, 12, 0) - np.where(hour == 12, 12, 0)
    moved = np.where((hour >= 1) & (hour <= 12) & (stamps != NAT), stamps + shift * 3600 * 10**9, NAT)
    return np.where(half_day, moved, stamps)


def _from_epoch(text: pa.Array) -> IntArray:
    digits = pc.replace_substring_regex(text, r"\.0*$", "")
    size = pc.utf8_length(pc.replace_substring(digits, "-", "")).to_numpy()
    number = pc.fill_null(_cast_each(_only_digits(digits), pa.int64()), NAT).to_numpy()
    stamps = np.full(len(number), NAT)
    for low, unit in ((9, 10**9), (12, 10**6), (15, 10**3), (18, 1)):
        fits = (size >= low) & (size <= low + 1) & (number >= FIRST // unit) & (number < LAST // unit)
        stamps[fits] = number[fits] * unit
    return stamps


def _only_digits(text: pa.Array) -> pa.Array:
    """Blank out what is no whole number of at most 19 digits."""
    return pc.if_else(pc.match_substring_regex(text, r"^-?[0-9]{1,19}$"), text, pa.scalar(None, pa.string()))


def _to_ns(cells: pa.Array) -> IntArray:
    kind = pa.timestamp("ns", cells.type.tz if pa.types.is_timestamp(cells.type) else None)
    return _within(_cast_each(cells, kind))


def _within(instants: pa.Array) -> IntArray:
    """Give nanoseconds, with NAT for nulls and for years outside the range."""
    stamps = pc.fill_null(instants.cast(pa.int64()), NAT).to_numpy(zero_copy_only=False)
    return np.where((stamps >= FIRST) & (stamps < LAST), stamps, NAT)


def _cast_each(cells: pa.Array, kind: pa.DataType) -> pa.Array:
    """Cast a column, with nulls for the cells that cannot be, found by halving."""
    try:
        return pc.cast(cells, kind)
    except pa.ArrowInvalid:
        if len(cells) == 1:
            return pa.nulls(1, kind)
        half = len(cells) // 2
        return pa.concat_arrays([_cast_each(cells[:half], kind), _cast_each(cells[half:], kind)])
