"""Cells to instants: one style a file, found from its first rows and then held to."""
# pyarrow.compute makes its functions when it is imported
# pyright: reportAttributeAccessIssue=false

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
MONTH = rf"(?i:(?:{'|'.join(MONTHS)})[a-z]*)"
#: How stamps are spelled, by what the cells of a file's first rows look like. Those whose year stands last in
#: digits need a second look, and so do counts from 1970: their unit is told from the whole column.
STYLES = {
    "iso": r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9]).*",
    "year_first": r"[0-9]{4}([./])[0-9]{1,2}\1[0-9]{1,2}(?![0-9]).*",
    "compact": r"(?:1[89]|2[01])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[ T].*|[0-9]{6})?",
    "day_first": r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}(?![0-9]).*",
    "year_last": r"[0-9]{1,2}([/-])[0-9]{1,2}\1[0-9]{4}(?![0-9]).*",
    "name_first": MONTH + r"\.?[ -][0-9]{1,2}(?:, ?|[ -])[0-9]{4}(?![0-9]).*",
    "name_second": r"[0-9]{1,2}([ -])" + MONTH + r"\1[0-9]{4}(?![0-9]).*",
    "epoch": r"-?[0-9]{1,19}(\.0*)?",
}
#: Dates with a year of two digits: read only where `data.stamps` says the order of their fields.
SHORT_YEAR = rf"[0-9]{{1,2}}([./ -])(?:[0-9]{{1,2}}|{MONTH})\1[0-9]{{2}}(?![0-9]).*"
#: What `data.stamps` may say, and the spellings that agree with it.
STAMPS = {
    "year_first": ("iso", "year_first", "compact"),
    "day_first": ("day_first", "year_last", "name_second"),
    "month_first": ("day_first", "year_last", "name_first"),
    **dict.fromkeys(("epoch_s", "epoch_ms", "epoch_us", "epoch_ns"), ("epoch",)),
    "wall_clock": tuple(STYLES),
}
MARK = r"(?:[./-]|, ?| )"
YEAR_FIRST = r"^([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})"
YEAR_LAST = rf"^([0-9]{{1,2}}){MARK}([0-9]{{1,2}}){MARK}([0-9]{{4}})"
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
#: Years of two digits: 1970 to 2069.
CENTURIES = {
    "year_first": ((r"^([0-6][0-9][./ -])", r"20\1"), (r"^([7-9][0-9][./ -])", r"19\1")),
    "year_last": (
        (rf"^([0-9]{{1,2}}{MARK}[0-9]{{1,2}}{MARK})([0-6][0-9])($|[^0-9])", r"\120\2\3"),
        (rf"^([0-9]{{1,2}}{MARK}[0-9]{{1,2}}{MARK})([7-9][0-9])($|[^0-9])", r"\119\2\3"),
    ),
}
#: What people write besides: one-digit months, days and hours, more blanks, zones in words.
TIDY = (
    (r"^([0-9]{4})-([0-9])-", r"\1-0\2-"),
    (r"^([0-9]{4}-[0-9]{2})-([0-9])($|[^0-9])", r"\1-0\2\3"),
    (r"^(.{10})(?: +|T)([0-9]:)", r"\1 0\2"),
    (r"^(.{10}) +", r"\1 "),
    (r"^(.{10}) ([0-9]{2})([0-9]{2})([0-9]{2})?$", r"\1 \2:\3:\4"),
    (r"^(.{16}):$", r"\1"),
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


@dataclass(frozen=True)
class Spelling:
    """How the stamps of one column are written; decided once."""

    style: str  # a key of REWRITES, `epoch` or `clock_ms`
    family: str = ""  # a key of STYLES
    mark: str = ""  # between the fields of a date whose year stands last
    has_names: bool = False  # months in words
    is_short: bool = False  # years may have two digits
    is_wall: bool = False  # what the stamps say about their zone is not so
    midnight: int = 0  # nanoseconds; for stamps that count milliseconds from it


def find_style(sample: Sequence[str], *, column: str = "time", stamps: str | None = None) -> str:
    """Name the style that most of the sample's cells are written in.

    Parameters
    ----------
    column
        What messages call it.
    stamps
        What `data.stamps` says: only styles that agree with it are looked for, and years of two digits are
        allowed (the style `short`).

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
    rules = {name: STYLES[name] for name in STAMPS[stamps]} if stamps else dict(STYLES)
    if stamps in ("year_first", "day_first", "month_first"):
        rules["short"] = SHORT_YEAR
    fits = {name: sum(bool(re.fullmatch(rule, cell)) for cell in cells) for name, rule in rules.items()}
    best = max(fits, key=lambda name: fits[name])
    if not fits[best]:
        raise DataError(_no_style(cells, column, stamps))
    return best


def _no_style(cells: Sequence[str], column: str, stamps: str | None) -> str:
    shown = repr(cells[0]) if cells else "nothing"
    if stamps:
        return f"data.stamps={stamps}, but column {column} holds {shown}: leave data.stamps out, or mend it"
    said = f"a time stamp is expected in column {column}, got {shown}"
    if any(re.fullmatch(SHORT_YEAR, cell) for cell in cells):
        is_named = all(re.search(MONTH, cell) for cell in cells)
        orders = ("day_first",) if is_named else ("day_first", "month_first", "year_first")
        ways = " or ".join(f"data.stamps={order}" for order in orders)
        return f"{said}: say the order of a year of two digits, {ways}"
    return f"{said}: write YYYY-MM-DD HH:MM:SS, or an epoch"


def find_spelling(sample: Sequence[str], *, column: str, stamps: str | None) -> Spelling:
    """Decide how a column of stamps is written, from its first cells and from what `data.stamps` says.

    Of dates whose year stands last, the order of day and month stays `year_last` if nobody said it.

    Raises
    ------
    DataError
        No stamps, or two spellings of a date.
    """
    family = find_style(sample, column=column, stamps=stamps)
    is_order = stamps in ("year_first", "day_first", "month_first")
    style = {"name_first": "month_first", "name_second": "day_first"}.get(family, family)
    if family in ("day_first", "year_last", "short") and is_order:
        style = str(stamps)
    mark = ""
    if family in ("day_first", "year_last"):
        marks = [match[1] for cell in sample if (match := re.match(r"[0-9]{1,2}([./-])", cell.strip()))]
        mark = max(marks, key=marks.count)
    has_names = any(re.search(MONTH, cell) for cell in sample)
    spelling = Spelling(style, family, mark, has_names, is_order, stamps == "wall_clock")
    check_single_spelling(sample, spelling, column=column)
    return spelling


def check_single_spelling(cells: Iterable[str], spelling: Spelling, *, column: str) -> None:
    """Refuse a column of dates in which some are spelled in another way: a spreadsheet rewrites what it takes
    for a date, so that neither spelling can be trusted.

    Raises
    ------
    DataError
        With a cell that is spelled in another way.
    """
    if spelling.family in ("epoch", "clock_ms", "short"):
        return
    for cell in map(str.strip, cells):
        kind = next((name for name, rule in STYLES.items() if re.fullmatch(rule, cell)), "epoch")
        is_other_mark = kind == spelling.family and spelling.mark and spelling.mark not in cell[:3]
        if (kind not in ("epoch", spelling.family)) or is_other_mark or _is_other_order(cell, spelling):
            raise DataError(
                f"two spellings of a date in one column: {cell!r} in column {column}, whose other stamps are "
                f"written {_describe(spelling)}. A spreadsheet may have rewritten some, so neither can "
                "be trusted: take the file from its source again; data.on_bad settles nothing here"
            )


def _is_other_order(cell: str, spelling: Spelling) -> bool:
    """Tell whether a date with the year last makes sense only with day and month the other way round."""
    match = re.match(r"([0-9]{1,2})([./-])([0-9]{1,2})\2[0-9]{4}", cell)
    if not match or spelling.style not in ("day_first", "month_first"):
        return False
    day, month = (
        (int(match[1]), int(match[3])) if spelling.style == "day_first" else (int(match[3]), int(match[1]))
    )
    return month > 12 and 1 <= day <= 12 and month <= 31


def _describe(spelling: Spelling) -> str:
    mark = spelling.mark or "-"
    return {
        "iso": "YYYY-MM-DD",
        "year_first": "YYYY.MM.DD",
        "compact": "YYYYMMDD",
        "day_first": f"DD{mark}MM{mark}YYYY",
        "month_first": f"MM{mark}DD{mark}YYYY",
    }.get(spelling.style, f"with {mark} and the year last")


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
    raise DataError(
        f"stamps such as {shown!r} can be read day first or month first: set data.stamps=day_first or "
        "data.stamps=month_first"
    )


def parse_stamps(cells: pa.Array, spelling: Spelling) -> tuple[IntArray, BoolArray]:
    """Turn cells into nanoseconds since 1970: UTC where a cell says its zone, else of the wall clock.

    Epochs stay counts, whose unit is told from the whole column (`smc.data.reading.epochs`), and are UTC.
    Dates of the calendar only, fields in the style's order, at most nine decimals of a second: anything else
    is no stamp.

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
    if spelling.style == "epoch":
        return _counts(text), np.ones(len(text), dtype=bool)
    if spelling.style == "clock_ms":
        ms = pc.fill_null(pc.cast(_only_digits(text), pa.int64()), DAY_MS).to_numpy()
        fits = (ms >= 0) & (ms < DAY_MS)
        return np.where(fits, spelling.midnight + ms * MS, NAT), np.zeros(len(text), dtype=bool)
    stamps, aware = _from_iso(_rewrite(text, spelling))
    if spelling.mark:
        rule = rf"^[0-9]{{1,2}}[{spelling.mark}][0-9]{{1,2}}[{spelling.mark}]"
        stamps[~pc.match_substring_regex(text, rule).to_numpy(zero_copy_only=False)] = NAT
    return stamps, aware


def _rewrite(text: pa.Array, spelling: Spelling) -> pa.Array:
    """Write dates as ISO 8601 does."""
    if spelling.has_names:
        for number, name in enumerate(MONTHS, 1):
            text = pc.replace_substring_regex(
                text, rf"(?i)\b{name}[a-z]*\.?", f"{number:02}", max_replacements=1
            )
    rules = REWRITES[spelling.style]
    if spelling.is_short and spelling.style in ("year_first", "day_first", "month_first"):
        rules = (*CENTURIES["year_first" if spelling.style == "year_first" else "year_last"], *rules)
    for pattern, iso in rules:
        text = pc.replace_substring_regex(text, pattern, iso)
    return text


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


def _counts(text: pa.Array) -> IntArray:
    """Read whole numbers, with NAT for what is none."""
    digits = pc.replace_substring_regex(text, r"\.0*$", "")
    return pc.fill_null(_cast_each(_only_digits(digits), pa.int64()), NAT).to_numpy()


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
