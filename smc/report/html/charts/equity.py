"""Capital over time after costs, out-of-fold and test marked apart."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from smc.metrics import equity_curve
from smc.report.html.charts.axis import Axis, padded
from smc.report.html.charts.frame import LEFT, RIGHT, TOP, WIDTH, frame, path, segment
from smc.report.html.markup import Html, joined
from smc.report.text import percent
from smc.report.view import PARTS

HEIGHT = 150
#: Points of a line beyond which nobody sees a difference.
N_POINTS = 300
COLOURS = {"out_of_fold": "c0", "test": "c1"}


def equity_chart(returns: Mapping[str, pd.DataFrame], says: str) -> Html:
    """Draw the gain of each part, both from zero.

    Parameters
    ----------
    returns
        Part -> ``time`` and ``net``, one row a bar.
    """
    curves = {part: _thinned(bars) for part, bars in returns.items()}
    times = np.concatenate([curve[:, 0] for curve in curves.values()])
    gains = np.concatenate([curve[:, 1] for curve in curves.values()])
    bounds = padded([0.0, *gains.tolist()], least=0.02)
    first, last = float(times.min()), float(times.max())
    y = Axis(*bounds, TOP + HEIGHT, TOP, "gain after costs", _share)
    x = Axis(first, max(last, first + 1), LEFT, WIDTH - RIGHT, "", _day, _dates(first, last))
    lines = [
        path([(x.place(when), y.place(gain)) for when, gain in curve], COLOURS[part])
        for part, curve in curves.items()
    ]
    zero = segment(x.start, y.place(0), x.end, y.place(0), class_="zero")
    return frame(joined([zero, *lines]), x, y, says=says, key={PARTS[part]: COLOURS[part] for part in curves})


def _thinned(bars: pd.DataFrame) -> np.ndarray:
    """Return times and gains, the first and the last bar and enough of those between."""
    kept = np.unique(np.linspace(0, len(bars) - 1, min(len(bars), N_POINTS)).astype(int))
    when = pd.DatetimeIndex(bars["time"]).tz_convert(None).to_numpy().astype("datetime64[s]")
    gain = equity_curve(bars["net"].to_numpy(dtype=np.float64)) - 1
    return np.column_stack([when.astype(np.float64)[kept], gain[kept]])


def _dates(first: float, last: float) -> list[float]:
    """Label a few times, the outermost with room for their text."""
    return np.linspace(first, last, 9)[[1, 3, 5, 7]].tolist()


def _day(second: float) -> str:
    return str(np.datetime64(round(second), "s"))[:10]


def _share(value: float) -> str:
    return percent(value, 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1)
