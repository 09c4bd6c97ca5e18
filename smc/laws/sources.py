"""The laws of sources of bars."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from smc.blame import place_of
from smc.data.bad_bars import check_bars
from smc.errors import DataError
from smc.interfaces import DataSource
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh

PRICES = ["open", "high", "low", "close"]
#: Symbols of which bars are loaded.
N_SYMBOLS = 3


def symbol_faults(fresh: Fresh[DataSource]) -> Iterator[Fault]:
    """List symbols by name, each once."""
    with fresh() as source:
        place, got = place_of(source, "symbols"), source.symbols()
    symbols: Any = got
    if not isinstance(symbols, list) or not symbols or not all(isinstance(each, str) for each in symbols):
        yield Fault(
            "symbols", place, f"a list of names is needed, the default one first, got {symbols!r:.200}"
        )
    elif len(set(symbols)) < len(symbols):
        yield Fault("symbols", place, "one is named twice")


def bar_faults(fresh: Fresh[DataSource]) -> Iterator[Fault]:
    """Give bars that break no rule: prices within high and low, stamps in UTC, increasing."""
    with fresh() as source:
        place = place_of(source, "load")
        for symbol in source.symbols()[:N_SYMBOLS]:
            bars: Any = source.load(symbol)
            if not isinstance(bars, pd.DataFrame):
                yield Fault(f"bars of {symbol}", place, f"a DataFrame is needed, got {type(bars).__name__}")
                return
            yield from (Fault(f"bars of {symbol}", place, why) for why in _problems(bars))


def _problems(bars: pd.DataFrame) -> Iterator[str]:
    missing = [name for name in PRICES if name not in bars]
    if missing:
        yield f"{', '.join(missing)} are not among the columns {list(map(str, bars.columns))}"
        return
    index = bars.index
    if not isinstance(index, pd.DatetimeIndex) or str(index.tz) != "UTC":
        yield "the index must hold the bars' opening times in UTC: index.tz_localize(...).tz_convert('UTC')"
        return
    if odd := [name for name in (*PRICES, "volume") if name in bars and bars[name].dtype != np.float64]:
        yield f"{', '.join(odd)}: must be float64, got {bars[odd[0]].dtype}"
        return
    if not index.is_monotonic_increasing or index.has_duplicates:
        yield "stamps must be strictly increasing; smc.data.bad_bars.check_bars says where they are not"
        return
    try:
        check_bars(bars.assign(volume=bars.get("volume", 0.0)))
    except DataError as error:
        yield f"{error}"


def repeat_faults(fresh: Fresh[DataSource]) -> Iterator[Fault]:
    """Give the same bars each time, whatever became of those before: a run is known by them."""
    with fresh() as source:
        symbol = source.symbols()[0]
        first = source.load(symbol)
        kept = first.copy(deep=True)
        first.iloc[:, :] = 1.0
        again = source.load(symbol)
    with fresh() as source:
        anew = source.load(symbol)
    for got, how in ((anew, "of a new object"), (again, "after somebody wrote into those given before")):
        if not kept.equals(got):
            yield Fault(f"bars of {symbol}", place_of(source, "load"), f"they are others {how}: give a copy")
            return


def unknown_faults(fresh: Fresh[DataSource]) -> Iterator[Fault]:
    """Refuse a symbol that is not there, rather than give other bars."""
    with fresh() as source:
        try:
            source.load("NO_SUCH_SYMBOL")
        except Exception:  # noqa: BLE001 - a refusal of any kind is one
            return
        yield Fault(
            "symbols", place_of(source, "load"), "a symbol that is not listed is given bars: raise DataError"
        )
