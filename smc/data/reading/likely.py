"""What the columns of a table probably are, by their values: for messages only, never to read by."""

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np

from smc.data.bad_bars import PRICES
from smc.data.reading.columns import CLOCK, DATES, NUMBER, TIMES, is_stamp, normal, price_positions
from smc.data.reading.named import Name, Named, as_typed, spell_all
from smc.typing import FloatArray

#: Columns that are tried as prices, from the left.
N_CANDIDATES = 7
#: Prices of one bar differ by less than this factor, all rows taken together.
NEAR = 3.0
#: Share of the rows whose high and low must hold the open and the close.
HOLDS = 0.95


def likely_order(
    values: Mapping[int, FloatArray], assigned: Mapping[str, int], fixed: Sequence[str] = ()
) -> dict[str, int] | None:
    """Find the columns that behave as open, high, low and close.

    The high and the low hold the other two in all but a few rows; of several such orders, that whose opens
    are nearest to the close of the bar before, then that nearest to ``assigned``.

    Parameters
    ----------
    values
        Candidate columns by position, rows in order of time.
    assigned
        What each field is taken to be; may lack some.
    fixed
        Fields that stay where they are.

    Examples
    --------
    >>> rows = np.array([[41900.7, 42300, 41950.2, 42210.4], [41980, 42260.5, 42210.4, 42100]])
    >>> likely_order(dict(enumerate(rows.T)), {"open": 0, "high": 1, "low": 2, "close": 3})
    {'open': 2, 'high': 1, 'low': 0, 'close': 3}
    """
    best, best_score = None, (np.inf, 0)
    free = [field for field in PRICES if field not in fixed]
    rest = [place for place in values if place not in {assigned[field] for field in fixed}]
    for places in permutations(rest, len(free)):
        order = {field: assigned[field] for field in fixed} | dict(zip(free, places, strict=True))
        opens, high, low, close = (values[order[field]] for field in PRICES)
        holds = (low <= np.minimum(opens, close)) & (high >= np.maximum(opens, close))
        if np.mean(holds) < HOLDS:
            continue
        jumps = np.abs(np.log(opens[1:] / close[:-1])).sum() if len(opens) > 1 else 0.0
        score = (round(float(jumps), 9), sum(order[field] != assigned.get(field) for field in PRICES))
        if score < best_score:
            best, best_score = {field: order[field] for field in PRICES}, score
    return best


def price_like(rows: Sequence[Sequence[str]], first: int | None = None) -> dict[int, FloatArray]:
    """Give the columns of positive numbers of one size: that of ``first``, or the leftmost of four."""
    columns: dict[int, FloatArray] = {}
    for place, cells in enumerate(zip(*rows, strict=True)):
        if all(NUMBER.fullmatch(cell.strip()) for cell in cells):
            numbers = np.array([float(cell.strip().replace(",", ".")) for cell in cells])
            if (numbers > 0).all():
                columns[place] = numbers
    sizes = {place: float(np.median(numbers)) for place, numbers in columns.items()}
    groups = [
        [other for other in columns if 1 / NEAR < sizes[other] / sizes[place] < NEAR]
        for place in ([first] if first in columns else columns)
    ]
    group = next((group for group in groups if len(group) >= len(PRICES)), max(groups, key=len, default=[]))
    return {place: columns[place] for place in group[:N_CANDIDATES]}


def suggest(names: Sequence[str] | None, rows: Sequence[Sequence[str]], named: Named) -> str | None:
    """Say which columns of a table look like a bar, and what to type; None if none do.

    Parameters
    ----------
    names
        The header, if there is one.
    rows
        The first rows.
    named
        What the caller has typed already.
    """
    time = _likely_time(rows)
    found = price_positions(names, {}) if names else {}
    assigned = {field: places[0] for field, places in found.items() if places}
    if not time:
        return None
    candidates = price_like(rows, assigned.get("open"))
    candidates = {place: numbers for place, numbers in candidates.items() if place not in time}
    behind = {place: numbers for place, numbers in candidates.items() if place > time[-1]}
    if not names and len(behind) >= len(PRICES):
        candidates = behind
    missing = [field for field in PRICES if field not in assigned]
    start = dict(zip(missing, [p for p in candidates if p not in assigned.values()], strict=False))
    fixed = [field for field in PRICES if field in assigned and assigned[field] in candidates]
    if len(fixed) < len(assigned):
        return None
    order = likely_order(in_order(candidates, rows, time), start | assigned, fixed) if missing else assigned
    if order is None:
        return None
    wanted: dict[str, Name | Sequence[Name]] = {}
    spell: list[Name] = spell_all(names, len(rows[0]))
    if not names or not _is_known_time(names, time):
        wanted["time"] = spell[time[0]] if len(time) == 1 else [spell[place] for place in time]
    wanted |= {field: spell[order[field]] for field in PRICES if not names or field in missing}
    after = max(order.values()) + 1
    if not names and after < len(rows[0]) and all(NUMBER.fullmatch(row[after].strip()) for row in rows):
        wanted["volume"] = after
    typed = {**{field: _single(each) for field, each in named.items()}, **wanted}
    if names:
        shown = ", ".join(f"{names[order[field]].strip()!r} looks like the {field}" for field in missing)
        return f"{shown or 'the prices are there'}: set {as_typed(typed)}"
    return f"its cells look like {', '.join(_cells(wanted))}: set {as_typed(typed)}"


def in_order(
    values: Mapping[int, FloatArray], rows: Sequence[Sequence[str]], time: Sequence[int]
) -> dict[int, FloatArray]:
    """Turn rows that run back in time; stamps that begin with the year, or count, sort as text."""
    stamps = [[row[place].strip() for place in time] for row in rows]
    is_back = bool(stamps) and stamps[0] > stamps[-1] and len(stamps[0][0]) == len(stamps[-1][0])
    return {place: numbers[::-1] if is_back else numbers for place, numbers in values.items()}


def _likely_time(rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Find the leftmost column of stamps, with the clock beside it."""
    for place in range(len(rows[0])):
        if all(is_stamp(row[place].strip()) for row in rows):
            beside = place + 1 < len(rows[0]) and all(CLOCK.fullmatch(row[place + 1].strip()) for row in rows)
            return (place, place + 1) if beside else (place,)
    return ()


def _is_known_time(names: Sequence[str], time: Sequence[int]) -> bool:
    """Tell whether smc would find the stamps by itself."""
    return all(normal(names[place]) in (*TIMES, *DATES, "") for place in time)


def _single(names: Sequence[Name]) -> Name | Sequence[Name]:
    return names[0] if len(names) == 1 else names


def _cells(wanted: Mapping[str, Name | Sequence[Name]]) -> list[str]:
    return [f"{field} ({place if isinstance(place, int) else place[0]})" for field, place in wanted.items()]
