"""How the loss went while a model was fitted."""

import numpy as np
import pandas as pd

from smc.report.html.charts.axis import Axis, padded
from smc.report.html.charts.frame import LEFT, RIGHT, TOP, WIDTH, frame, path
from smc.report.html.markup import Html, joined

HEIGHT = 130
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
    y = Axis(*padded(values.tolist(), least=0.01), TOP + HEIGHT, TOP, "loss", lambda value: f"{value:g}")
    lines = [
        path([(x.place(when), y.place(loss)) for when, loss in points], LINES[name][1])
        for name, points in drawn.items()
    ]
    return frame(joined(lines), x, y, says=says, key=dict(LINES[name] for name in drawn))
