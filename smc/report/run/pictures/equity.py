"""Capital over time, before and after costs, one panel a split."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from smc.metrics import equity_curve
from smc.report.accounts import HOLD, distinct, mean_deepest_drawdown, mean_gain
from smc.report.style import BLUE, MUTED, ORANGE, PURPLE, NothingToDrawError, blank, head, percent_axis
from smc.report.text import percent
from smc.report.view import SPLIT_NAMES, RunView

#: Labels of ticks at years, months, days, hours, minutes and seconds.
TICKS = ["%Y", "%b\n%Y", "%d %b\n%Y", "%H:%M\n%d %b", "%H:%M\n%d %b", "%H:%M:%S"]


def draw_equity(view: RunView) -> Figure:
    """Draw one panel for each split that traded."""
    traded = {split: accounts for split in SPLIT_NAMES if (accounts := view.accounts(split))}
    if not traded:
        raise NothingToDrawError("no position was ever taken, so nothing was earned or lost")
    figure = blank(1.0 + 1.95 * len(traded))
    head(figure, f"Equity after costs: {view.title}")
    panels = figure.subplots(len(traded), squeeze=False)[:, 0]
    for axes, (split, accounts) in zip(panels, traded.items(), strict=True):
        equity_panel(axes, accounts, split, held=view.held_accounts(split))
    idle = ", ".join(SPLIT_NAMES[split] for split in view.splits if split not in traded)
    handles, labels = max(
        (axes.get_legend_handles_labels() for axes in panels), key=lambda pair: len(pair[1])
    )
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=4,
        handlelength=1.6,
        columnspacing=1.2,
        title=f"no position was taken in: {idle}" if idle else None,
        title_fontsize="small",
    )
    return figure


def equity_panel(
    axes: Axes, accounts: list[pd.DataFrame], split: str, *, held: Sequence[pd.DataFrame] = ()
) -> None:
    """Draw gross and net gain of each account of a split, and what buying and holding gained.

    Of a single account what is lost since a peak is shaded.
    """
    is_single = len(accounts) == 1
    for number, bars in enumerate(accounts):
        gain, before = equity_curve(bars["net"]) - 1, equity_curve(bars["gross"]) - 1
        labels = ("before costs", "after costs") if number == 0 else (None, None)
        if is_single:
            peak = np.maximum(np.maximum.accumulate(gain), 0.0)
            axes.fill_between(bars.index, gain, peak, color=ORANGE, alpha=0.13, lw=0, label="drawdown")
        axes.plot(bars.index, before, color=MUTED, lw=1, ls=(0, (4, 1.5)), label=labels[0])
        axes.plot(bars.index, gain, color=BLUE, lw=1.3 if is_single else 0.8, label=labels[1])
    for number, bars in enumerate(distinct(held)):
        gain = equity_curve(bars["net"]) - 1
        axes.plot(bars.index, gain, color=PURPLE, lw=0.9, label=HOLD if number == 0 else None)
    axes.axhline(0, color=MUTED, lw=0.8)
    gained, deepest = percent(mean_gain(accounts), sign=True), percent(mean_deepest_drawdown(accounts))
    which = "" if is_single else f", means of {len(accounts)} accounts"
    axes.set_title(f"{SPLIT_NAMES[split]}: {gained}, deepest drawdown {deepest}{which}")
    axes.set_ylabel("gain")
    percent_axis(axes.yaxis)
    locator = AutoDateLocator(minticks=3, maxticks=7)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(locator, formats=TICKS, zero_formats=TICKS, show_offset=False)
    )
    axes.margins(x=0.01)
