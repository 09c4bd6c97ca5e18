"""How even the folds are, and where validation and test stand beside them."""

from statistics import fmean
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smc.report.fold_scores import FoldScore, fold_scores
from smc.report.pictures.nothing_to_draw import NothingToDrawError
from smc.report.pictures.style import BLUE, GREEN, MUTED, ORANGE, blank, head, percent_axis
from smc.report.text import count, decimal, is_number, percent
from smc.report.view import RunView

#: What stands beside the folds: part, marker, colour.
BESIDE = (("val", "s", GREEN), ("test", "D", ORANGE))
SCORE_NAMES = {"accuracy": "accuracy", "r2": "R²"}
#: Share of the height that the legend takes, below the lowest interval.
LEGEND_ROOM = 0.14


def draw(view: RunView) -> Figure:
    """Draw the score of every fold, their mean, the baseline's score, and validation and test beside them."""
    figure = blank(3.6)
    head(figure, f"Fold scores: {view.title}")
    axes = figure.subplots()
    panel(axes, view)
    axes.set_title(f"on each fold's own events (their number in brackets), bars: {view.level}")
    return figure


def panel(axes: Axes, view: RunView, *, legend_columns: int = 2) -> None:
    """Draw into given axes."""
    folds = [fold for fold in fold_scores(view) if fold.value is not None]
    if not folds:
        raise NothingToDrawError("no fold has a score: cross-validation failed")
    write = decimal if view.task == "regression" else percent
    mean = fmean(fold.value for fold in folds if fold.value is not None)
    axes.axhline(mean, color=BLUE, lw=1, label=f"mean of the folds {write(mean)}")
    reference = view.figures.baseline("out_of_fold").get(view.score_name)
    if is_number(reference):
        axes.axhline(reference, color=MUTED, lw=1, ls=(0, (4, 2)), label=f"baseline {write(reference)}")
    for fold in folds:
        _mark(axes, fold.number, fold.value, fold.interval, color=BLUE)
    labels = {fold.number: _name(fold) for fold in folds} | _beside(axes, view, folds[-1].number + 1)
    axes.set_xticks(list(labels), list(labels.values()))
    axes.set_xlim(min(labels) - 0.6, max(labels) + 0.6)
    axes.set_xlabel("fold")
    axes.set_ylabel(SCORE_NAMES[view.score_name])
    axes.grid(visible=False, axis="x")
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom - LEGEND_ROOM * (2 / legend_columns) ** 1.5 * (top - bottom), top)
    axes.legend(loc="lower left", ncols=legend_columns)
    if view.task == "classification":
        percent_axis(axes.yaxis, decimals=0)


def _beside(axes: Axes, view: RunView, first: int) -> dict[int, str]:
    """Mark the scores of the parts; return their places and names."""
    labels = {}
    for part, marker, colour in BESIDE:
        value = view.figures.metrics(part).get(view.score_name)
        if is_number(value):
            place = first + len(labels)
            interval = view.figures.interval(part, view.score_name)
            _mark(axes, place, value, interval, color=colour, marker=marker)
            labels[place] = f"{part}\n({count(view.figures.metrics(part).get('n_events'))})"
    return labels


def _name(fold: FoldScore) -> str:
    return str(fold.number) if fold.n_events is None else f"{fold.number}\n({count(fold.n_events)})"


def _mark(axes: Axes, place: int, value: Any, interval: Any, *, color: str, marker: str = "o") -> None:
    if interval is not None:
        axes.vlines(place, *interval, color=color, lw=1.4, alpha=0.6)
    axes.plot(place, value, marker, color=color, ms=6)
