"""What a search for parameters tried, what its parameters explain, and what each fold chose."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smc.report.html.charts.frame import padded
from smc.report.search import (
    FAILED,
    FINISHED,
    PRUNED,
    WHOLE,
    Choice,
    History,
    choices_of,
    history_of,
    importances_of,
)
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
from smc.report.view import RunView

#: Inches: of the trials, and of a row of what lies below.
TRIALS, ROW, AROUND = 2.9, 0.27, 0.8
#: Rows that the legend over the folds' choices takes.
ABOVE = 1.0


def draw_search(view: RunView) -> Figure:
    """Draw the loss of each trial, the importance of each parameter, and where each fold's values lie."""
    history, shares, choices = history_of(view), importances_of(view), choices_of(view)
    if history is None:
        raise NothingToDrawError("parameters are looked for on request: tune=tpe")
    n_rows = (len(shares), len(choices) + ABOVE if choices else 0)
    heights = [TRIALS, *(AROUND + ROW * rows for rows in n_rows if rows)]
    figure = blank(sum(heights) + 0.4)
    head(figure, f"Search for parameters: {view.title}")
    panels = iter(figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False).ravel())
    _trials(next(panels), history)
    if shares:
        _importances(next(panels), shares)
    if choices:
        _choices(next(panels), choices)
    return figure


def _trials(axes: Axes, history: History) -> None:
    low, high = padded(history.worth_seeing, least=1e-3)
    finished, pruned, failed = (history.of(status) for status in (FINISHED, PRUNED, FAILED))
    axes.plot(finished["trial"], finished["loss"].clip(low, high), "o", color=BLUE, ms=4, label=FINISHED)
    axes.step(history.trials["trial"], history.best, color=GREEN, where="post", label="best so far")
    if history.profile is not None:
        axes.axhline(history.profile, color=MUTED, lw=1, ls=(0, (4, 2)), label="profile")
    if len(pruned):
        axes.plot(pruned["trial"], pruned["loss"].clip(low, high), "_", color=MUTED, ms=7, label=PRUNED)
    if len(failed):
        axes.plot(failed["trial"], np.full(len(failed), low), "x", color=ORANGE, ms=5, label=FAILED)
    chosen = history.trials.loc[history.trials["trial"] == history.chosen]
    axes.plot(chosen["trial"], chosen["loss"], "o", mfc="none", mec=GREEN, ms=9, ls="none")
    axes.set_ylim(low, high)
    axes.set_xlabel("trial")
    axes.set_ylabel("loss")
    axes.set_title(f"{history.fit}, on its inner folds; the ring is what was chosen")
    legend_above(axes, 2)


def _importances(axes: Axes, shares: dict[str, float]) -> None:
    places = range(len(shares))
    axes.barh(places, list(shares.values()), color=BLUE, height=0.68)
    _name(axes, list(shares))
    axes.set_xlabel("share of the variance of the losses")
    percent_axis(axes.xaxis)
    axes.set_title("Importance of the parameters")


def _choices(axes: Axes, choices: list[Choice]) -> None:
    for number, choice in enumerate(choices):
        folds = choice.of_folds
        heights = number + np.linspace(-0.25, 0.25, len(folds))
        whole = [place for fit, place in choice.places.items() if fit in WHOLE]
        first = number == 0
        axes.plot(folds, heights, "o", color=BLUE, ms=4, alpha=0.75, label="fold" if first else None)
        axes.plot(
            whole,
            [number] * len(whole),
            "D",
            color=ORANGE,
            ms=5,
            alpha=0.75,
            label="all train events" if first else None,
        )
        axes.plot(choice.start, number, "|", color=MUTED, ms=13, label="profile" if first else None)
    _name(axes, [f"{choice.parameter}, {choice.low} to {choice.high}" for choice in choices])
    axes.set_xlim(-0.03, 1.03)
    percent_axis(axes.xaxis)
    axes.set_xlabel("place in the range")
    axes.set_title("What each fold found, the first on top")
    axes.set_ylim(len(choices) - 0.4, -0.6 - ABOVE)
    axes.legend(loc="upper left", ncols=3)


def _name(axes: Axes, names: list[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
