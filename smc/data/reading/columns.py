"""Which column is what: by the header's names, or by the shape of a row where there is no header."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from smc.data.bad_bars import PRICES
from smc.data.reading.named import Named, find_named, has_named
from smc.data.reading.stamps import STYLES
from smc.errors import DataError

#: Names of a stamp, best first: an instant with its zone before a wall clock, a full stamp before a date.
TIMES = (
    *("unix", "unix timestamp", "unix time", "epoch", "timestamp", "open time", "opentime"),
    *("datetime", "date time", "gmt time", "utc time", "time utc", "date utc", "datetime utc"),
    *("timestamp utc", "time", "date", "local time", "start time", "start date", "window start", "ts event"),
    *("trade date", "time eet", "time cet", "time wet", "t", "ts", "index", "index level 0"),
)
#: Names of a day with a clock in another column.
DATES = ("date", "dtyyyymmdd")
#: Zones that a header may state in words, as IANA names.
ZONES = {"utc": "UTC", "gmt": "UTC", "eet": "EET", "cet": "CET", "wet": "WET"}
#: Names of a volume, best first: ticks before a broker's real volume, the base asset's before the quote's.
VOLUMES = ("tick volume", "tickvolume", "tickvol", "volumefrom", "volume", "vol", "v")
SYMBOLS = ("symbol", "ticker", "instrument", "pair", "ts code", "tic")
#: How vendors call a price that is adjusted for splits and dividends, before the field or behind it.
ADJUSTED = ("adj", "adjusted")
#: Names of the last price of a bar, best first, where there is no close.
CLOSES = ("close/last", "last", "last price")
WIDE = re.compile(r"(.+?)[:._/ |-](open|high|low|close|volume)", re.IGNORECASE)
CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?|([01]\d|2[0-3])[0-5]\d([0-5]\d)?")
DAY = re.compile(r"\d{8}|\d{1,4}([./-])\d{1,2}\1\d{1,4}")
EPOCH = re.compile(r"-?\d{9,19}(\.0*)?")
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
    zone: str | None = None  # of the stamps, as the header says
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


def price_positions(names: Sequence[str], given: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Find open, high, low and close among a header's names, those given apart; () for a missing one.

    Where all four stand there adjusted for splits, too, and none is given, those are meant: an adjusted close
    beside raw prices (Yahoo) is none of a bar's four.

    >>> price_positions(["open", "high", "low", "close", "adjOpen", "adjHigh", "adjLow", "adjClose"], {})
    {'open': (4,), 'high': (5,), 'low': (6,), 'close': (7,)}
    """
    if not given.keys() & set(PRICES):
        adjusted = {field: _best(names, adjusted_names(field)) for field in PRICES}
        if all(adjusted.values()):
            return adjusted
    positions = {}
    for field in PRICES:
        spellings = (field, field[0], f"{field} price", f"bid {field}", f"bid{field}", f"{field} bid")
        extra = CLOSES if field == "close" else ()
        positions[field] = given.get(field) or _best(names, (*spellings, *extra))
    return positions


def adjusted_names(field: str) -> tuple[str, ...]:
    """Return how headers call a field that is adjusted.

    >>> adjusted_names("open")
    ('adjopen', 'adj open', 'open adj', 'adjustedopen', 'adjusted open', 'open adjusted')
    """
    return tuple(name for word in ADJUSTED for name in (word + field, f"{word} {field}", f"{field} {word}"))


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


def is_header(cells: Sequence[str], named: Named) -> bool:
    """Tell whether a row names the columns of bars, in smc's spellings or in the caller's."""
    wanted = [field for field in PRICES if field in named]
    if not all(has_named(named, field, cells) for field in wanted):
        return False
    found = price_positions(cells, dict.fromkeys(wanted, (0,)))
    return all(found.values()) or bool(wide_symbols(cells))


