"""Which class was taken for which: counts, and shares of each true class."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from smc.metrics import confusion_matrix
from smc.report.run.pictures.nothing_to_draw import NothingToDrawError
from smc.report.style import INK, blank, head
from smc.report.text import count
from smc.report.view import PARTS, RunView

SHADE = LinearSegmentedColormap.from_list("shade", ["#f5f8fb", "#56a0d3", "#00568a"])
#: Shares above this are dark enough for white text.
DARK = 0.55


def draw(view: RunView) -> Figure:
    """Draw the matrices of the out-of-fold and of the test part beside each other."""
    parts = [part for part in ("out_of_fold", "test") if part in view.parts]
    if not parts:
        raise NothingToDrawError("no out-of-fold and no test prediction was saved")
    figure = blank(3.35)
    head(figure, f"Confusion matrix: {view.title}")
    for axes, part in zip(figure.subplots(1, len(parts), squeeze=False)[0], parts, strict=True):
        rows = view.parts[part]
        matrix = confusion_matrix(rows["label"], rows["prediction"], classes=view.classes)
        panel(axes, matrix, list(map(str, view.classes)))
        axes.set_title(f"{PARTS[part]}, {count(len(rows))} events")
    return figure


def panel(axes: Axes, matrix: np.ndarray, names: list[str]) -> None:
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
