"""The same run with its labels or its features altered."""

from dataclasses import replace

import numpy as np

from smc.training.dataset import Dataset
from smc.typing import BoolArray, IntArray


def lagged(data: Dataset, by: int) -> Dataset:
    """Give each event the features of ``by`` bars before it; labels stay."""
    back = np.minimum(by, data.events["event"].to_numpy())
    return replace(data, rows=data.rows - back, events=data.events.assign(event=data.events["event"] - back))


def scrambled(data: Dataset, labels_of: BoolArray, rows: IntArray, rng: np.random.Generator) -> Dataset:
    """Give some events other labels and weights, and some bars other features.

    Parameters
    ----------
    labels_of
        Mask of the events whose labels change: a class becomes another one, a number is drawn again.
    rows
        Bars whose features are replaced by noise of three times their spread.
    """
    events = data.events.copy()
    for name in [name for name in events if str(name).startswith("label")]:
        values = events[name].to_numpy().copy()
        values[labels_of] = _other(values, rng)[labels_of]
        events[name] = values
    events.loc[labels_of, "ret"] = -events.loc[labels_of, "ret"]
    for name in ("weight", "attribution"):
        events.loc[labels_of, name] = rng.uniform(0.1, 1.0, int(labels_of.sum()))
    bars = data.bars.copy()
    spread = np.nan_to_num(np.asarray(data.bars.iloc[data.rows].std(ddof=0))) + 1.0
    noise = 3 * spread * rng.standard_normal((len(rows), bars.shape[1]))
    bars.iloc[rows] = noise
    return replace(data, bars=bars, events=events)


def _other(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move each value to another class, or draw numbers anew from all of them with the sign turned."""
    classes = np.unique(values)
    if len(classes) > 10:
        return -rng.choice(values, len(values))
    steps = rng.integers(1, len(classes), len(values)) if len(classes) > 1 else 0
    return classes[(np.searchsorted(classes, values) + steps) % len(classes)]
