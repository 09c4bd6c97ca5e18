"""The table of predictions: its parts, its probabilities, and what a prediction counts.

One symbol, one row a prediction. Columns: ``part`` (train, out_of_fold, val or test), ``fold``, ``account``
(predictions that are traded together, see `smc.evaluation.trading`), ``event`` (bar position), ``time``,
``start`` and ``end`` (label span, bar positions, closed), ``label``, ``prediction``, ``p_<class>`` for each
class (classification), ``ret`` (side-signed simple return), ``weight``, ``side``. Saved tables hold besides
what the baseline said of the event: ``baseline_<class>`` (probabilities) or ``baseline``.

Of a model with a calibrator also ``raw_<class>``, the probabilities before calibration, and if it decides:
``threshold``, the probability of the larger class from which on it is decided for, and ``abstain``, half the
width of the band around it in which nothing is traded.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc import metrics
from smc.evaluation.rows import AnyRows, Rows
from smc.typing import BoolArray, FloatArray, IntArray

PREFIX = "p_"
#: Which predictions are traded together.
ACCOUNT = "account"
#: What a prediction counts of its event.
SHARE = "share"
#: The same columns of the baseline.
BASELINE = "baseline"

#: Of probabilities before calibration.
RAW = "raw_"
#: The parts that a model has not been fitted on.
HELD_OUT = ("out_of_fold", "val", "test")

#: What is given in one form is returned in it.
Predictions = TypeVar("Predictions", pd.DataFrame, Rows)


def class_columns(predictions: AnyRows) -> dict[int, str]:
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


def probabilities(predictions: AnyRows, classes: IntArray) -> FloatArray:
    """Return the probability matrix, one column for each of ``classes``.

    A class that a model has not seen in its training rows, so that its column is absent or NaN, was given
    probability 0.
    """
    columns = class_columns(predictions)
    matrix = np.zeros((len(predictions), len(classes)))
    for k, name in enumerate(classes.tolist()):
        if name in columns:
            matrix[:, k] = np.nan_to_num(np.asarray(predictions[columns[name]], dtype=np.float64))
    return matrix


def all_classes(predictions: AnyRows) -> IntArray:
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
    beside = of_part(baseline, *np.unique(np.asarray(predictions["part"], dtype=object)))
    if all(np.array_equal(np.asarray(predictions[name]), np.asarray(beside[name])) for name in key):
        return predictions.assign(**{name: beside[said].to_numpy() for said, name in names.items()})
    answers = baseline[[*key, *names]].set_axis([*key, *names.values()], axis=1)
    return predictions.merge(answers, on=key, how="left", validate="one_to_one")


def of_part(predictions: Predictions, *splits: str) -> Predictions:
    """Return the rows of some parts."""
    part = np.asarray(predictions["part"], dtype=object)
    chosen = np.zeros(len(part), dtype=bool)
    for split in splits:
        chosen |= part == split
    return predictions.take(np.flatnonzero(chosen))


def by_part(predictions: Predictions) -> Iterator[tuple[str, Predictions]]:
    """Give the held-out parts that have rows, in time order, with the share of each prediction."""
    for split in HELD_OUT:
        rows = of_part(predictions, split)
        if len(rows):
            yield split, with_shares(rows)


def with_shares(rows: Predictions) -> Predictions:
    """Put the predictions of one part into time order, each with its ``share`` of its event.

    An event counts once however many folds have tested it: each of its predictions is a row that counts
    1 / (predictions of the event). So a figure is that of one model, as one model is deployed. The mean of
    several predictions would be that of an ensemble, which is better the more folds there are.

    >>> rows = pd.DataFrame({"event": [7, 5, 5], "prediction": [1, 0, 1]})
    >>> with_shares(rows)
       event  prediction  share
    0      5           0    0.5
    1      5           1    0.5
    2      7           1    1.0
    """
    rows = _in_order(rows)
    event = np.asarray(rows["event"])
    if _is_once(event):
        return rows.assign(**{SHARE: np.ones(len(event))})
    _, number, count = np.unique(event, return_inverse=True, return_counts=True)
    return rows.assign(**{SHARE: 1.0 / count[number]})


def share_weights(rows: AnyRows) -> FloatArray | None:
    """Return what each row counts in a figure; None where no event was predicted twice."""
    share = np.asarray(rows[SHARE], dtype=np.float64) if SHARE in rows else np.ones(0)
    return None if np.all(share == 1.0) else share


def n_events(rows: AnyRows) -> int:
    """Return how many events there are, each counted once.

    >>> n_events(with_shares(pd.DataFrame({"event": [7, 5, 5, 5]})))
    2
    """
    return round(float(np.asarray(rows[SHARE]).sum())) if SHARE in rows else len(rows)


def event_means(rows: AnyRows, values: FloatArray | IntArray) -> FloatArray:
    """Average a value of each row over the predictions of its event: one an event, in time order.

    Rows without an ``event`` have one row an event.

    >>> event_means(pd.DataFrame({"event": [7, 5, 5]}), np.array([1.0, 0.0, 3.0]))
    array([1.5, 1. ])
    """
    if "event" not in rows:
        return values.astype(np.float64)
    event = np.asarray(rows["event"])
    if _is_once(event):
        return np.asarray(values, dtype=np.float64) + 0.0
    number = np.unique(event, return_inverse=True)[1]
    return np.bincount(number, weights=values) / np.bincount(number)


def first_of_events(rows: AnyRows) -> IntArray:
    """Return the first row of each event, of rows in time order."""
    event = np.asarray(rows["event"])
    return np.arange(len(event)) if _is_once(event) else np.unique(event, return_index=True)[1]


def _in_order(rows: Predictions) -> Predictions:
    if isinstance(rows, pd.DataFrame):
        return rows.sort_values("event", kind="stable", ignore_index=True)
    event = rows["event"]
    return rows if _is_once(event) else rows.take(np.argsort(event, kind="stable"))


def _is_once(event: npt.NDArray[Any]) -> bool:
    """Tell whether events ascend, so that none stands there twice."""
    return bool((event[1:] > event[:-1]).all())


def abstains(rows: AnyRows) -> BoolArray:
    """Tell which events nothing is traded on, since their probability lies too near to the threshold.

    >>> rows = pd.DataFrame({"p_0": [0.5, 0.3], "p_1": [0.5, 0.7], "threshold": 0.55, "abstain": 0.1})
    >>> abstains(rows)
    array([ True, False])
    """
    if "abstain" not in rows:
        return np.zeros(len(rows), dtype=bool)
    larger = np.asarray(rows[list(class_columns(rows).values())[-1]])
    return metrics.stands_aside(larger, np.asarray(rows["threshold"]), np.asarray(rows["abstain"]))
