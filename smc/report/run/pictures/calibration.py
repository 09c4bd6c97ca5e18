"""Whether a probability of 60 % comes true 60 times in 100."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smc.evaluation.predictions import RAW
from smc.report.reliability import Groups, reliability
from smc.report.run.pictures.nothing_to_draw import NothingToDrawError
from smc.report.style import BLUE, MUTED, SERIES, blank, head, legend_above, percent_axis
from smc.report.text import count
from smc.report.view import PARTS, RunView

#: Left, right, bottom and top end of the axes.
Window = tuple[float, float, float, float]
#: Of the histogram.
N_BARS = 24


def draw(view: RunView) -> Figure:
    """Draw a curve for each class (of two, for the larger), and below how often each value is predicted."""
    curves = reliability_curves(view)
    rows, part = _judged(view)
    height = 3.4 if len(curves) == 1 else 2.0
    figure = blank(1.5 + height * len(curves))
    head(figure, f"Calibration: {view.title}")
    *panels, strip = figure.subplots(
        len(curves) + 1, sharex=True, height_ratios=[height] * len(curves) + [0.8]
    )
    window = _window(list(curves.values()))
    bins = np.linspace(*window[:2], N_BARS + 1)
    for axes, colour, (name, groups) in zip(panels, SERIES, curves.items(), strict=False):
        panel(axes, groups, name, colour=colour, window=window)
        if f"{RAW}{name}" in rows:
            before = reliability(rows.assign(**{f"p_{name}": rows[f"{RAW}{name}"]}), name)
            axes.plot(
                before.predicted, before.observed, "x:", color=MUTED, ms=4.5, label="before calibration"
            )
            legend_above(axes)
        axes.set_xlabel("")
        strip.hist(rows[f"p_{name}"].clip(*window[:2]), bins, histtype="step", color=colour)
    panels[0].set_title(f"{PARTS[part]}, {count(len(rows))} events, {view.level} bands")
    strip.set_ylabel("events")
    strip.set_xlabel("predicted probability")
    figure.align_ylabels()
    return figure


def reliability_curves(view: RunView) -> dict[int, Groups]:
    """Group the predictions of each class; two classes mirror each other, so one of them is enough."""
    rows, _ = _judged(view)
    names = [name for name in view.classes if f"p_{name}" in rows]
    shown = names[1:] if len(names) == 2 else names
    return {name: reliability(rows, name, confidence=view.confidence) for name in shown}


def panel(axes: Axes, groups: Groups, name: int, *, colour: str = BLUE, window: Window | None = None) -> None:
    """Draw the curve of one class with its band, over the diagonal that it should follow."""
    left, right, bottom, top = window or _window([groups])
    axes.axline((0, 0), slope=1, color=MUTED, lw=1, ls=(0, (4, 2)), label="perfect")
    axes.fill_between(groups.predicted, groups.low, groups.high, color=colour, alpha=0.15, lw=0)
    axes.vlines(groups.predicted, groups.low, groups.high, color=colour, lw=1, alpha=0.6)
    axes.plot(groups.predicted, groups.observed, "o-", color=colour, lw=1, ms=4.5, label=f"class {name}")
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_xlabel("predicted probability")
    axes.set_ylabel("share that came true")
    percent_axis(axes.xaxis)
    percent_axis(axes.yaxis)
    legend_above(axes)


def _judged(view: RunView) -> tuple[pd.DataFrame, str]:
    if view.judged_part is None:
        raise NothingToDrawError("no out-of-fold and no test probability was saved")
    return view.parts[view.judged_part], view.judged_part


def _window(curves: list[Groups]) -> Window:
    """Show the probabilities that occur, a tenth at least, with some room, and the diagonal."""
    predicted = np.concatenate([each.predicted for each in curves])
    width = float(np.ptp(predicted))
    room = max(0.1 * width, (0.1 - width) / 2)
    left, right = max(predicted.min() - room, 0.0), min(predicted.max() + room, 1.0)
    bottom = min(left, *(each.low.min() for each in curves)) - 0.01
    top = max(right, *(each.high.max() for each in curves)) + 0.01
    return left, right, bottom, top
