"""How even the folds are, and where validation and test stand beside them."""

from statistics import fmean
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smc.report.run.fold_scores import fold_scores
from smc.report.style import (
    BLUE,
    GREEN,
    MUTED,
    ORANGE,
    NothingToDrawError,
    blank,
    head,
    legend_above,
    percent_axis,
)
from smc.report.text import count, decimal, is_number, percent
from smc.report.view import RunView

#: What stands beside the folds: split, marker, colour.
BESIDE = (("val", "s", GREEN), ("test", "D", ORANGE))
SCORE_NAMES = {"accuracy": "accuracy", "r2": "R²"}
#: Folds that are named on the axis, and those whose number of events finds room there too, at most.
MAX_NAMED, MAX_COUNTED = 8, 6


def draw_folds(view: RunView) -> Figure:
    """Draw the score of every fold, their mean, the baseline's score, and validation and test beside them."""
    figure = blank(3.6)
    head(figure, f"Fold scores: {view.title}")
    axes = figure.subplots()
    fold_panel(axes, view)
    axes.set_title(f"each on its own events, bars: {view.level}")
    return figure


def fold_panel(axes: Axes, view: RunView, *, legend_columns: int = 2) -> None:
    """Draw into given axes."""
    folds = [fold for fold in fold_scores(view) if fold.value is not None]
    if not folds:
        raise NothingToDrawError("no fold has a score: cross-validation failed")
    _draw_levels(axes, view, fmean(fold.value for fold in folds if fold.value is not None))
    for fold in folds:
        _mark(axes, fold.number, fold.value, fold.interval, color=BLUE)
    step = -(-len(folds) // MAX_NAMED)
    has_counts = len(folds) <= MAX_COUNTED
    labels = {fold.number: _name(str(fold.number), fold.n_events, has_counts) for fold in folds[::step]}
    place = folds[-1].number
    for split, marker, colour in BESIDE:
        table = view.figures.metrics(split)
        if is_number(table.get(view.score_name)):
            place += step
            interval = view.figures.interval(split, view.score_name)
            _mark(axes, place, table[view.score_name], interval, color=colour, marker=marker)
            labels[place] = _name(split, table.get("n_events"), has_counts)
    axes.set_xticks(list(labels), list(labels.values()))
    axes.set_xlim(1 - 0.6 * step, place + 0.6 * step)
    axes.set_xlabel("fold (events)" if has_counts else "fold")
    axes.set_ylabel(SCORE_NAMES[view.score_name])
    axes.grid(visible=False, axis="x")
    legend_above(axes, legend_columns)
    if view.classes:
        percent_axis(axes.yaxis)


def _draw_levels(axes: Axes, view: RunView, mean: float) -> None:
    """Draw the mean of the folds, and what the baseline scores on the same events."""
    write = percent if view.classes else decimal
    axes.axhline(mean, color=BLUE, lw=1, label=f"mean of the folds {write(mean)}")
    reference = view.figures.baseline("out_of_fold").get(view.score_name)
    if is_number(reference):
        axes.axhline(reference, color=MUTED, lw=1, ls=(0, (4, 2)), label=f"baseline {write(reference)}")


def _name(name: str, n_events: int | None, has_counts: bool) -> str:
    return f"{name}\n({count(n_events)})" if has_counts and n_events is not None else name


def _mark(axes: Axes, place: int, value: Any, interval: Any, *, color: str, marker: str = "o") -> None:
    if interval is not None:
        axes.vlines(place, *interval, color=color, lw=1.4, alpha=0.6)
    axes.plot(place, value, marker, color=color, ms=6)
