"""One picture of a run: what it earned, whether its probabilities hold, how even its folds are."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smc.evaluation.predictions import n_events
from smc.report.accounts import mean_gain
from smc.report.run.pictures.equity import equity_panel
from smc.report.run.pictures.folds import fold_panel
from smc.report.run.pictures.predictions import calibration_panel, realised_panel, reliability_curves
from smc.report.style import MUTED, NothingToDrawError, blank, head, legend_above
from smc.report.text import count, percent
from smc.report.view import SPLIT_NAMES, RunView


def draw_overview(view: RunView) -> Figure:
    """Draw the three panels; one that has nothing to show says why."""
    figure = blank(6.0, width=7.6)
    head(figure, view.title)
    grid = figure.add_gridspec(2, 2)
    panels: list[tuple[Axes, Callable[[Axes, RunView], None]]] = [
        (figure.add_subplot(grid[0, :]), _equity),
        (figure.add_subplot(grid[1, 0]), realised_panel if view.task == "regression" else _calibration),
        (figure.add_subplot(grid[1, 1]), _folds),
    ]
    for axes, panel in panels:
        try:
            panel(axes, view)
        except NothingToDrawError as reason:
            axes.set_axis_off()
            axes.text(0.5, 0.5, str(reason), ha="center", va="center", wrap=True, color=MUTED)
    return figure


def _equity(axes: Axes, view: RunView) -> None:
    split = view.judged_split
    accounts = view.accounts(split) if split else []
    if split is None or not accounts:
        raise NothingToDrawError("no position was ever taken, so nothing was earned or lost")
    equity_panel(axes, accounts, split, held=view.held_accounts(split))
    gained = percent(mean_gain(accounts), sign=True)
    axes.set_title(f"equity, {SPLIT_NAMES[split]}: {gained} after costs")
    legend_above(axes, 4)


def _calibration(axes: Axes, view: RunView) -> None:
    name, groups = list(reliability_curves(view).items())[-1]
    calibration_panel(axes, groups, name)
    split = view.judged_split or ""
    axes.set_title(f"calibration, {SPLIT_NAMES[split]}, {count(n_events(view.splits[split]))} events")


def _folds(axes: Axes, view: RunView) -> None:
    fold_panel(axes, view, legend_columns=1)
    axes.set_title("folds, validation, test")
