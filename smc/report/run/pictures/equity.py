"""Capital over time, before and after costs, one panel a split."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from smc.metrics import drawdown_curve, equity_curve
from smc.report.style import BLUE, MUTED, ORANGE, NothingToDrawError, blank, head, percent_axis
from smc.report.text import percent
from smc.report.view import SPLIT_NAMES, RunView

#: Labels of ticks at years, months, days, hours, minutes and seconds.
TICKS = ["%Y", "%b\n%Y", "%d %b\n%Y", "%H:%M\n%d %b", "%H:%M\n%d %b", "%H:%M:%S"]


def draw_equity(view: RunView) -> Figure:
    """Draw one panel for each split that traded."""
    traded = {split: portfolio(view.run.returns, split) for split in SPLIT_NAMES}
    traded = {split: bars for split, bars in traded.items() if len(bars)}
    if not traded:
        raise NothingToDrawError("no position was ever taken, so nothing was earned or lost")
    figure = blank(1.0 + 1.95 * len(traded))
    head(figure, f"Equity after costs: {view.title}")
    panels = figure.subplots(len(traded), squeeze=False)[:, 0]
    for axes, (split, bars) in zip(panels, traded.items(), strict=True):
        equity_panel(axes, bars, split)
    idle = ", ".join(SPLIT_NAMES[split] for split in view.splits if split not in traded)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=3,
        handlelength=1.6,
        title=f"no position was taken in: {idle}" if idle else None,
        title_fontsize="small",
    )
    return figure


def portfolio(returns: pd.DataFrame, split: str) -> pd.DataFrame:
    """Average the bar returns of a split over its symbols; empty where no position was taken."""
    bars = returns.loc[returns["part"] == split]
    if not np.any(bars["position"]):
        return bars.iloc[:0]
    return pd.DataFrame(bars.groupby("time")[["gross", "net"]].mean()).fillna(0.0)


def equity_panel(axes: Axes, bars: pd.DataFrame, split: str) -> None:
    """Draw gross and net gain of one split, and shade what is lost since the last peak."""
    net = bars["net"].to_numpy()
    gain = equity_curve(net) - 1
    peak = np.maximum(np.maximum.accumulate(gain), 0.0)
    axes.fill_between(bars.index, gain, peak, color=ORANGE, alpha=0.13, lw=0, label="drawdown")
    before = equity_curve(bars["gross"]) - 1
    axes.plot(bars.index, before, color=MUTED, lw=1, ls=(0, (4, 1.5)), label="before costs")
    axes.plot(bars.index, gain, color=BLUE, lw=1.3, label="after costs")
    axes.axhline(0, color=MUTED, lw=0.8)
    deepest = percent(drawdown_curve(net).max())
    axes.set_title(f"{SPLIT_NAMES[split]}: {percent(gain[-1], sign=True)}, deepest drawdown {deepest}")
    axes.set_ylabel("gain")
    percent_axis(axes.yaxis)
    locator = AutoDateLocator(minticks=3, maxticks=7)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(locator, formats=TICKS, zero_formats=TICKS, show_offset=False)
    )
    axes.margins(x=0.01)
