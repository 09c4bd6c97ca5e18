"""Whether more events would help."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smc.report.run.pictures.nothing_to_draw import NothingToDrawError
from smc.report.style import BLUE, MUTED, ORANGE, blank, head, legend_above, percent_axis
from smc.report.text import is_number
from smc.report.view import RunView

#: What is drawn, by task: column, name, whether it is a share.
SCORES = {
    "classification": (("accuracy", "accuracy", True), ("log_loss", "log-loss", False)),
    "regression": (("r2", "R²", False), ("rmse", "root mean squared error", False)),
}


def draw(view: RunView) -> Figure:
    """Draw two scores on train and val over the number of train events."""
    if view.run.learning_curve.empty:
        raise NothingToDrawError("it is made on request: monitor.learning_curve=true")
    figure = blank(5.6)
    head(figure, f"Learning curve: {view.title}")
    panels = figure.subplots(2, sharex=True)
    for axes, (column, name, is_share) in zip(panels, SCORES[view.task], strict=True):
        _panel(axes, view, column)
        axes.set_ylabel(name)
        if is_share:
            percent_axis(axes.yaxis)
    panels[0].set_title("fits on the most recent train events, each scored on val")
    panels[-1].set_xlabel("train events")
    panels[-1].set_xlim(left=0)
    legend_above(panels[0], 3)
    return figure


def _panel(axes: Axes, view: RunView, column: str) -> None:
    curve = view.run.learning_curve
    axes.plot(curve["n_events"], curve[f"train_{column}"], "o-", color=BLUE, ms=4, label="train")
    axes.plot(curve["n_events"], curve[f"val_{column}"], "o-", color=ORANGE, ms=4, label="validation")
    reference = view.figures.baseline("val").get(column)
    if is_number(reference):
        axes.axhline(reference, color=MUTED, lw=1, ls=(0, (4, 2)), label="baseline on validation")