def by_header(
    names: Sequence[str], sample: Sequence[Sequence[str]], symbol: str, named: Named | None = None
) -> Columns:
    """Assign the columns of a table with a header.

    Parameters
    ----------
    names
        The header.
    sample
        The first rows, as text: they tell a clock beside a date from a full stamp.
    symbol
        Chooses among the symbols of a wide table, and the volume column of the base asset ("Volume BTC").
    named
        The columns that the caller names.

    Raises
    ------
    DataError
        No column of stamps, or a wide table without the symbol.
    """
    given = find_named(named or {}, names, len(names))
    time = given.get("time") or _time(names, sample)
    prices = price_positions(names, given)
    common = {"names": tuple(names), "zone": _zone(names, time)}
    if not all(prices.values()):
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
        return Columns(time, {field: (fields[field],) for field in PRICES}, volume, is_wide=True, **common)
    label = given.get("symbol") or _best(names, SYMBOLS)
    assets = [symbol, *(row[label[0]] for row in sample[:1] if label)]
    is_adjusted = prices["open"] == _best(names, adjusted_names("open"))
    adjusted = _best(names, adjusted_names("volume")) if is_adjusted else ()
    volume = given["volume"] if "volume" in given else adjusted or _volume(names, assets)
    return Columns(time, prices, volume, label[0] if label else None, **common)


def by_shape(sample: Sequence[Sequence[str]], named: Named | None = None) -> Columns | None:
    """Assign the columns of a table without a header, from its first rows; None if their shape is not known.

    | cells | what |
    |---|---|
    | date, clock, OHLC, volume ... | MetaTrader 4 and 5, 6 to 9 cells |
    | stamp, OHLC, volume | histdata, Lean trades, freqtrade JSON; 5 cells without the volume |
    | stamp, OHLC, volume, one more | Kraken and Bybit (trades, turnover), KRX (change) |
    | date, OHLC, tick volume, volume, spread | MetaTrader 5, daily and longer |
    | stamp, bid OHLC, bid size, ask OHLC, ask size | Lean quotes: the bid; a size is no volume |
    | open time, OHLC, volume, close time, 5 more | Binance |

    A second cell is a clock only behind a bare day, and only if every row of the sample says so.

    Parameters
    ----------
    named
        The columns that the caller gives by position; together they may make a shape of their own.
    """
    rows = [[cell.strip() for cell in row] for row in sample]
    known = _known_shape(rows) if rows and rows[0] else None
    given = find_named(named or {}, None, len(rows[0]) if rows else 0)
    fields = {**({"time": known.time, "volume": known.volume, **known.prices} if known else {}), **given}
    if not {"time", *PRICES} <= set(fields):
        return None
    label = given.get("symbol")
    is_ms = known is not None and known.is_clock_ms and "time" not in given
    prices = {field: fields[field] for field in PRICES}
    return Columns(
        fields["time"], prices, fields.get("volume", ()), label[0] if label else None, is_clock_ms=is_ms
    )


def _known_shape(rows: Sequence[Sequence[str]]) -> Columns | None:
    cells = rows[0]
    is_day = bool(DAY.fullmatch(cells[0])) and _is_date(cells[0])
    n_clocks = int(is_day and all(len(row) > 1 and CLOCK.fullmatch(row[1]) for row in rows))
    is_ms = bool(re.fullmatch(r"\d{1,8}", cells[0])) and not _is_date(cells[0])
    first = 1 + n_clocks
    n_values = len(cells) - first
    shapes = (4, 5, 7) if n_clocks else (4, 5, 6, 7, 10, 11) if _is_date(cells[0]) else (4, 5, 6, 10, 11)
    if not (is_stamp(cells[0]) or is_ms) or n_values not in shapes:
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
    date = _best(names, DATES)
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


def _zone(names: Sequence[str], time: tuple[int, ...]) -> str | None:
    """Read the zone that a header states, as "Gmt time" or "Time (EET)"."""
    words = normal(names[time[0]]).split() if len(time) == 1 else []
    return next((ZONES[word] for word in words if word in ZONES), None)


def _volume(names: Sequence[str], assets: Sequence[str]) -> tuple[int, ...]:
    """Choose a volume: that of the asset a symbol starts with, else the best name, else the leftmost."""
    spelled = [normal(name) for name in names]
    for place, name in enumerate(spelled):
        base = name.removeprefix("volume ")
        if base != name and any(asset.lower().startswith(base) for asset in assets):
            return (place,)
    best = _best(names, VOLUMES)
    return best or tuple(place for place, name in enumerate(spelled) if name.startswith("volume "))[:1]


def is_stamp(cell: str) -> bool:
    """Tell whether a cell surely is a stamp: a date, or a count from 1970 of nine digits or more."""
    return _is_date(cell) or bool(EPOCH.fullmatch(cell))


def _is_date(cell: str) -> bool:
    return any(re.fullmatch(rule, cell) for style, rule in STYLES.items() if style != "epoch")
