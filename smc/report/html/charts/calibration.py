"""Whether a probability of 60 % comes true 60 times in 100."""

from collections.abc import Mapping

import numpy as np

from smc.report.html.charts.axis import Axis, padded
from smc.report.html.charts.frame import LEFT, RIGHT, TOP, WIDTH, dot, frame, path, segment
from smc.report.html.markup import Html, joined
from smc.report.reliability import Groups
from smc.report.text import percent

HEIGHT = 170


def calibration_chart(curves: Mapping[int, Groups], says: str) -> Html:
    """Draw for each class what came true over what was predicted, with intervals, and the diagonal."""
    predicted = np.concatenate([each.predicted for each in curves.values()]).tolist()
    seen = np.concatenate([ends for each in curves.values() for ends in (each.low, each.high)]).tolist()
    left, right = padded(predicted, least=0.1)
    bottom, top = padded([*seen, left, right])
    x = Axis(left, right, LEFT, WIDTH - RIGHT, "predicted probability", _share)
    y = Axis(bottom, top, TOP + HEIGHT, TOP, "share that came true", _share)
    diagonal = segment(x.place(left), y.place(left), x.place(right), y.place(right), class_="zero")
    marks = [_curve(groups, x, y, f"c{number}") for number, groups in enumerate(curves.values())]
    key = {f"class {name}": f"c{number}" for number, name in enumerate(curves)}
    return frame(joined([diagonal, *marks]), x, y, says=says, key=key)


def _curve(groups: Groups, x: Axis, y: Axis, class_: str) -> Html:
    found, points = [], []
    for predicted, observed, low, high in zip(
        groups.predicted, groups.observed, groups.low, groups.high, strict=True
    ):
        across = x.place(predicted)
        found.append(segment(across, y.place(low), across, y.place(high), class_=f"whisker {class_}"))
        said = f"predicted {percent(predicted)}, came true {percent(observed)}"
        found.append(dot(across, y.place(observed), class_, said))
        points.append((across, y.place(observed)))
    return joined([path(points, class_), *found])


def _share(value: float) -> str:
    return f"{100 * value:g} %"
