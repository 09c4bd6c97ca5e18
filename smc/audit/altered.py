"""Datasets with something altered, and everything else as it was."""

from dataclasses import replace

import numpy as np
import pandas as pd

from smc.training.dataset import Dataset
from smc.typing import BoolArray, IntArray

#: What an event's features hang on, as against its label.
PLACE = ["event", "time", "side"]


def event_rows(data: Dataset) -> pd.DataFrame:
    """Return the features of each event's own bar."""
    return data.bars.iloc[data.rows].reset_index(drop=True)


def most_recent(data: Dataset, n_events: int) -> Dataset:
    """Keep the last events only."""
    events = data.events.iloc[-n_events:].reset_index(drop=True)
    return replace(data, rows=data.rows[-n_events:], events=events, spans=data.spans[-n_events:])


def shifted(data: Dataset, by: int) -> Dataset:
    """Give each event the features of the one ``by`` events before it, in a circle.

    Labels, spans and weights stay where they are, and so do all splits; the order of features stays, and
    the order of labels, so that neighbours resemble each other as before. Only the bond between a feature
    row and its label is cut: the same as labels that are shifted together with their spans.
    """
    order = np.roll(np.arange(len(data.events)), by)
    events = data.events.copy()
    for name in PLACE:
        events[name] = data.events[name].to_numpy()[order]
    return replace(data, rows=data.rows[order], events=events)


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
    events.loc[labels_of, "weight"] = rng.uniform(0.1, 1.0, int(labels_of.sum()))
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
