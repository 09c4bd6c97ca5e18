"""Which features each fit kept, and which the saved model leans on."""

import numpy as np
from matplotlib.figure import Figure

from smc.report.run.sections.fits import ranked_importances, say_stability
from smc.report.style import BLUE, MUTED, NothingToDrawError, blank, head, percent_axis
from smc.report.text import percent
from smc.report.view import RunView

N_KEPT_SHOWN = 40


def draw_feature_selection(view: RunView) -> Figure:
    """Draw a line a feature and a column a fit, filled where the fit kept the feature."""
    selection = view.record.get("feature_selection")
    if not selection:
        raise NothingToDrawError("features are selected on request: feature_selection=gain")
    fits = selection["fits"]
    counts: dict[str, int] = {}
    for fit in fits:
        for name in fit["kept"]:
            counts[name] = counts.get(name, 0) + 1
    names = sorted(counts, key=lambda name: (-counts[name], name))
    shown = names[:N_KEPT_SHOWN]
    figure = blank(1.5 + 0.2 * len(shown))
    head(figure, f"Features kept: {view.title}")
    axes = figure.subplots()
    filled = np.array(
        [
            (fit, line)
            for fit, fit_record in enumerate(fits)
            for line, name in enumerate(shown)
            if name in fit_record["kept"]
        ]
    )
    axes.scatter(filled[:, 0], filled[:, 1], marker="s", s=70, color=BLUE)
    axes.set_xticks(range(len(fits)), [str(fit["fit"]) for fit in fits], rotation=30, ha="right")
    axes.set_yticks(range(len(shown)), shown)
    axes.set_xlim(-0.6, len(fits) - 0.4)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_ylabel("feature")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    which = f"first {len(shown)} of {len(names)}" if len(shown) < len(names) else f"all {len(names)}"
    axes.set_title(f"{which} features that a fit kept. {say_stability(selection['folds']['stability'])}")
    return figure


N_IMPORTANCES_SHOWN = 20


def draw_importances(view: RunView) -> Figure:
    """Draw the most important features, each by its share of the total."""
    features = ranked_importances(view)
    if not features:
        raise NothingToDrawError("the model gives no importance to any feature")
    shown = features[:N_IMPORTANCES_SHOWN]
    names, shares = zip(*shown, strict=True)
    figure = blank(1.15 + 0.235 * len(shown))
    head(figure, f"Feature importances: {view.title}")
    axes = figure.subplots()
    bars = axes.barh(range(len(shown)), shares, color=BLUE, height=0.68)
    axes.bar_label(bars, [percent(share) for share in shares], padding=3, color=MUTED, fontsize=8.5)
    axes.set_yticks(range(len(shown)), names)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.margins(x=0.12)
    axes.set_xlabel("share of the total importance")
    percent_axis(axes.xaxis)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    which = f"first {len(shown)} of {len(features)}" if len(shown) < len(features) else f"all {len(shown)}"
    axes.set_title(f"{which} features used, {percent(sum(shares), 0)} of the total")
    return figure
