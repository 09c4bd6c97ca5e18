"""A run's markets with what it predicted and held there, as far as its parts are opened."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smc.errors import SmcError
from smc.report.html.charts.price_charts import Drawn, Size, latest_chart, whole_chart
from smc.report.html.markup import Html, joined, tag
from smc.report.run.trades import trades_of
from smc.report.text import count, minute
from smc.report.view import RunView

#: Class of the chart -> its size, for a desk and for a phone.
SIZES = {"broad": Size(900, 230, 160), "narrow": Size(360, 190, 50)}
#: Markets of a pool that are drawn; more would make the page heavy.
N_MARKETS = 6
#: Parts whose positions are drawn: each event once, predicted by a model that had not seen it.
SHOWN = ("out_of_fold", "test")

KEY = (
    "Below the prices: how many events each step holds, and the mean of the positions held (long above the "
    "line, short below)."
)
KEY_OF_LATEST = (
    "Hollow bars rose, filled ones fell. A triangle is an entry at the next open, up for bought and down for "
    "sold; the line leads to the exit: solid where the trade gained after costs, broken where it lost."
)
KEY_OF_BARRIERS = "Dashes mark where the target lay, dots the stop."


def price_blocks(view: RunView) -> list[Html]:
    """Draw each market; or say in a sentence why there is no chart."""
    if isinstance(view.market, str):
        return [tag("p", f"No prices are drawn: {view.market}.")]
    try:
        trades, trouble = trades_of(view.run), []
    except SmcError as error:
        trades, trouble = None, [tag("p", f"No position is drawn: {error}.")]
    symbols = list(view.market)
    drawn = [_market(view, symbol, view.market[symbol], trades) for symbol in symbols[:N_MARKETS]]
    n_more = len(symbols) - len(drawn)
    more = (
        [tag("p", f"The first {N_MARKETS} of {count(len(symbols))} markets.", class_="note")]
        if n_more
        else []
    )
    return [*trouble, *more, *drawn]


def drawn_of(view: RunView, symbol: str, bars: pd.DataFrame, trades: pd.DataFrame | None) -> Drawn:
    """Return what may be drawn of a market: nothing behind the last bar of a label in an opened part."""
    rows = view.run.predictions
    rows = rows.loc[(rows["symbol"] == symbol)]
    last = int(rows["end"].to_numpy().max())
    events = rows.loc[rows["part"].isin(SHOWN), "event"].unique()
    return Drawn(bars.iloc[: last + 1], events, _placed(trades, symbol, bars))


def _placed(trades: pd.DataFrame | None, symbol: str, bars: pd.DataFrame) -> pd.DataFrame:
    """Return the trades of one account of a market, by the numbers of their bars."""
    columns = {"entry_price": "entry", "exit_price": "exit", "stop": "stop", "target": "target", "net": "net"}
    if trades is None:
        return pd.DataFrame(columns=["start", "end", "signed", *columns.values()], dtype="float64")
    own = trades.loc[(trades["symbol"] == symbol) & trades["part"].isin(SHOWN) & (trades["account"] == 0)]
    start, end = (bars.index.get_indexer(pd.DatetimeIndex(own[f"{name}_time"])) for name in ("entry", "exit"))
    signed = own["size"].where(own["side"] == "long", -own["size"])
    return own[list(columns)].rename(columns=columns).assign(start=start, end=end, signed=signed)


def _market(view: RunView, symbol: str, bars: pd.DataFrame, trades: pd.DataFrame | None) -> Html:
    drawn = drawn_of(view, symbol, bars, trades)
    heading = [tag("h3", symbol)] if len(view.by_symbol) > 1 else []
    return joined([*heading, *_figures(view, symbol, drawn)])


def _figures(view: RunView, symbol: str, drawn: Drawn) -> Iterator[Html]:
    predicted = f"{count(len(drawn.events))} events out-of-fold{_of_test(view)}"
    held = f"{predicted}, {count(len(drawn.trades))} positions taken"
    n_accounts = max(len(view.accounts(split)) for split in SHOWN)
    of_one = f" in the first of {n_accounts} accounts" if n_accounts > 1 else ""
    last = minute(drawn.bars.index[-1])
    says = f"{symbol}: {count(len(drawn.bars))} bars to {last} UTC, {held}{of_one}."
    yield _figure(
        "The whole history",
        [whole_chart(drawn, says, size) for size in SIZES.values()],
        f"{says} {KEY}{_where_it_ends(view)}",
    )
    barriers = (
        f" {KEY_OF_BARRIERS}" if np.isfinite(drawn.trades["stop"].to_numpy(dtype=np.float64)).any() else ""
    )
    yield _figure(
        "The latest bars",
        [latest_chart(drawn, f"{symbol}: the latest bars, to {last} UTC.", size) for size in SIZES.values()],
        f"To {last} UTC. {KEY_OF_LATEST}{barriers}",
    )


def _figure(title: str, charts: list[Html], caption: str) -> Html:
    """Put the chart for a desk and that for a phone under one title; the style sheet shows one of them."""
    boxes = (tag("div", chart, class_=size) for size, chart in zip(SIZES, charts, strict=True))
    return tag(
        "figure",
        tag("figcaption", tag("b", title)),
        *boxes,
        tag("p", caption, class_="note"),
        class_="wide",
    )


def _of_test(view: RunView) -> str:
    return " and in the test part" if "test" in view.splits else ""


def _where_it_ends(view: RunView) -> str:
    if view.run.is_sealed and not view.run.is_opened:
        return " What follows is of the sealed test part, and is not drawn."
    return ""
