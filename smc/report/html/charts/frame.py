"""What every chart has around its marks: axes, grid, key, and a text for those who cannot see it."""

from collections.abc import Mapping, Sequence

from smc.report.html.charts.axis import Axis
from smc.report.html.markup import Html, joined, tag

#: Units across. A phone shows a unit as about a pixel, so that text of 11 units is readable.
WIDTH = 360
#: From the edge to the plot; at the top there is room for the key.
LEFT, RIGHT, TOP = 46, 15, 24
#: Below the plot, for the labels of ticks; and for the name of the axis.
BOTTOM, NAME = 20, 16


def frame(marks: Html, x: Axis, y: Axis, *, says: str, key: Mapping[str, str] | None = None) -> Html:
    """Return the SVG of a chart.

    Parameters
    ----------
    says
        What it shows, in a sentence, for screen readers.
    key
        Name -> class of its marks.
    """
    height = round(max(y.start, y.end)) + BOTTOM + NAME * bool(x.label)
    return tag(
        "svg",
        tag("title", says),
        _grid(x, y),
        _labels(x, y, height),
        marks,
        _key(key or {}),
        viewBox=f"0 0 {WIDTH} {height}",
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


def text(x: float, y: float, said: str, **attributes: str) -> Html:
    """Return a text."""
    return tag("text", said, x=float(x), y=float(y), **attributes)


def _grid(x: Axis, y: Axis) -> Html:
    down = (
        segment(x.place(value), y.start, x.place(value), y.end, class_="grid")
        for value in x.labelled
        if not y.labelled
    )
    across = (segment(x.start, y.place(value), x.end, y.place(value), class_="grid") for value in y.labelled)
    return joined([*down, *across])


def _labels(x: Axis, y: Axis, height: int) -> Html:
    foot = max(y.start, y.end)
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


def _key(key: Mapping[str, str]) -> Html:
    """Write names flush right in the top row, each after a sample of its colour."""
    found, end = [], float(WIDTH - RIGHT)
    for name, class_ in reversed(list(key.items())):
        start = end - 6.2 * len(name)
        found += [text(start, TOP - 8, name), dot(start - 7, TOP - 12, class_, name)]
        end = start - 18
    return joined(found)
