"""One figure of many runs over another."""

from collections.abc import Sequence
from dataclasses import dataclass

from smc.report.html.charts.axis import Axis, padded
from smc.report.html.charts.distribution import MAX_DOTS, N_COLOURS
from smc.report.html.charts.frame import LEFT, RIGHT, TOP, WIDTH, dot, frame, segment
from smc.report.html.markup import Html, joined
from smc.report.text import percent

HEIGHT = 170


@dataclass(frozen=True)
class Point:
    """One run: two shares, the name of its colour, and what it is."""

    x: float
    y: float
    series: str
    says: str


def scatter_chart(points: Sequence[Point], *, x_label: str, y_label: str, says: str) -> Html:
    """Draw a dot for each run; of many runs an even choice."""
    x = Axis(*padded([each.x for each in points], least=0.02), LEFT, WIDTH - RIGHT, x_label, _share)
    y = Axis(*padded([each.y for each in points], least=0.02), TOP + HEIGHT, TOP, y_label, _share)
    colours = {name: f"c{n % N_COLOURS}" for n, name in enumerate(dict.fromkeys(p.series for p in points))}
    shown = points[:: -(-len(points) // MAX_DOTS)]
    dots = [
        dot(x.place(each.x), y.place(each.y), colours[each.series], f"{_at(each)}: {each.says}")
        for each in shown
    ]
    zero = [segment(x.start, y.place(0), x.end, y.place(0), class_="zero")] if y.low < 0 < y.high else []
    return frame(joined([*zero, *dots]), x, y, says=says, key=colours)


def _at(point: Point) -> str:
    return f"{percent(point.x)}, {percent(point.y)}"


def _share(value: float) -> str:
    return f"{100 * value:g} %"
