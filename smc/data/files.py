"""A folder of files, one symbol each."""

import difflib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from smc.arguments import check_choice, check_positive
from smc.data.account import parse_gap
from smc.data.faults import OnBad
from smc.data.pattern import FilePattern
from smc.data.reading.columns import wide_symbols
from smc.data.reading.container import prefix_errors, unpack
from smc.data.reading.named import check_named
from smc.data.reading.plan import Request, open_table
from smc.data.reading.reader import read_bars
from smc.data.reading.stamps import STAMPS
from smc.data.reading.zones import parse_zone
from smc.errors import DataError
from smc.outside.home import home_path


class Files:
    """Read bars from a folder of CSV, TSV, JSON, Parquet or Feather files, packed (zip, gzip) or not.

    A file is recognised by its content: delimiter, header (any case and spelling), decimal mark, encoding and
    the kind of stamp are found from its first lines and then held to; cells are read as text and cast
    strictly. Known without a header: MetaTrader 4 and 5, histdata, Lean, Binance klines, freqtrade JSON.
    Nothing is changed in silence: what was dropped, repaired or is odd (gaps, flat bars) is counted in
    ``attrs["account"]``, and how the file was understood stands in ``attrs["source"]``.

    Stamps are taken as bar opens. A source that stamps closes (month ends) comes out one bar late, which
    delays its values and leaks nothing.

    Parameters
    ----------
    root
        The folder.
    pattern
        File names, with `{symbol}` for the symbol and `*` for anything; see `smc.data.pattern.FilePattern`.
        Without `{symbol}` it names one file: a table of several symbols side by side (`BTC:open`), or a
        single one.
    tz
        Zone of stamps that do not say theirs: an IANA name, an offset as "+02:00", or a city's clock with an
        offset, as "America/New_York+07:00". It is never guessed; epochs, stamps with an offset and columns
        whose header names a zone do not need it, and one that contradicts them is refused.
    on_bad
        `error` refuses a file with a bad bar, `drop` removes the bars, `repair` mends what has one remedy;
        the rules are in `smc.data.faults.RULES`, the remedies in `smc.data.bad_bars.check_bars`. A rule that
        more than a third of the rows break is a fact about the file, and refused by all three.
    price_scale
        Points in one unit of price, for files that store integer points (1e5: 120399 is 1.20399): one for all
        symbols, or one for each.
    max_gap
        Longest step between bars, weekends taken off, as "3d". None: gaps are counted, and allowed.
    columns
        What the files call their columns, where smc does not know it: time, open, high, low, close, volume,
        symbol, each by its name in the header (in any case) or by its position from 0; for time a list of two
        is a date and a clock, None for volume leaves it out. Fields that are not named are found as always.
    stamps
        How stamps are written, where the file does not tell: `day_first`, `month_first` or `year_first`
        (years of two digits are 1970 to 2069), `epoch_s`, `epoch_ms`, `epoch_us` or `epoch_ns`; `wall_clock`
        says that stamps which look like UTC show the clock of `tz`, as MetaTrader 5's Python package writes
        them.

    Examples
    --------
    >>> Files("bars", "{symbol}_H4_*.parquet").load("EURUSD")  # doctest: +SKIP
    >>> Files("exports", tz="Europe/Athens", price_scale={"EURCHF": 1e5, "XAUUSD": 1e2})  # doctest: +SKIP
    """

    def __init__(
        self,
        root: str | Path,
        pattern: str = "{symbol}.*",
        tz: str | None = None,
        on_bad: OnBad = "error",
        *,
        price_scale: float | dict[str, float] | None = None,
        max_gap: str | None = None,
        columns: dict[str, str | int | list[str | int] | None] | None = None,
        stamps: str | None = None,
    ) -> None:
        check_choice("on_bad", on_bad, ("error", "drop", "repair"))
        for scale in price_scale.values() if isinstance(price_scale, Mapping) else [price_scale]:
            if scale is not None:
                check_positive("price_scale", scale)
        self.root = Path(home_path(str(root)))
        self.pattern = FilePattern(pattern)
        self.tz = None if tz is None else parse_zone(tz)
        self.on_bad: OnBad = on_bad
        self.price_scale = price_scale
        self.max_gap = None if max_gap is None else parse_gap(max_gap)
        self.columns = check_named(columns)
        if stamps is not None:
            check_choice("stamps", stamps, STAMPS)
        self.stamps = stamps

    def symbols(self) -> list[str]:
        """List the symbols found, in alphabetical order.

        Raises
        ------
        DataError
            The folder is not there, or no file in it matches the pattern.
        """
        return sorted(self._find())

    def load(self, symbol: str) -> pd.DataFrame:
        """Load the bars of one symbol.

        Returns
        -------
        DataFrame
            float64 columns open, high, low, close and volume (NaN where the file has none) on a UTC
            DatetimeIndex named `time`, strictly increasing. ``attrs["account"]`` counts `rows_read`, `bars`,
            `absent` (rows of a wide table outside the symbol's history), `flipped` (1: the file was in
            descending order), `dropped` and `repaired` by rule, `gaps`, `longest_gap_seconds`, `zero_range`,
            `zero_volume`, `missing_volume`, and gives the median spacing, `bar_seconds`. ``attrs["source"]``
            says how the file was understood.

        Raises
        ------
        DataError
            No such symbol, two files for it, a file that cannot be understood, or one that breaks a rule.
        """
        by_symbol = self._find()
        if symbol not in by_symbol:
            raise DataError(_unknown(symbol, by_symbol, self.root))
        paths = by_symbol[symbol]
        if len(paths) > 1:
            names = ", ".join(path.relative_to(self.root).as_posix() for path in paths[:4])
            raise DataError(
                f"{len(paths)} files match data.pattern={self.pattern.pattern} for {symbol} ({names}): make "
                "the pattern narrower"
            )
        return read_bars(
            paths[0],
            symbol,
            zone=self.tz,
            on_bad=self.on_bad,
            request=Request(self.columns, self.stamps, self._scale_of(symbol)),
            max_gap=self.max_gap,
        )

    def _find(self) -> dict[str, list[Path]]:
        by_symbol = self.pattern.find(self.root)
        if self.pattern.has_symbol or len(by_symbol) > 1:
            return by_symbol
        ((path,),) = by_symbol.values()
        with prefix_errors(path):
            wide = wide_symbols(open_table(unpack(path), self.columns).names or ())
        return {symbol: [path] for symbol in wide} or by_symbol

    def _scale_of(self, symbol: str) -> float | None:
        if not isinstance(self.price_scale, Mapping):
            return self.price_scale
        if symbol not in self.price_scale:
            known = ", ".join(map(str, self.price_scale))
            raise DataError(
                f"data.price_scale names {known}, but not {symbol}: add it (1 if its prices are prices)"
            )
        return self.price_scale[symbol]


def _unknown(symbol: str, known: Mapping[str, object], root: Path) -> str:
    folded = {str(name).lower(): name for name in known}
    wanted = str(symbol).lower()
    close = [wanted] if wanted in folded else difflib.get_close_matches(wanted, folded, n=3)
    near = [str(folded[name]) for name in close]
    longer = next((name for name in sorted(folded) if wanted and name.startswith(wanted)), None)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    if longer is not None and not close:
        rest = str(folded[longer])[len(wanted) :]
        hint = f"; {folded[longer]} begins with it: try 'data.pattern=\"{{symbol}}{rest}.*\"'"
    names = sorted(map(str, known))
    shown = ", ".join(names[:20]) + (f", ... ({len(names)} in all)" if len(names) > 20 else "")
    return f"no symbol {symbol!r} in data.root={root}{hint} (symbols: {shown})"
