"""What each feature contributes to the answers, event by event."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from smc.report.style import MUTED, blank, head
from smc.report.text import count
from smc.typing import FloatArray

N_SHOWN = 15
#: Half the height that the points of a feature may take, and how many side by side fill it.
SPREAD, N_BINS = 0.36, 60


def draw(shap: pd.DataFrame, inputs: pd.DataFrame, features: list[str], title: str) -> Figure:
    """Draw a row of points a feature, one an event, coloured by the feature's value (missing: grey).

    Of several outputs the last is drawn: the largest class, or the longest step.
    """
    output = shap["output"].iloc[-1]
    rows = pd.DataFrame(shap[shap["output"] == output])
    sizes = np.abs(rows[features].to_numpy()).mean(axis=0)
    order = [features[place] for place in np.argsort(-sizes, kind="stable")[:N_SHOWN]]
    figure = blank(1.5 + 0.29 * len(order))
    head(figure, f"Contributions: {title}")
    axes = figure.subplots()
    axes.axvline(0, color=MUTED, lw=0.8)
    points = None
    for place, name in enumerate(order):
        added, value = np.asarray(rows[name]), np.asarray(inputs[name])
        height = place + SPREAD * spread(added)
        missing = np.isnan(value)
        axes.scatter(added[missing], height[missing], s=4, color="#b6bdc4", lw=0)
        points = axes.scatter(
            added[~missing],
            height[~missing],
            s=4,
            c=_shares(value[~missing]),
            cmap="viridis",
            lw=0,
            vmin=0,
            vmax=1,
        )
    axes.set_yticks(range(len(order)), order)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"contribution to the {output}")
    axes.set_title(f"{count(len(rows))} events, {len(order)} of {len(features)} features")
    if points is not None:
        bar = figure.colorbar(points, ax=axes, ticks=[0, 1], aspect=40, pad=0.02)
        bar.ax.set_yticklabels(["low", "high"])
        bar.set_label("value of the feature", labelpad=-14)
        bar.outline.set_visible(False)  # type: ignore[operator]
    return figure


def spread(values: FloatArray) -> FloatArray:
    """Return heights in [-1, 1] that set points of nearly the same value beside each other.

    >>> spread(np.array([0.0, 0.0, 0.0, 9.0]))
    array([ 0.        ,  0.66666667, -0.66666667,  0.        ])
    """
    width = np.ptp(values) / N_BINS or 1.0
    bins = np.floor((values - values.min()) / width).astype(np.int64)
    heights = np.zeros(len(values))
    most = max(1, int(np.bincount(bins).max()))
    for each in np.unique(bins):
        places = np.flatnonzero(bins == each)
        ranks = np.arange(len(places))
        heights[places] = np.where(ranks % 2, 1, -1) * ((ranks + 1) // 2) * 2 / most
    return heights + 0.0


def _shares(values: FloatArray) -> FloatArray:
    """Return the rank of each value as a share from 0 to 1, equal values alike."""
    order = np.sort(values)
    ranks = np.searchsorted(order, values, side="left") + np.searchsorted(order, values, side="right")
    return (ranks - ranks.min()) / max(1, np.ptp(ranks)) if len(ranks) else np.zeros(0)
