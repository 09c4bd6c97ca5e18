"""Counts since 1970 to instants: one unit a column, told from all of its cells."""

import numpy as np

from smc.data.reading.stamps import FIRST, LAST, NAT
from smc.errors import DataError
from smc.typing import IntArray

#: Nanoseconds in a unit, by the name that `data.stamps` gives it.
UNITS = {"epoch_s": 10**9, "epoch_ms": 10**6, "epoch_us": 10**3, "epoch_ns": 1}
#: Nanoseconds on either side of 1970 (three years) outside of which some cell must lie: smaller counts are
#: row numbers, or of a coarser unit.
NEAR = 10**17
#: A column that comes no nearer to 1970 than this many times the stretch where a coarser unit would land has
#: only strangers inside that stretch.
APART = 10


def epoch_unit(counts: IntArray) -> str | None:
    """Tell the unit of a column of epochs from the size of its counts; None if they are no epochs.

    The median count decides; where that lies within three years of 1970, the largest one does. A count that
    lies outside the years 1800 to 2199 in every unit, or within three years of 1970 in all that are left,
    tells nothing.

    Examples
    --------
    >>> [epoch_unit(np.array(counts)) for counts in ([1704153600], [-86400000, 0, 157766400000], [0, 1, 2])]
    ['epoch_s', 'epoch_ms', None]
    """
    sizes = np.abs(counts[counts != NAT])
    if not sizes.size:
        return None
    for size in (int(np.partition(sizes, sizes.size // 2)[sizes.size // 2]), int(sizes.max())):
        for unit, ns in UNITS.items():
            if NEAR <= size * ns < LAST:
                return unit
    return None


def from_epochs(counts: IntArray, unit: str) -> IntArray:
    """Turn counts into nanoseconds; NAT where there is none, or outside the years 1800 to 2199.

    >>> from_epochs(np.array([1704153600, 17041536001]), "epoch_s").tolist()
    [1704153600000000000, -9223372036854775808]
    """
    ns = UNITS[unit]
    fits = (counts >= -(-FIRST // ns)) & (counts <= (LAST - 1) // ns)
    return np.where(fits, counts * np.where(fits, ns, 0), NAT)


def check_single_unit(counts: IntArray, rows: IntArray, unit: str, *, column: str) -> None:
    """Refuse a column in which two cells or more are epochs of another unit.

    A finer unit leaves the range of years. A coarser one lands within weeks of 1970, which a column in one
    unit may well do; it is another unit if no other cell comes near that stretch.

    Raises
    ------
    DataError
        With a cell of either unit and its row.
    """
    ns, is_count = UNITS[unit], counts != NAT
    sizes = np.abs(np.where(is_count, counts, 0))
    strange = is_count & (from_epochs(counts, unit) == NAT) & (sizes * 1.0 >= NEAR / ns * 1000)
    if unit != "epoch_s":
        edge = LAST // ns // 1000
        inside = is_count & (sizes < edge)
        if inside.any() and (~inside).any() and sizes[is_count & ~inside].min() > APART * edge:
            strange |= inside
    if np.count_nonzero(strange) > 1:
        places = [int(np.argmax(is_count & ~strange)), int(np.argmax(strange))]
        shown = " and ".join(f"{counts[place]} (row {rows[place]})" for place in sorted(places))
        raise DataError(
            f"column {column} counts from 1970 in two units, {shown}: write one file a unit, or bring the "
            "stamps to one; data.on_bad settles nothing here"
        )


def no_epochs(counts: IntArray, *, column: str) -> DataError:
    """Say that a column of whole numbers holds no epochs, and what to type if it does."""
    known = counts[counts != NAT]
    span = f"{known.min()} to {known.max()}" if known.size else "none"
    return DataError(
        f"a time stamp is expected in column {column}, got whole numbers ({span}) that are no epochs in "
        "seconds, milliseconds, microseconds or nanoseconds of any time but 1970: name the column of stamps, "
        "as data.columns={time: ...}, or say the unit, as data.stamps=epoch_s"
    )


def agreed_unit(counts: IntArray, rows: IntArray, stamps: str | None, *, column: str) -> str:
    """Take the unit that `data.stamps` names, or tell it.

    Raises
    ------
    DataError
        The counts are no epochs, or of two units.
    """
    unit = stamps if stamps in UNITS else epoch_unit(counts)
    if unit is None:
        raise no_epochs(counts, column=column)
    if stamps not in UNITS:
        check_single_unit(counts, rows, unit, column=column)
    return unit
