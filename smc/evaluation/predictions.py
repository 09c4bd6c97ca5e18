"""The table of predictions: its parts, its probabilities, and one row an event.

One symbol, one row a prediction. Columns: ``part`` (train, out_of_fold, val or test), ``fold``, ``event``
(bar position), ``time``, ``start`` and ``end`` (label span, bar positions, closed), ``label``,
``prediction``, ``p_<class>`` for each class (classification), ``ret``, ``weight``, ``side``. Saved tables
hold besides what the baseline said of the event: ``baseline_<class>`` (probabilities) or ``baseline``.

Of a model with a calibrator also ``raw_<class>``, the probabilities before calibration, and if it decides:
``threshold``, the probability of the larger class from which on it is decided for, and ``abstain``, half the
width of the band around it in which nothing is traded.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smc import metrics
from smc.typing import BoolArray, FloatArray, IntArray

PREFIX = "p_"
#: The same columns of the baseline.
BASELINE = "baseline"

#: Of probabilities before calibration.
RAW = "raw_"
#: What a decision is taken by.
DECISION = ("threshold", "abstain")

#: The parts that a model has not been fitted on.
HELD_OUT = ("out_of_fold", "val", "test")


def class_columns(predictions: pd.DataFrame) -> dict[int, str]:
    """Return the probability column of each class, classes ascending; none for a regression.

    >>> class_columns(pd.DataFrame(columns=["p_1", "label", "p_-1", "p_0"]))
    {-1: 'p_-1', 0: 'p_0', 1: 'p_1'}
    """
    columns = {int(name.removeprefix(PREFIX)): name for name in predictions if name.startswith(PREFIX)}
    return dict(sorted(columns.items()))


def answer_columns(predictions: pd.DataFrame) -> list[str]:
    """Return the columns that a model answers with: predictions of each step ahead, and probabilities.

    >>> answer_columns(pd.DataFrame(columns=["label", "prediction", "p_0", "p_1", "prediction_5", "raw_0"]))
    ['prediction', 'p_0', 'p_1', 'prediction_5']
    """
    return [name for name in map(str, predictions) if name.startswith((PREFIX, "prediction"))]


def probabilities(predictions: pd.DataFrame, classes: IntArray) -> FloatArray:
    """Return the probability matrix, one column for each of ``classes``.

    A class that a model has not seen in its training rows, so that its column is absent or NaN, was given
    probability 0.
    """
    columns = class_columns(predictions)
    matrix = np.zeros((len(predictions), len(classes)))
    for k, name in enumerate(classes.tolist()):
        if name in columns:
            matrix[:, k] = np.nan_to_num(predictions[columns[name]].to_numpy(dtype=np.float64))
    return matrix


def all_classes(predictions: pd.DataFrame) -> IntArray:
    """Return the classes that are predicted or that occur, ascending; empty for a regression."""
    columns = class_columns(predictions)
    return (
        np.union1d(list(columns), predictions["label"]).astype(np.int64) if columns else np.empty(0, np.int64)
    )


def with_baseline(predictions: pd.DataFrame, baseline: pd.DataFrame) -> pd.DataFrame:
    """Put what the baseline said of each event beside the prediction; both tables of any number of symbols.

    >>> key = {"symbol": ["A"], "part": ["val"], "fold": [-1], "event": [7]}
    >>> one, other = pd.DataFrame({**key, "p_0": [0.3]}), pd.DataFrame({**key, "p_0": [0.5]})
    >>> with_baseline(one, other)[["p_0", "baseline_0"]].values.tolist()
    [[0.3, 0.5]]
    """
    key = ["symbol", "part", "fold", "event"]
    names = {name: f"{BASELINE}_{label}" for label, name in class_columns(baseline).items()}
    names = names or {"prediction": BASELINE}
    answers = baseline[[*key, *names]].set_axis([*key, *names.values()], axis=1)
    return predictions.merge(answers, on=key, how="left", validate="one_to_one")


def of_part(predictions: pd.DataFrame, *splits: str) -> pd.DataFrame:
    """Return the rows of some parts."""
    return predictions.take(np.flatnonzero(predictions["part"].isin(splits)))


def by_part(predictions: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the held-out parts that have rows, each with one row an event, in time order."""
    for split in HELD_OUT:
        rows = of_part(predictions, split)
        if len(rows):
            yield split, average_repeated(rows)


def average_repeated(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the predictions of one part into time order, with those of an event tested several times averaged.

    An event counts once however many folds have tested it. Classification: the probabilities are averaged,
    and the class is the most probable one of the average, or the one on its side of the mean threshold.
    Regression: the predicted values are averaged, those of each step ahead too (``prediction_<step>``).

    >>> twice = pd.DataFrame({"event": [5, 5], "prediction": [0, 1], "p_0": [0.6, 0.1], "p_1": [0.4, 0.9]})
    >>> average_repeated(twice)
       event  prediction   p_0   p_1
    0      5           1  0.35  0.65
    """
    rows = rows.sort_values("event", kind="stable", ignore_index=True)
    _, first, count = np.unique(rows["event"], return_index=True, return_counts=True)
    if len(first) == len(rows):
        return rows
    columns = class_columns(rows)
    kinds = (BASELINE, RAW) if columns else (BASELINE, "prediction")
    averaged = [*columns.values(), *(name for name in rows if str(name).startswith(kinds))]
    averaged += [name for name in DECISION if name in rows]
    values = np.nan_to_num(rows[averaged].to_numpy(dtype=np.float64))
    mean = np.add.reduceat(values, first) / count[:, None]
    once = rows.iloc[first].reset_index(drop=True)
    once[averaged] = mean
    if columns:
        decided = np.array([*columns])[mean[:, : len(columns)].argmax(axis=1)]
        if "threshold" in once:
            smaller, larger = columns
            decided = np.where(once[columns[larger]] >= once["threshold"], larger, smaller)
        once["prediction"] = np.where(count > 1, decided, once["prediction"])
    return once


def abstains(rows: pd.DataFrame) -> BoolArray:
    """Tell which events nothing is traded on, since their probability lies too near to the threshold.

    >>> rows = pd.DataFrame({"p_0": [0.5, 0.3], "p_1": [0.5, 0.7], "threshold": 0.55, "abstain": 0.1})
    >>> abstains(rows)
    array([ True, False])
    """
    if "abstain" not in rows:
        return np.zeros(len(rows), dtype=bool)
    larger = rows[list(class_columns(rows).values())[-1]].to_numpy()
    return metrics.stands_aside(larger, rows["threshold"].to_numpy(), rows["abstain"].to_numpy())
