"""Charts of a market's prices: the whole history, and its latest bars with events, barriers and trades."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smc.report.html.charts.frame import LEFT, RIGHT, TOP, Axis, frame, padded, segment, text
from smc.report.html.markup import Html, joined, tag
from smc.report.text import percent
from smc.typing import FloatArray, IntArray

#: Of the strips below the prices, and the room between them.
STRIP, ROOM = 22, 10
#: Room for prices such as 18,000.25 before the plot.
PRICES = LEFT + 8
#: Prices so many times apart are drawn on a logarithmic scale.
WIDE = 4.0


@dataclass(frozen=True)
class Drawn:
    """What is drawn of one market.

    Attributes
    ----------
    bars
        Up to the last that may be seen.
    events
        Bars at whose close something was predicted.
    trades
        One row a trade: ``start`` and ``end`` (bars), ``signed`` (position), ``entry``, ``exit``, ``stop``,
        ``target`` (prices) and ``net``.
    """

    bars: pd.DataFrame
    events: IntArray
    trades: pd.DataFrame


@dataclass(frozen=True)
class Size:
    """Units across and down the plot, and how many of the latest bars it shows one by one."""

    width: int
    height: int
    n_bars: int


def whole_chart(drawn: Drawn, says: str, size: Size) -> Html:
    """Draw the range of prices in each of as many steps as can be seen, events and positions below."""
    n_bars = len(drawn.bars)
    edges = np.unique(np.linspace(0, n_bars, min(n_bars, (size.width - PRICES - RIGHT) // 2) + 1).astype(int))
    low, high = (drawn.bars[name].to_numpy(dtype=np.float64) for name in ("low", "high"))
    low, high = np.minimum.reduceat(low, edges[:-1]), np.maximum.reduceat(high, edges[:-1])
    x, y = _time_axis(drawn.bars, 0, n_bars, size.width), _price_axis(low, high, size.height)
    middle = [x.place(each) for each in (edges[:-1] + edges[1:]) / 2]
    outline = [*zip(middle, map(y.place, high), strict=True)]
    outline += [*zip(middle[::-1], map(y.place, low[::-1]), strict=True)]
    held = _mean_position(drawn.trades, n_bars)
    n_open = np.add.reduceat(held, edges[:-1]) / np.diff(edges)
    n_events = np.histogram(drawn.events, edges)[0]
    marks = [
        tag("path", d=f"M{_points(outline)}Z", class_="range"),
        *_event_strip(n_events, middle, y.start + ROOM, x),
        *_position_strip(n_open, [x.place(edge) for edge in edges], y.start + 2 * ROOM + STRIP, x),
    ]
    return frame(joined(marks), x, y, says=says, width=size.width, below=2 * (STRIP + ROOM))


def latest_chart(drawn: Drawn, says: str, size: Size) -> Html:
    """Draw the latest bars one by one, with each trade from entry to exit between its barriers."""
    first, stop = max(len(drawn.bars) - size.n_bars, 0), len(drawn.bars)
    bars = drawn.bars.iloc[first:]
    trades = drawn.trades.loc[(drawn.trades["end"] >= first) & (drawn.trades["start"] < stop)]
    levels = trades[["stop", "target"]].to_numpy(dtype=np.float64).ravel()
    levels = levels[np.isfinite(levels)]
    low, high = (bars[name].to_numpy(dtype=np.float64) for name in ("low", "high"))
    x = _time_axis(drawn.bars, first, stop, size.width)
    y = _price_axis(np.append(low, levels), np.append(high, levels), size.height)
    events = drawn.events[drawn.events >= first]
    taken = np.isin(events, trades["start"].to_numpy() - 1)
    ticks = y.start + ROOM
    marks = [
        *_candles(bars, first, x, y),
        *(mark for trade in trades.itertuples() for mark in _trade(trade, x, y)),
        _rug(events[~taken], ticks, x, "idle"),
        _rug(events[taken], ticks, x, "taken"),
        text(
            x.end, ticks + STRIP, "events (long tick: a position was taken)", text_anchor="end", class_="tick"
        ),
    ]
    return frame(joined(marks), x, y, says=says, width=size.width, below=STRIP + ROOM)


def _time_axis(bars: pd.DataFrame, first: int, stop: int, width: int) -> Axis:
    """Number the bars, so that a market's closings take no room; label some with their stamps."""
    n_labels = max(width // 150, 2)
    shown = np.linspace(first, stop, 2 * n_labels + 1)[1::2].astype(int)
    days = (bars.index[-1] - bars.index[first]).days

    def write(number: float) -> str:
        stamp = bars.index[min(round(number), len(bars) - 1)]
        return f"{stamp:%Y-%m-%d}" if days > n_labels else f"{stamp:%d %b %H:%M}"

    return Axis(first, max(stop, first + 1), PRICES, width - RIGHT, "", write, shown.tolist())


class _LogAxis(Axis):
    """Equal distances for equal ratios."""

    def place(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        share = np.log(inside / self.low) / np.log(self.high / self.low)
        return float(self.start + share * (self.end - self.start))


def _price_axis(low: FloatArray, high: FloatArray, height: int) -> Axis:
    least, most = float(low.min()), float(high.max())
    ends = (TOP + height, TOP)
    if least > 0 and most / least > WIDE:
        powers = 2.0 ** np.arange(np.ceil(np.log2(most / least)))
        ticks = [_round_price(least * power) for power in powers[1:]]
        return _LogAxis(0.97 * least, 1.03 * most, *ends, "price, logarithmic", _price, ticks)
    return Axis(*padded([least, most]), *ends, "price", _price)


def _round_price(value: float) -> float:
    return float(f"{value:.2g}")


def _price(value: float) -> str:
    return f"{value:,.5g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _mean_position(trades: pd.DataFrame, n_bars: int) -> FloatArray:
    """Return the mean of the positions that are open in each bar."""
    total, n_open = np.zeros(n_bars + 1), np.zeros(n_bars + 1)
    start, end = (trades[name].to_numpy(np.int64) for name in ("start", "end"))
    for bars, sign in ((start, 1), (end + 1, -1)):
        np.add.at(total, bars, sign * trades["signed"].to_numpy(np.float64))
        np.add.at(n_open, bars, sign)
    total, n_open = total.cumsum()[:-1], n_open.cumsum()[:-1]
    return np.divide(total, n_open, out=np.zeros(n_bars), where=n_open > 0)


def _event_strip(n_events: IntArray, middle: Sequence[float], top: float, x: Axis) -> Iterator[Html]:
    most = max(int(n_events.max(initial=0)), 1)
    lines = "".join(
        f"M{place:.1f},{top + STRIP:.1f}v{-STRIP * n / most:.1f}"
        for place, n in zip(middle, n_events.tolist(), strict=True)
        if n
    )
    yield tag("path", d=lines or "M0,0", class_="rug taken")
    yield text(x.start - 5, top + STRIP - 6, "events", text_anchor="end", class_="tick")


def _position_strip(held: FloatArray, edges: Sequence[float], top: float, x: Axis) -> Iterator[Html]:
    """Draw long positions above the middle of the strip, short ones below."""
    middle = top + STRIP / 2
    for class_, values in (("long", np.maximum(held, 0)), ("short", np.minimum(held, 0))):
        steps = "".join(
            f"M{left:.1f},{middle:.1f}H{right:.1f}v{-value * STRIP / 2:.1f}H{left:.1f}z"
            for left, right, value in zip(edges, edges[1:], values.tolist(), strict=False)
            if abs(value) > 0.02
        )
        yield tag("path", d=steps or "M0,0", class_=class_)
    yield segment(x.start, middle, x.end, middle, class_="grid")
    yield text(x.start - 5, middle - 2, "long", text_anchor="end", class_="tick")
    yield text(x.start - 5, middle + 10, "short", text_anchor="end", class_="tick")


def _candles(bars: pd.DataFrame, first: int, x: Axis, y: Axis) -> Iterator[Html]:
    """Draw ranges as lines, open to close as boxes: hollow where prices rose."""
    half = max(0.3 * (x.end - x.start) / max(len(bars), 1), 0.6)
    wicks, boxes = [], {"rose": [], "fell": []}
    for number, (open_, high, low, close) in enumerate(
        bars[["open", "high", "low", "close"]].to_numpy(dtype=np.float64).tolist(), start=first
    ):
        at, top, bottom = x.place(number + 0.5), y.place(max(open_, close)), y.place(min(open_, close))
        wicks.append(f"M{at:.1f},{y.place(high):.1f}V{top:.1f}M{at:.1f},{bottom:.1f}V{y.place(low):.1f}")
        box = f"M{at - half:.1f},{top:.1f}h{2 * half:.1f}v{max(bottom - top, 0.4):.1f}h{-2 * half:.1f}z"
        boxes["rose" if close >= open_ else "fell"].append(box)
    yield tag("path", d="".join(wicks) or "M0,0", class_="wick")
    for class_, drawn in boxes.items():
        yield tag("path", d="".join(drawn) or "M0,0", class_=class_)


def _trade(trade: object, x: Axis, y: Axis) -> Iterator[Html]:
    start, end, signed, entry, exit_, stop, target, net = (getattr(trade, name) for name in TRADE)
    since = max(start + 0.1, x.low)  # a trade that is older than the first bar begins at the edge
    entered = entry + (since - start - 0.1) / (end - start + 0.8) * (exit_ - entry)
    left, right = x.place(since), x.place(end + 0.9)
    for level, class_ in ((target, "target"), (stop, "stop")):
        if np.isfinite(level):
            yield segment(left, y.place(level), right, y.place(level), class_=class_)
    class_ = "gained" if net > 0 else "lost"
    price, way = y.place(entered), 1 if signed > 0 else -1
    yield segment(left, price, right, y.place(exit_), class_=f"way {class_}")
    yield tag("circle", cx=right, cy=y.place(exit_), r=2.5, class_=f"exit {class_}")
    if start < x.low:
        return
    arrow = f"M{left:.1f},{price:.1f}l-4,{8 * way}h8z"
    done = "bought" if way > 0 else "sold"
    says = f"{done} at {_price(entry)}, left at {_price(exit_)}: net {percent(net, 2, sign=True)}"
    yield tag("path", tag("title", says), d=arrow, class_=f"entry {class_}")


TRADE = ("start", "end", "signed", "entry", "exit", "stop", "target", "net")


def _rug(events: IntArray, top: float, x: Axis, class_: str) -> Html:
    length = 10 if class_ == "taken" else 5
    ticks = "".join(f"M{x.place(each + 0.5):.1f},{top:.1f}v{length}" for each in events.tolist())
    return tag("path", d=ticks or "M0,0", class_=f"rug {class_}")


def _points(points: Sequence[tuple[float, float]]) -> str:
    return "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
