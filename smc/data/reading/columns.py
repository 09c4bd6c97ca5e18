"""Which column is what: by the header's names, or by the shape of a row where there is no header."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from smc.data.bad_bars import PRICES
from smc.data.reading.stamps import STYLES
from smc.errors import DataError

#: Names of a stamp, best first: an instant with its zone before a wall clock, a full stamp before a date.
TIMES = (
    *("unix", "unix timestamp", "unix time", "epoch", "timestamp", "open time", "opentime"),
    *("datetime", "date time", "gmt time", "utc time", "time utc", "date utc", "datetime utc"),
    *("timestamp utc", "time", "date", "local time", "index", "index level 0", "t", "ts"),
)
#: Names of a volume, best first: ticks before a broker's real volume, the base asset's before the quote's.
VOLUMES = ("tick volume", "tickvolume", "tickvol", "volumefrom", "volume", "vol", "v")
SYMBOLS = ("symbol", "ticker", "instrument", "pair")
WIDE = re.compile(r"(.+?)[:._/ |-](open|high|low|close|volume)", re.IGNORECASE)
CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?|\d{6}")
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Columns:
    """Positions of the columns that make a bar."""

    time: tuple[int, ...]  # one stamp, or a date and a clock
    prices: dict[str, tuple[int, ...]]  # more than one position: a repeated column
    volume: tuple[int, ...] = ()  # empty: no volume
    symbol: int | None = None
    names: tuple[str, ...] = ()  # as in the header; empty without one
    is_wide: bool = False  # a table of several symbols side by side
    is_utc: bool = False  # the header says that the stamps are UTC
    is_clock_ms: bool = False  # milliseconds of the day that the file's name gives

    @property
    def needed(self) -> tuple[int, ...]:
        """Positions of all columns to read."""
        single = () if self.symbol is None else (self.symbol,)
        return tuple(sorted({*self.time, *sum(self.prices.values(), ()), *self.volume, *single}))

    def name(self, position: int) -> str:
        """Name a column as its file does, or by its number from 1."""
        return (self.names[position] if self.names else "") or str(position + 1)


def normal(name: str) -> str:
    """Bring a header's name to one spelling.

    >>> [normal(name) for name in ("<DATE>", " Open_Time ", "1. open", "Time (UTC)", "Close/Last")]
    ['date', 'open time', 'open', 'time utc', 'close/last']
    """
    text = re.sub(r"[\s_.()-]+", " ", name.strip().strip("<>\"'\ufeff").lower()).strip()
    return re.sub(r"^\d+ ", "", text)


def price_positions(names: Sequence[str]) -> dict[str, tuple[int, ...]] | None:
    """Find open, high, low and close among a header's names; None if one is missing."""
    positions = {}
    for field in PRICES:
        spellings = (field, field[0], f"{field} price", f"bid {field}", f"bid{field}", f"{field} bid")
        extra = ("close/last",) if field == "close" else ()
        positions[field] = _best(names, (*spellings, *extra))
    return positions if all(positions.values()) else None


