"""What every chart has around its marks: axes, grid, key, and a text for those who cannot see it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from smc.report.html.markup import Html, joined, tag

#: Steps between ticks, times a power of ten.
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Axis:
    """One direction of a chart.

    Attributes
    ----------
    low, high
        Values at the ends.
    start, end
        Where these stand, in the chart's units.
    write
        A value as the label of a tick.
    ticks
        Values that are labelled; None: round ones.
    """

    low: float
    high: float
    start: float
    end: float
    label: str
    write: Callable[[float], str]
    ticks: Sequence[float] | None = None

    def place(self, value: float) -> float:
        """Return where a value stands; one outside the ends is put at the nearer end."""
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def labelled(self) -> list[float]:
        """The values of the ticks."""
        return round_values(self.low, self.high) if self.ticks is None else list(self.ticks)


def padded(values: Sequence[float], *, least: float = 0.0) -> tuple[float, float]:
    """Return ends that leave some room around values; at least ``least`` apart.

    >>> [round(end, 3) for end in padded([0.0, 1.0])], [round(end, 3) for end in padded([0.5], least=0.1)]
    ([-0.05, 1.05], [0.44, 0.56])
    """
    low, high = min(values), max(values)
    room = 0.05 * (high - low) if high - low >= least else (1.2 * least - (high - low)) / 2
    room = room or 0.5
    return low - room, high + room


def round_values(low: float, high: float, n_most: int = 6) -> list[float]:
    """Return evenly spaced round values from low to high, at most ``n_most`` of them.

    >>> round_values(-0.03, 0.41)
    [0.0, 0.1, 0.2, 0.3, 0.4]
    """
    power = 10.0 ** math.floor(math.log10((high - low) / n_most))
    steps = (power * step for step in STEPS)
    step = next(
        multiple for multiple in steps if math.floor(high / multiple) - math.ceil(low / multiple) < n_most
    )
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(number * step, 12) for number in range(first, last + 1)]


#: Units across. A phone shows a unit as about a pixel, so that text of 11 units is readable.
WIDTH = 360
#: From the edge to the plot; at the top there is room for the key.
LEFT, RIGHT, TOP = 46, 15, 24
#: Below the plot, for the labels of ticks; and for the name of the axis.
BOTTOM, NAME = 20, 16


def frame(
    marks: Html,
    x: Axis,
    y: Axis,
    *,
    says: str,
    key: Mapping[str, str] | None = None,
    width: int = WIDTH,
    below: int = 0,
) -> Html:
    """Return the SVG of a chart.

    Parameters
    ----------
    says
        What it shows, in a sentence, for screen readers.
    key
        Name -> class of its marks.
    width
        Units across.
    below
        Room for strips between the plot and the labels of ``x``.
    """
    foot = round(max(y.start, y.end)) + below
    height = foot + BOTTOM + NAME * bool(x.label)
    return tag(
        "svg",
        tag("title", says),
        _grid(x, y),
        _labels(x, y, foot, height),
        marks,
        _key(key or {}, width),
        viewBox=f"0 0 {width} {height}",
        role="img",
        class_="chart",
    )


def path(points: Sequence[tuple[float, float]], class_: str) -> Html:
    """Return a line through points."""
    return tag("path", d="M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points), class_=f"line {class_}")


def dot(x: float, y: float, class_: str, says: str) -> Html:
    """Return a mark that tells its run when it is pointed at."""
    return tag("circle", tag("title", says), cx=float(x), cy=float(y), r=3, class_=f"dot {class_}")


def segment(x1: float, y1: float, x2: float, y2: float, *, class_: str) -> Html:
    """Return a straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def text(x: float, y: float, content: str, **attributes: str) -> Html:
    """Return a text."""
    return tag("text", content, x=float(x), y=float(y), **attributes)


def _grid(x: Axis, y: Axis) -> Html:
    down = (
        segment(x.place(value), y.start, x.place(value), y.end, class_="grid")
        for value in x.labelled
        if not y.labelled
    )
    across = (segment(x.start, y.place(value), x.end, y.place(value), class_="grid") for value in y.labelled)
    return joined([*down, *across])


def _labels(x: Axis, y: Axis, foot: float, height: int) -> Html:
    below = (
        text(x.place(value), foot + 14, x.write(value), text_anchor="middle", class_="tick")
        for value in x.labelled
    )
    beside = (
        text(x.start - 5, y.place(value) + 4, y.write(value), text_anchor="end", class_="tick")
        for value in y.labelled
    )
    names = [text(x.end, height - 4, x.label, text_anchor="end"), text(2, TOP - 8, y.label)]
    return joined([*below, *beside, *names])


def _key(key: Mapping[str, str], width: int) -> Html:
    """Write names flush right in the top row, each after a sample of its colour."""
    marks, end = [], float(width - RIGHT)
    for name, class_ in reversed(list(key.items())):
        start = end - 6.2 * len(name)
        marks += [text(start, TOP - 8, name), dot(start - 7, TOP - 12, class_, name)]
        end = start - 18
    return joined(marks)


#: What the charts look like, on the page and alone.
STYLE = Html(files("smc.report.html.charts").joinpath("chart.css").read_text(encoding="utf-8"))
BACKGROUND = Html(
    "svg { background: #fff; } @media (prefers-color-scheme: dark) { svg { background: #14181c; } }"
)


def standalone(chart: Html) -> str:
    """Return the text of an SVG file: the chart with its own style sheet."""
    style = tag("style", BACKGROUND, "\n", STYLE)
    opened = chart.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" width="720" ', 1)
    return opened.replace("</title>", f"</title>{style}", 1)
