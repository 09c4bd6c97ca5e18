"""Predictions cut into groups, what happened in each, and how sure that is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from smc.evaluation.predictions import n_events, share_weights
from smc.metrics import reliability_curve
from smc.report.proportion import normal_point, wilson
from smc.typing import FloatArray

#: A group holds at least this many events; and there are at most this many groups.
MIN_EVENTS, MAX_GROUPS = 25, 10


@dataclass(frozen=True)
class Groups:
    """Groups of events by their prediction, ascending: means, and an interval of what was observed."""

    predicted: FloatArray
    observed: FloatArray
    low: FloatArray
    high: FloatArray


def reliability(rows: pd.DataFrame, name: int, *, confidence: float = 0.95) -> Groups:
    """Compare the predicted probability of a class with the share that came true.

    The interval counts labels that overlap by their uniqueness: n is the sum of their weights.

    Parameters
    ----------
    rows
        Events with ``label``, ``p_<class>`` and ``weight``.

    >>> rows = pd.DataFrame({"p_1": np.repeat([0.4, 0.6], 50), "label": [0, 1] * 50, "weight": 1.0})
    >>> groups = reliability(rows, 1)
    >>> groups.predicted.round(2), groups.observed, groups.low.round(2)
    (array([0.4, 0.6]), array([0.5, 0.5]), array([0.37, 0.37]))
    """
    predicted = np.nan_to_num(rows[f"p_{name}"].to_numpy(dtype=np.float64))
    happened = (rows["label"].to_numpy() == name).astype(np.float64)
    mean, share, n = _grouped(predicted, happened, rows)
    bounds = np.array([wilson(*pair, confidence=confidence) for pair in zip(share, n, strict=True)])
    return Groups(mean, share, *bounds.T)


def realised(rows: pd.DataFrame, *, confidence: float = 0.95) -> Groups:
    """Compare predicted values with the mean of what followed.

    The interval is normal, from the standard deviation in the group and the same number of events.

    Parameters
    ----------
    rows
        Events with ``label``, ``prediction`` and ``weight``.
    """
    predicted, happened = rows["prediction"].to_numpy(), rows["label"].to_numpy()
    mean, outcome, n = _grouped(predicted, happened, rows)
    square = _grouped(predicted, happened**2, rows)[1]
    half = normal_point(confidence) * np.sqrt(np.maximum(square - outcome**2, 0.0) / n)
    return Groups(mean, outcome, outcome - half, outcome + half)


def _grouped(
    predicted: FloatArray, happened: FloatArray, rows: pd.DataFrame
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return by group the mean prediction, the mean of what happened, and the sum of uniqueness."""
    weight, share = rows["weight"].to_numpy(), share_weights(rows)
    n_bins = int(np.clip(n_events(rows) // MIN_EVENTS, 1, MAX_GROUPS))
    of_happened = reliability_curve(happened, predicted, n_bins=n_bins, sample_weight=share)
    of_weight = reliability_curve(weight, predicted, n_bins=n_bins, sample_weight=share)
    mean, outcome, unique, count = np.array(
        [of_happened["predicted"], of_happened["observed"], of_weight["observed"], of_happened["count"]],
        dtype=np.float64,
    )
    return mean, outcome, count * unique
