"""One look for every picture: colours, sizes, headings, and how a picture becomes a file."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from smc.errors import SmcError
from smc.results.durable import write_atomic

#: Okabe and Ito (2008): told apart by colour-blind readers, and in grey.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SERIES = (BLUE, ORANGE, GREEN, PURPLE)
INK, MUTED, GRID = "#1f2933", "#5f6b76", "#e4e7eb"

#: Inches. At 5.6 the text is still readable when a phone shows the picture at its own width.
WIDTH = 5.6
DPI = 200
#: Share of an axes' height that a line of its legend takes.
LEGEND_ROOM = 0.12

STYLE: Any = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "axes.titlelocation": "left",
    "axes.titlecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.5,
    "lines.solid_capstyle": "round",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


class NothingToDrawError(SmcError):
    """A run does not hold what a picture shows; the report says so in the picture's place."""

    reason = "nothing_to_draw"


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the look of this module, whatever the caller's matplotlib is set to."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def blank(height: float, *, width: float = WIDTH) -> Figure:
    """Open an empty figure, sizes in inches."""
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def head(figure: Figure, title: str) -> None:
    """Put the title over the whole figure, flush left."""
    figure.suptitle(title, x=0.012, ha="left", fontsize=11, fontweight="bold")


def percent_axis(axis: Axis) -> None:
    """Label an axis of shares in percent, with the digits that its steps need."""
    axis.set_major_formatter(lambda share, _: f"{round(100 * share, 6):g} %".replace("-", "\N{MINUS SIGN}"))


def legend_above(axes: Axes, n_columns: int = 2) -> None:
    """Put the legend into the upper left corner, and make room for it above the data."""
    bottom, top = axes.get_ylim()
    n_lines = -(-len(axes.get_legend_handles_labels()[0]) // n_columns)
    axes.set_ylim(bottom, top + n_lines * LEGEND_ROOM * (top - bottom))
    axes.legend(loc="upper left", ncols=n_columns)


def save(figure: Figure, file: Path | BinaryIO) -> None:
    """Write the figure as PNG, with nothing in it that changes from one day to the next."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", metadata={"Software": None})
    if isinstance(file, Path):
        write_atomic(file, drawn.getvalue())
    else:
        file.write(drawn.getvalue())
