"""Permutation importance with its intervals."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from smc.report.style import BLUE, MUTED, blank, head
from smc.report.text import count

N_SHOWN = 15


def draw(importance: pd.DataFrame, told: Mapping[str, Any], title: str) -> Figure:
    """Draw the most important features, each with the interval of its importance."""
    shown = importance.head(N_SHOWN)
    places = range(len(shown))
    figure = blank(1.35 + 0.27 * len(shown))
    head(figure, f"Permutation importance: {title}")
    axes = figure.subplots()
    axes.axvline(0, color=MUTED, lw=0.8)
    axes.hlines(places, shown["low"], shown["high"], color=BLUE, lw=1.4)
    axes.plot(shown["importance"], places, "o", color=BLUE, ms=4.5)
    axes.set_yticks(places, list(shown["feature"]))
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"growth of the {told['loss']} when the feature is shuffled")
    level = f"{100 * told['confidence']:g} %"
    axes.set_title(f"{count(told['n_events'])} out-of-fold events, {level} intervals")
    return figure
