"""Which features each fit kept."""

import numpy as np
from matplotlib.figure import Figure

from smc.report.run.pictures.nothing_to_draw import NothingToDrawError
from smc.report.run.sections.feature_selection import say_stability
from smc.report.style import BLUE, blank, head
from smc.report.view import RunView

N_SHOWN = 40


def draw(view: RunView) -> Figure:
    """Draw a line a feature and a column a fit, filled where the fit kept the feature."""
    selection = view.record.get("feature_selection")
    if not selection:
        raise NothingToDrawError("features are selected on request: feature_selection=gain")
    fits = selection["fits"]
    counts: dict[str, int] = {}
    for each in fits:
        for name in each["kept"]:
            counts[name] = counts.get(name, 0) + 1
    names = sorted(counts, key=lambda name: (-counts[name], name))
    shown = names[:N_SHOWN]
    figure = blank(1.5 + 0.2 * len(shown))
    head(figure, f"Features kept: {view.title}")
    axes = figure.subplots()
    filled = np.array(
        [
            (fit, line)
            for fit, each in enumerate(fits)
            for line, name in enumerate(shown)
            if name in each["kept"]
        ]
    )
    axes.scatter(filled[:, 0], filled[:, 1], marker="s", s=70, color=BLUE)
    axes.set_xticks(range(len(fits)), [str(each["fit"]) for each in fits], rotation=30, ha="right")
    axes.set_yticks(range(len(shown)), shown)
    axes.set_xlim(-0.6, len(fits) - 0.4)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_ylabel("feature")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    which = f"first {len(shown)} of {len(names)}" if len(shown) < len(names) else f"all {len(names)}"
    axes.set_title(f"{which} features that a fit kept. {say_stability(selection['folds']['stability'])}")
    return figure
