"""Charts of one run: equity after costs, calibration, losses of its fit."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from smc.metrics import equity_curve
from smc.report.accounts import HOLD, distinct
from smc.report.html.charts.frame import LEFT, RIGHT, TOP, WIDTH, Axis, dot, frame, padded, path, segment
from smc.report.html.markup import Html, joined
from smc.report.reliability import Groups
from smc.report.text import percent
from smc.report.view import SPLIT_NAMES

EQUITY_HEIGHT = 150
#: Points of a line beyond which nobody sees a difference.
MAX_POINTS = 300
COLOURS = {"out_of_fold": "c0", "test": "c1"}
#: Class of what was bought and held.
HELD = "c3"


def equity_chart(
    accounts: Mapping[str, Sequence[pd.DataFrame]], says: str, *, held: Mapping[str, Sequence[pd.DataFrame]]
) -> Html:
    """Draw the gain of each account of each split, and of buying and holding meanwhile, all from zero.

    Parameters
    ----------
    accounts, held
        Split -> ``net`` by time, one table an account.
    """
    of_hold = [bars for split in held for bars in distinct(held[split])]
    curves = [
        *((HELD, _thinned(bars, MAX_POINTS // len(of_hold) + 2)) for bars in of_hold),
        *(
            (COLOURS[split], _thinned(bars, MAX_POINTS // len(own) + 2))
            for split, own in accounts.items()
            for bars in own
        ),
    ]
    times = np.concatenate([curve[:, 0] for _, curve in curves])
    gains = np.concatenate([curve[:, 1] for _, curve in curves])
    bounds = padded([0.0, *gains.tolist()], least=0.02)
    first, last = float(times.min()), float(times.max())
    y = Axis(*bounds, TOP + EQUITY_HEIGHT, TOP, "gain after costs", _percent_tick)
    left = max(LEFT, 8 + 6.2 * max(len(y.write(value)) for value in y.labelled))
    x = Axis(first, max(last, first + 1), left, WIDTH - RIGHT, "", _day, _dates(first, last))
    lines = [
        path([(x.place(when), y.place(gain)) for when, gain in curve], class_) for class_, curve in curves
    ]
    zero = segment(x.start, y.place(0), x.end, y.place(0), class_="zero")
    key = {SPLIT_NAMES[split]: COLOURS[split] for split in accounts} | ({HOLD: HELD} if of_hold else {})
    return frame(joined([zero, *lines]), x, y, says=says, key=key)


def _thinned(bars: pd.DataFrame, max_points: int) -> np.ndarray:
    """Return times and gains, the first and the last bar and enough of those between."""
    kept = np.unique(np.linspace(0, len(bars) - 1, min(len(bars), max_points)).astype(int))
    when = pd.DatetimeIndex(bars.index).tz_convert(None).to_numpy().astype("datetime64[s]")
    gain = equity_curve(bars["net"]) - 1
    return np.column_stack([when.astype(np.float64)[kept], gain[kept]])


def _dates(first: float, last: float) -> list[float]:
    """Label a few times, the outermost with room for their text."""
    return np.linspace(first, last, 9)[[1, 3, 5, 7]].tolist()


def _day(second: float) -> str:
    return str(np.datetime64(round(second), "s"))[:10]


def _percent_tick(value: float) -> str:
    return percent(value, 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1)


CALIBRATION_HEIGHT = 170


def calibration_chart(curves: Mapping[int, Groups], says: str) -> Html:
    """Draw for each class what came true over what was predicted, with intervals, and the diagonal."""
    predicted = np.concatenate([curve.predicted for curve in curves.values()]).tolist()
    seen = np.concatenate([ends for curve in curves.values() for ends in (curve.low, curve.high)]).tolist()
    left, right = padded(predicted, least=0.1)
    bottom, top = padded([*seen, left, right])
    x = Axis(left, right, LEFT, WIDTH - RIGHT, "predicted probability", _share)
    y = Axis(bottom, top, TOP + CALIBRATION_HEIGHT, TOP, "share that came true", _share)
    diagonal = segment(x.place(left), y.place(left), x.place(right), y.place(right), class_="zero")
    marks = [_curve(groups, x, y, f"c{number}") for number, groups in enumerate(curves.values())]
    key = {f"class {name}": f"c{number}" for number, name in enumerate(curves)}
    return frame(joined([diagonal, *marks]), x, y, says=says, key=key)


def _curve(groups: Groups, x: Axis, y: Axis, class_: str) -> Html:
    marks, points = [], []
    for predicted, observed, low, high in zip(
        groups.predicted, groups.observed, groups.low, groups.high, strict=True
    ):
        across = x.place(predicted)
        marks.append(segment(across, y.place(low), across, y.place(high), class_=f"whisker {class_}"))
        says = f"predicted {percent(predicted)}, came true {percent(observed)}"
        marks.append(dot(across, y.place(observed), class_, says))
        points.append((across, y.place(observed)))
    return joined([path(points, class_), *marks])


def _share(value: float) -> str:
    return f"{100 * value:g} %"


LOSS_HEIGHT = 130
#: Column -> what it is called, class of its line.
LINES = {"train_loss": ("training", "c0"), "val_loss": ("validation (tail)", "c1")}


def loss_chart(curve: pd.DataFrame, says: str) -> Html:
    """Draw training and validation loss over iterations; values that are not finite are left out."""
    finite = {
        name: curve.loc[np.isfinite(curve[name].to_numpy(dtype=np.float64)), ["iteration", name]].to_numpy()
        for name in LINES
    }
    drawn = {name: points for name, points in finite.items() if len(points) > 1}
    values = np.concatenate([points[:, 1] for points in drawn.values()]) if drawn else np.zeros(1)
    last = float(curve["iteration"].to_numpy().max())
    x = Axis(0.0, max(last, 1.0), LEFT, WIDTH - RIGHT, "iteration", lambda value: f"{value:g}")
    y = Axis(*padded(values.tolist(), least=0.01), TOP + LOSS_HEIGHT, TOP, "loss", lambda value: f"{value:g}")
    lines = [
        path([(x.place(when), y.place(loss)) for when, loss in points], LINES[name][1])
        for name, points in drawn.items()
    ]
    return frame(joined(lines), x, y, says=says, key=dict(LINES[name] for name in drawn))
