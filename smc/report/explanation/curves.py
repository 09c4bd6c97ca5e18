"""Partial dependence of the features that matter most."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from smc.report.style import BLUE, blank, head

N_SHOWN, N_COLUMNS = 6, 2


def draw(dependence: pd.DataFrame, ranked: Sequence[str], title: str) -> Figure:
    """Draw a curve a feature, with the band of eight events in ten, on one scale."""
    output = dependence["output"].iloc[-1]
    curves = dict(list(dependence[dependence["output"] == output].groupby("feature")))
    shown = [name for name in ranked if name in curves][:N_SHOWN]
    n_lines = -(-len(shown) // N_COLUMNS)
    figure = blank(0.9 + 1.65 * n_lines)
    head(figure, f"Partial dependence: {title}")
    grid = figure.subplots(n_lines, N_COLUMNS, sharey=True, squeeze=False).ravel()
    for axes, name in zip(grid, shown, strict=False):
        rows = curves[name]
        axes.fill_between(rows["value"], rows["low"], rows["high"], color=BLUE, alpha=0.16, lw=0)
        axes.plot(rows["value"], rows["mean"], "o-", color=BLUE, ms=2.5)
        axes.set_xlabel(name)
    for axes in grid[len(shown) :]:
        axes.set_visible(False)
    figure.supylabel(output, fontsize=10)
    return figure
