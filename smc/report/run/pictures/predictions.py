"""Whether predictions come true: probabilities, classes, and the values of a regression."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from smc.evaluation.predictions import RAW, n_events, share_weights
from smc.metrics import confusion_matrix
from smc.report.reliability import Groups, realised, reliability
from smc.report.style import (
    BLUE,
    INK,
    MUTED,
    SERIES,
    NothingToDrawError,
    blank,
    head,
    legend_above,
    percent_axis,
)
from smc.report.text import count
from smc.report.view import SPLIT_NAMES, RunView

#: Left, right, bottom and top end of the axes.
AxesWindow = tuple[float, float, float, float]
#: Of the histogram.
N_BARS = 24


def draw_calibration(view: RunView) -> Figure:
    """Draw a curve for each class (of two, for the larger), and below how often each value is predicted."""
    curves = reliability_curves(view)
    rows, split = _judged(view)
    height = 3.4 if len(curves) == 1 else 2.0
    figure = blank(1.5 + height * len(curves))
    head(figure, f"Calibration: {view.title}")
    *panels, strip = figure.subplots(
        len(curves) + 1, sharex=True, height_ratios=[height] * len(curves) + [0.8]
    )
    window = _window(list(curves.values()))
    bins = np.linspace(*window[:2], N_BARS + 1)
    for axes, colour, (name, groups) in zip(panels, SERIES, curves.items(), strict=False):
        calibration_panel(axes, groups, name, colour=colour, window=window)
        if f"{RAW}{name}" in rows:
            before = reliability(rows.assign(**{f"p_{name}": rows[f"{RAW}{name}"]}), name)
            axes.plot(
                before.predicted, before.observed, "x:", color=MUTED, ms=4.5, label="before calibration"
            )
            legend_above(axes)
        axes.set_xlabel("")
        strip.hist(rows[f"p_{name}"].clip(*window[:2]), bins, histtype="step", color=colour)
    panels[0].set_title(f"{SPLIT_NAMES[split]}, {count(len(rows))} events, {view.level} bands")
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


def calibration_panel(
    axes: Axes, groups: Groups, name: int, *, colour: str = BLUE, window: AxesWindow | None = None
) -> None:
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
    if view.judged_split is None:
        raise NothingToDrawError("no out-of-fold and no test probability was saved")
    return view.splits[view.judged_split], view.judged_split


def _window(curves: list[Groups]) -> AxesWindow:
    """Show the probabilities that occur, a tenth at least, with some room, and the diagonal."""
    predicted = np.concatenate([curve.predicted for curve in curves])
    width = float(np.ptp(predicted))
    room = max(0.1 * width, (0.1 - width) / 2)
    left, right = max(predicted.min() - room, 0.0), min(predicted.max() + room, 1.0)
    bottom = min(left, *(curve.low.min() for curve in curves)) - 0.01
    top = max(right, *(curve.high.max() for curve in curves)) + 0.01
    return left, right, bottom, top


BASIS_POINTS = 10_000


def draw_realised(view: RunView) -> Figure:
    """Draw the mean outcome of each group of predictions."""
    figure = blank(4.0)
    head(figure, f"Realised against predicted: {view.title}")
    realised_panel(figure.subplots(), view)
    return figure


def realised_panel(axes: Axes, view: RunView) -> None:
    """Draw the groups with their bands, over the diagonal that they should follow."""
    if view.judged_split is None:
        raise NothingToDrawError("no out-of-fold and no test prediction was saved")
    rows = view.splits[view.judged_split]
    groups = realised(rows, confidence=view.confidence)
    predicted, observed = BASIS_POINTS * groups.predicted, BASIS_POINTS * groups.observed
    low, high = BASIS_POINTS * groups.low, BASIS_POINTS * groups.high
    axes.axhline(0, color=MUTED, lw=0.8)
    axes.axline((0, 0), slope=1, color=MUTED, lw=1, ls=(0, (4, 2)), label="perfect")
    axes.fill_between(predicted, low, high, color=BLUE, alpha=0.15, lw=0)
    axes.vlines(predicted, low, high, color=BLUE, lw=1, alpha=0.6)
    axes.plot(predicted, observed, "o-", color=BLUE, lw=1, ms=4.5, label="mean of a group")
    where = f"{SPLIT_NAMES[view.judged_split]}, {count(n_events(rows))} events in {len(predicted)} groups"
    axes.set_title(f"{where}, {view.level} bands")
    axes.set_xlabel("predicted log return, basis points")
    axes.set_ylabel("realised log return, basis points")
    legend_above(axes)
    room = max(0.1 * float(np.ptp(predicted)), 0.5)
    axes.set_xlim(predicted.min() - room, predicted.max() + room)


SHADE = LinearSegmentedColormap.from_list("shade", ["#f5f8fb", "#56a0d3", "#00568a"])
#: Shares above this are dark enough for white text.
DARK = 0.55


def draw_confusion(view: RunView) -> Figure:
    """Draw the matrices of the out-of-fold and of the test split beside each other."""
    splits = [split for split in ("out_of_fold", "test") if split in view.splits]
    if not splits:
        raise NothingToDrawError("no out-of-fold and no test prediction was saved")
    figure = blank(3.35)
    head(figure, f"Confusion matrix: {view.title}")
    for axes, split in zip(figure.subplots(1, len(splits), squeeze=False)[0], splits, strict=True):
        rows = view.splits[split]
        matrix = confusion_matrix(
            rows["label"], rows["prediction"], classes=view.classes, sample_weight=share_weights(rows)
        )
        confusion_panel(axes, matrix, list(map(str, view.classes)))
        axes.set_title(f"{SPLIT_NAMES[split]}, {count(n_events(rows))} events")
    return figure


def confusion_panel(axes: Axes, matrix: np.ndarray, names: list[str]) -> None:
    """Draw one matrix, true classes down, predicted ones across."""
    totals = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, totals, out=np.zeros(matrix.shape), where=totals > 0)
    axes.imshow(shares, cmap=SHADE, vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        text = count(matrix[row, column]) + (f"\n{100 * share:.0f} %" if totals[row, 0] else "")
        axes.text(column, row, text, ha="center", va="center", color="white" if share > DARK else INK)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class, 100 % a row")
    _rule(axes, len(names))


def _rule(axes: Axes, size: int) -> None:
    """Separate the cells by white lines, without a frame."""
    axes.grid(visible=False)
    axes.set_xticks(np.arange(1, size) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, size) - 0.5, minor=True)
    axes.set_axisbelow(False)
    axes.grid(which="minor", color="white", lw=2)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
