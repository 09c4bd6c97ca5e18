"""What followed on each value that a regression predicted."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smc.report.reliability import realised
from smc.report.run.pictures.nothing_to_draw import NothingToDrawError
from smc.report.style import BLUE, MUTED, blank, head, legend_above
from smc.report.text import count
from smc.report.view import PARTS, RunView

BASIS_POINTS = 10_000


def draw(view: RunView) -> Figure:
    """Draw the mean outcome of each group of predictions."""
    figure = blank(4.0)
    head(figure, f"Realised against predicted: {view.title}")
    panel(figure.subplots(), view)
    return figure


def panel(axes: Axes, view: RunView) -> None:
    """Draw the groups with their bands, over the diagonal that they should follow."""
    if view.judged_part is None:
        raise NothingToDrawError("no out-of-fold and no test prediction was saved")
    rows = view.parts[view.judged_part]
    groups = realised(rows, confidence=view.confidence)
    predicted, observed = BASIS_POINTS * groups.predicted, BASIS_POINTS * groups.observed
    low, high = BASIS_POINTS * groups.low, BASIS_POINTS * groups.high
    axes.axhline(0, color=MUTED, lw=0.8)
    axes.axline((0, 0), slope=1, color=MUTED, lw=1, ls=(0, (4, 2)), label="perfect")
    axes.fill_between(predicted, low, high, color=BLUE, alpha=0.15, lw=0)
    axes.vlines(predicted, low, high, color=BLUE, lw=1, alpha=0.6)
    axes.plot(predicted, observed, "o-", color=BLUE, lw=1, ms=4.5, label="mean of a group")
    axes.set_title(
        f"{PARTS[view.judged_part]}, {count(len(rows))} events in {len(predicted)} groups, {view.level} bands"
    )
    axes.set_xlabel("predicted log return, basis points")
    axes.set_ylabel("realised log return, basis points")
    legend_above(axes)
    room = max(0.1 * float(np.ptp(predicted)), 0.5)
    axes.set_xlim(predicted.min() - room, predicted.max() + room)
