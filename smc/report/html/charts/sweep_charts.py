"""Charts of many runs: where a figure lies by model and profile, and one figure over another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smc.report.html.charts.frame import LEFT, RIGHT, TOP, WIDTH, Axis, dot, frame, padded, segment, text
from smc.report.html.markup import Html, joined, tag
from smc.report.text import percent

ROW_HEIGHT = 17
#: Room for the names of models.
NAMES = 106
#: More dots than this hide each other and make the page heavy: boxes alone then.
MAX_DOTS = 600
N_COLOURS = 5


@dataclass(frozen=True)
class Group:
    """The runs of one model and profile.

    Attributes
    ----------
    values
        Shares, one a run, in the order of ``run_ids``.
    """

    model: str
    profile: str
    values: Sequence[float]
    run_ids: Sequence[str]


def distribution_chart(groups: Sequence[Group], label: str, says: str) -> Html:
    """Draw each group's runs, over a box from its lower to its upper quartile and a line at its median."""
    bounds = padded([value for group in groups for value in group.values], least=0.02)
    x = Axis(*bounds, NAMES, WIDTH - RIGHT, label, lambda share: f"{100 * share:g} %")
    y = Axis(0, max(len(groups), 1), TOP, TOP + ROW_HEIGHT * len(groups), "", str, ())
    colours = {name: f"c{n % N_COLOURS}" for n, name in enumerate(dict.fromkeys(g.profile for g in groups))}
    has_dots = sum(len(group.values) for group in groups) <= MAX_DOTS
    rows = [
        _group_row(group, x, y.place(number + 0.5), colours[group.profile], has_dots=has_dots)
        for number, group in enumerate(groups)
    ]
    return frame(joined([*_names(groups, y), *rows]), x, y, says=says, key=colours)


def _names(groups: Sequence[Group], y: Axis) -> list[Html]:
    """Write each model once, beside the first of its rows."""
    known = set()
    names = []
    for number, group in enumerate(groups):
        if group.model not in known:
            names.append(text(2, y.place(number + 0.5) + 4, group.model[:17]))
        known.add(group.model)
    return names


def _group_row(group: Group, x: Axis, middle: float, class_: str, *, has_dots: bool) -> Html:
    low, median, high = (x.place(value) for value in np.quantile(group.values, [0.25, 0.5, 0.75]))
    least, most = (x.place(value) for value in np.quantile(group.values, [0.05, 0.95]))
    box = tag(
        "rect",
        x=low,
        y=middle - 5,
        width=max(high - low, 1.0),
        height=10,
        class_=f"box {class_}",
    )
    marks = [
        segment(least, middle, most, middle, class_=class_),
        box,
        segment(median, middle - 6, median, middle + 6, class_=f"whisker {class_}"),
    ]
    if has_dots:
        marks += [
            dot(x.place(value), middle, class_, f"{percent(value)}: {group.model}, {group.profile}, {run_id}")
            for value, run_id in zip(group.values, group.run_ids, strict=True)
        ]
    return joined(marks)


SCATTER_HEIGHT = 170


@dataclass(frozen=True)
class Point:
    """One run: two shares, the name of its colour, and what it is."""

    x: float
    y: float
    series: str
    says: str


def scatter_chart(points: Sequence[Point], *, x_label: str, y_label: str, says: str) -> Html:
    """Draw a dot for each run; of many runs an even choice."""
    x = Axis(*padded([point.x for point in points], least=0.02), LEFT, WIDTH - RIGHT, x_label, _share)
    y = Axis(*padded([point.y for point in points], least=0.02), TOP + SCATTER_HEIGHT, TOP, y_label, _share)
    colours = {name: f"c{n % N_COLOURS}" for n, name in enumerate(dict.fromkeys(p.series for p in points))}
    shown = points[:: -(-len(points) // MAX_DOTS)]
    dots = [
        dot(x.place(point.x), y.place(point.y), colours[point.series], f"{_at(point)}: {point.says}")
        for point in shown
    ]
    zero = [segment(x.start, y.place(0), x.end, y.place(0), class_="zero")] if y.low < 0 < y.high else []
    return frame(joined([*zero, *dots]), x, y, says=says, key=colours)


def _at(point: Point) -> str:
    return f"{percent(point.x)}, {percent(point.y)}"


def _share(value: float) -> str:
    return f"{100 * value:g} %"