def wide_symbols(names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Find symbols whose four prices stand side by side in one table, as `BTC:open`.

    >>> wide_symbols(["date", "BTC:open", "BTC:high", "BTC:low", "BTC:close", "ETH:open"])
    {'BTC': {'open': 1, 'high': 2, 'low': 3, 'close': 4}}
    """
    symbols: dict[str, dict[str, int]] = {}
    for position, name in enumerate(names):
        if match := WIDE.fullmatch(name.strip().strip('"')):
            symbols.setdefault(match[1], {}).setdefault(match[2].lower(), position)
    return {symbol: fields for symbol, fields in symbols.items() if set(PRICES) <= set(fields)}


def is_header(cells: Sequence[str]) -> bool:
    """Tell whether a row names the columns of bars."""
    return price_positions(cells) is not None or bool(wide_symbols(cells))


def by_header(names: Sequence[str], sample: Sequence[Sequence[str]], symbol: str) -> Columns:
    """Assign the columns of a table with a header.

    Parameters
    ----------
    names
        The header.
    sample
        The first rows, as text: they tell a clock beside a date from a full stamp.
    symbol
        Chooses among the symbols of a wide table, and the volume column of the base asset ("Volume BTC").

    Raises
    ------
    DataError
        No column of stamps, or a wide table without the symbol.
    """
    time = _time(names, sample)
    spelled = [normal(name) for name in names]
    is_utc = len(time) == 1 and bool({"utc", "gmt"} & set(spelled[time[0]].split()))
    prices = price_positions(names)
    if prices is None:
        wide = wide_symbols(names)
        if not wide:
            raise DataError(f"no columns open, high, low and close among {', '.join(map(repr, names))}")
        if symbol not in wide:
            raise DataError(
                f"a table of {', '.join(wide)} side by side has no {symbol}: give data.pattern the file's "
                "name without {symbol}, and choose one of them"
            )
        fields = wide[symbol]
        volume = (fields["volume"],) if "volume" in fields else ()
        singles = {field: (fields[field],) for field in PRICES}
        return Columns(time, singles, volume, names=tuple(names), is_wide=True, is_utc=is_utc)
    label = _best(names, SYMBOLS)
    assets = [symbol, *(row[label[0]] for row in sample[:1] if label)]
    volume = _volume(names, assets)
    return Columns(time, prices, volume, label[0] if label else None, tuple(names), is_utc=is_utc)


def by_shape(row: Sequence[str]) -> Columns | None:
    """Assign the columns of a table without a header, from its first row; None if its shape is not known.

    | cells | what |
    |---|---|
    | date, clock, OHLC, volume ... | MetaTrader 4 and 5, 6 to 9 cells |
    | stamp, OHLC, volume | histdata, Lean trades, freqtrade JSON; 5 cells without the volume |
    | date, OHLC, tick volume, volume, spread | MetaTrader 5, daily and longer |
    | stamp, bid OHLC, bid size, ask OHLC, ask size | Lean quotes: the bid; a size is no volume |
    | open time, OHLC, volume, close time, 5 more | Binance |
    """
    cells = [cell.strip() for cell in row]
    n_clocks = int(len(cells) > 1 and bool(CLOCK.fullmatch(cells[1])) and _is_date(cells[0]))
    is_ms = bool(cells and re.fullmatch(r"\d{1,8}", cells[0])) and not _is_date(cells[0])
    first = 1 + n_clocks
    n_values = len(cells) - first
    if not (_is_stamp(cells[0]) or is_ms) or n_values not in ((4, 5, 7) if n_clocks else (4, 5, 7, 10, 11)):
        return None
    if not all(NUMBER.fullmatch(cell) for cell in cells[first : first + 4]):
        return None
    volume = () if n_values in (4, 10) else (first + 4,)
    prices = {field: (first + place,) for place, field in enumerate(PRICES)}
    return Columns(tuple(range(first)), prices, volume, is_clock_ms=is_ms)


def _best(names: Sequence[str], wanted: Sequence[str]) -> tuple[int, ...]:
    """Positions of the first wanted name that occurs."""
    spelled = [normal(name) for name in names]
    for name in wanted:
        if name in spelled:
            return tuple(place for place, spelling in enumerate(spelled) if spelling == name)
    return ()


def _time(names: Sequence[str], sample: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Find the stamp: a date with a clock beside it, else the best name, else an unnamed first column."""
    date = _best(names, ("date",))
    for clock in _best(names, ("time",)) + _best(names, ("timestamp",)):
        cells = [row[clock].strip() for row in sample if clock < len(row)]
        if date and cells and all(CLOCK.fullmatch(cell) for cell in cells):
            return date[0], clock
    stamp = _best(names, TIMES)[:1] or ((0,) if names and not names[0].strip().strip('"') else ())
    if not stamp:
        raise DataError(
            f"no column of time stamps among {', '.join(map(repr, names))}: name it time, timestamp or date"
        )
    return stamp


def _volume(names: Sequence[str], assets: Sequence[str]) -> tuple[int, ...]:
    """Choose a volume: that of the asset a symbol starts with, else the best name, else the leftmost."""
    spelled = [normal(name) for name in names]
    for place, name in enumerate(spelled):
        base = name.removeprefix("volume ")
        if base != name and any(asset.lower().startswith(base) for asset in assets):
            return (place,)
    best = _best(names, VOLUMES)
    return best or tuple(place for place, name in enumerate(spelled) if name.startswith("volume "))[:1]


def _is_date(cell: str) -> bool:
    return any(re.fullmatch(STYLES[style], cell) for style in STYLES if style != "epoch") and (
        not cell.isdigit()
        or (1800 <= int(cell[:4]) < 2200 and 1 <= int(cell[4:6]) <= 12 and cell[6:8] != "00")
    )


def _is_stamp(cell: str) -> bool:
    return _is_date(cell) or bool(re.fullmatch(STYLES["epoch"], cell))
