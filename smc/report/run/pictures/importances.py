"""What the saved model leans on most."""

from matplotlib.figure import Figure

from smc.report.run.pictures.nothing_to_draw import NothingToDrawError
from smc.report.run.sections.importances import ranked
from smc.report.style import BLUE, MUTED, blank, head, percent_axis
from smc.report.text import percent
from smc.report.view import RunView

N_SHOWN = 20


def draw(view: RunView) -> Figure:
    """Draw the most important features, each by its share of the total."""
    features = ranked(view)
    if not features:
        raise NothingToDrawError("the model gives no importance to any feature")
    shown = features[:N_SHOWN]
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
