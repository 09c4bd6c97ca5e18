"""The structure machine as an object: fed with tables or bar by bar, it gives the same rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from smc.arguments import check_choice, check_non_negative, check_positive
from smc.errors import DataError
from smc.fingerprint import code_version
from smc.structure.clock import NEW_YORK, check_zone, local_minutes, minute_of_day, parse_clock, trading_day
from smc.structure.columns import COLUMNS, ROW
from smc.structure.state import MAX_SWING_SIZE, empty_state
from smc.typing import FloatArray

BARS = ["open", "high", "low", "close", "volume"]
#: Bars whose rows are held at a time: few enough for the cache of a processor.
PART_SIZE = 4096


class StructureRules(TypedDict, total=False):
    """Arguments of `Machine`: the rules that features, events and labels share."""

    swing_size: int
    max_age: int
    min_gap_atr: float
    pool_tolerance_atr: float
    tz: str
    day_start: str


class Machine:
    """Follow market structure bar by bar, with a memory of fixed size.

    Row t of its output depends on bars <= t alone. Bars may come in one table or in many; one compiled step
    serves both, so live rows equal those of the batch to the bit.

    Parameters
    ----------
    swing_size
        A high is a swing if it is the highest from ``swing_size - 1`` bars before it to ``swing_size`` bars
        after it; it is known only then. At most 128.
    max_age
        Bars after which zones, levels and pools expire, and at which ages of breaks and sweeps are capped.
    min_gap_atr
        Smallest fair value gap that counts, in ATR.
    pool_tolerance_atr
        Two swing levels no further apart than this, in ATR, form a pool of liquidity.
    tz, day_start
        Clock of the trading day, daylight saving included; ``pd_prevday_pos`` alone follows it. In foreign
        exchange a day begins at 17:00 in New York. Hours and kill zones are those of New York in any case.

    Raises
    ------
    ValueError
        A parameter is out of range.
    """

    def __init__(
        self,
        *,
        swing_size: int = 5,
        max_age: int = 500,
        min_gap_atr: float = 0.1,
        pool_tolerance_atr: float = 0.25,
        tz: str = NEW_YORK,
        day_start: str = "17:00",
    ) -> None:
        check_choice("swing_size", swing_size, range(1, MAX_SWING_SIZE + 1))
        check_positive("max_age", max_age)
        check_non_negative("min_gap_atr", min_gap_atr)
        check_non_negative("pool_tolerance_atr", pool_tolerance_atr)
        check_zone(tz)
        parse_clock(day_start)
        self.tz, self.day_start = tz, day_start
        self._core, self._sides = empty_state(swing_size, max_age, min_gap_atr, pool_tolerance_atr)
        self._last = np.iinfo(np.int64).min  # stamp of the last bar, nanoseconds

    def run(self, bars: pd.DataFrame, columns: Sequence[str] = COLUMNS) -> FloatArray:
        """Take the next bars; return the wanted columns of their rows, shape (n_bars, n_columns).

        Raises
        ------
        DataError
            A column that is missing or holds no numbers, stamps without a zone or out of order, a price that
            is not finite and positive.
        """
        return table(len(bars), columns, self.parts(bars))

    def parts(self, bars: pd.DataFrame) -> Iterator[FloatArray]:
        """Take the next bars; give whole rows a part at a time, in memory that the next part overwrites."""
        return self.advance(bars.index, _as_numbers(ohlcv(bars)))

    def update(self, bar: Mapping[str, Any]) -> FloatArray:
        """Take one bar, a mapping with time, open, high, low, close and volume; return its row."""
        prices = np.array([[bar[name] for name in BARS]], dtype=np.float64)
        return next(self.advance(pd.DatetimeIndex([bar["time"]]), prices))[0]

    def advance(self, index: pd.Index, prices: FloatArray) -> Iterator[FloatArray]:
        """Take the next bars as stamps and open, high, low, close, volume (n_bars, 5); see `parts`."""
        stamps = _check_stamps(index, self._last)
        _check_prices(stamps, prices)
        minute = minute_of_day(local_minutes(stamps, NEW_YORK))
        day = trading_day(local_minutes(stamps, self.tz), self.day_start)
        clock = np.column_stack([minute, day])
        moments, prices = stamps.as_unit("ns").asi8, np.ascontiguousarray(prices)
        memory = np.empty(min(len(stamps), PART_SIZE), ROW)
        for first in range(0, len(stamps), PART_SIZE):
            part = slice(first, first + PART_SIZE)
            rows = memory[: len(prices[part])]
            _compiled()(self._core, self._sides, prices[part], clock[part], rows)
            self._last = moments[part][-1]
            yield rows.view(np.float64).reshape(len(rows), len(COLUMNS))


def table(n_bars: int, columns: Sequence[str], parts: Iterable[FloatArray]) -> FloatArray:
    """Put the wanted columns of rows that come in parts into one table."""
    values = np.empty((n_bars, len(columns)))
    for _ in fill(values, columns, parts):
        pass
    return values


def fill(values: FloatArray, columns: Sequence[str], parts: Iterable[FloatArray]) -> Iterator[FloatArray]:
    """Pass the parts on, and put their wanted columns into ``values`` on the way."""
    picks, done = [COLUMNS.index(name) for name in columns], 0
    for rows in parts:
        values[done : done + len(rows)] = rows.take(picks, axis=1)
        done += len(rows)
        yield rows


def ohlcv(bars: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that the machine reads, in its order, or raise DataError for one that is missing."""
    missing = [name for name in BARS if name not in bars.columns]
    if missing:
        raise DataError(f"bars have no column {', '.join(missing)}; a missing volume is a column of NaN")
    return pd.DataFrame(bars[BARS])


def _as_numbers(bars: pd.DataFrame) -> FloatArray:
    """Return the columns as float64, numbers that are stored as text too."""
    for name in bars:
        try:
            bars[name].to_numpy(dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(f"the column {name} of bars must hold numbers: {error}") from error
    return bars.to_numpy(dtype=np.float64)


@cache
def _compiled() -> Callable[..., None]:
    """Import the compiled loop at first use: Numba is slow to import, and cached features need none of it."""
    from smc.structure.kernel import compile_run

    return compile_run(code_version("structure"))


def _check_stamps(index: pd.Index, last: int) -> pd.DatetimeIndex:
    if not isinstance(index, pd.DatetimeIndex) or index.tz is None:
        raise DataError(
            "bars need a DatetimeIndex with a time zone; hours and trading days are unknown without"
        )
    stamps = index.as_unit("ns").asi8
    wrong = np.flatnonzero(stamps <= np.concatenate([[last], stamps])[:-1])
    if wrong.size:
        raise DataError(f"each bar must be later than the one before it: the bar at {index[wrong[0]]} is not")
    return index


def _check_prices(index: pd.DatetimeIndex, prices: FloatArray) -> None:
    good = np.isfinite(prices[:, :4]) & (prices[:, :4] > 0)
    if not good.all():
        row, column = np.argwhere(~good)[0]
        raise DataError(
            f"prices must be finite and positive: {BARS[column]} at {index[row]} is {prices[row, column]}; "
            "drop or repair bad bars first (data.on_bad)"
        )
