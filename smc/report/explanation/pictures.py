"""Pictures of an explanation: contributions, importance, partial dependence, one decision."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from smc.report.style import BLUE, MUTED, ORANGE, blank, head
from smc.report.text import count, decimal, general
from smc.typing import FloatArray

N_SHOWN = 15
#: Half the height that the points of a feature may take, and how many side by side fill it.
SPREAD, N_BINS = 0.36, 60


def draw_contributions(shap: pd.DataFrame, inputs: pd.DataFrame, features: list[str], title: str) -> Figure:
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
    for bin_ in np.unique(bins):
        places = np.flatnonzero(bins == bin_)
        ranks = np.arange(len(places))
        heights[places] = np.where(ranks % 2, 1, -1) * ((ranks + 1) // 2) * 2 / most
    return heights + 0.0


def _shares(values: FloatArray) -> FloatArray:
    """Return the rank of each value as a share from 0 to 1, equal values alike."""
    order = np.sort(values)
    ranks = np.searchsorted(order, values, side="left") + np.searchsorted(order, values, side="right")
    return (ranks - ranks.min()) / max(1, np.ptp(ranks)) if len(ranks) else np.zeros(0)


def draw_importance(importance: pd.DataFrame, importance_record: Mapping[str, Any], title: str) -> Figure:
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
    axes.set_xlabel(f"growth of the {importance_record['loss']} when the feature is shuffled")
    level = f"{100 * importance_record['confidence']:g} %"
    axes.set_title(f"{count(importance_record['n_events'])} out-of-fold events, {level} intervals")
    return figure


N_CURVES, N_COLUMNS = 6, 2


def draw_dependence(dependence: pd.DataFrame, ranked: Sequence[str], title: str) -> Figure:
    """Draw a curve a feature, with the band of eight events in ten, on one scale."""
    output = dependence["output"].iloc[-1]
    curves = dict(list(dependence[dependence["output"] == output].groupby("feature")))
    shown = [name for name in ranked if name in curves][:N_CURVES]
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


N_STEPS = 12


def draw_decision(table: pd.DataFrame, record: Mapping[str, Any], title: str) -> Figure:
    """Draw the largest contributions of the last output, from the base at the bottom to what is explained."""
    output = record["outputs"][-1]
    rows = table[table["output"] == output]
    shown, rest = rows.head(N_STEPS), rows.iloc[N_STEPS:]["contribution"].sum()
    names = [
        f"{name} = {general(value)}" for name, value in zip(shown["feature"], shown["value"], strict=True)
    ]
    steps = [*shown["contribution"], rest]
    figure = blank(1.5 + 0.29 * len(steps))
    head(figure, f"One decision: {title}")
    axes = figure.subplots()
    reached, size = record["base"][-1], max(abs(record["base"][-1]), *map(abs, steps), 1e-12)
    for place, step in reversed(list(enumerate(steps))):
        axes.barh(place, step, left=reached, color=BLUE if step >= 0 else ORANGE, height=0.68)
        reached += step
    axes.axvline(record["base"][-1], color=MUTED, lw=0.8, ls=":")
    axes.axvline(reached, color=MUTED, lw=0.8)
    axes.set_yticks(range(len(steps)), [*names, f"{len(rows) - len(shown)} others"])
    axes.set_ylim(len(steps) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(output)
    write = decimal if size > 0.01 else general
    axes.set_title(f"from {write(record['base'][-1])} without any feature to {write(reached)}")
    return figure
