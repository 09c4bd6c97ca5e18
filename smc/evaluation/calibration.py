"""Whether probabilities come true, before calibration and after it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from smc import metrics
from smc.evaluation.predictions import (
    PREFIX,
    RAW,
    abstains,
    all_classes,
    by_part,
    n_events,
    probabilities,
    share_weights,
)
from smc.typing import FloatArray, IntArray

N_BINS = 10


def calibration_figures(predictions: pd.DataFrame) -> dict[str, Any]:
    """Compare the probabilities of the same fits before and after calibration, part by part.

    Parameters
    ----------
    predictions
        Of any number of symbols, with ``raw_<class>`` beside ``p_<class>``.

    Returns
    -------
    dict
        Part -> ``n``, ``before`` and ``after`` (``ece``, ``brier``, ``log_loss``, ``curves``: the reliability
        curve of each class, of two classes the larger), ``abstained``: share of events passed over.
    """
    tables: dict[str, list[pd.DataFrame]] = {}
    for _, own in predictions.groupby("symbol"):
        for split, rows in by_part(own):
            tables.setdefault(split, []).append(rows)
    return {split: _figures(pd.concat(rows, ignore_index=True)) for split, rows in tables.items()}


def _figures(rows: pd.DataFrame) -> dict[str, Any]:
    classes = all_classes(rows)
    names = {f"{RAW}{name}": f"{PREFIX}{name}" for name in classes.tolist()}
    raw = rows.drop(columns=list(names.values()), errors="ignore").rename(columns=names)
    return {
        "n": n_events(rows),
        "before": _scores(raw, classes),
        "after": _scores(rows, classes),
        "abstained": float(np.average(abstains(rows), weights=share_weights(rows))),
    }


def _scores(rows: pd.DataFrame, classes: IntArray) -> dict[str, Any]:
    label, matrix, share = rows["label"].to_numpy(), probabilities(rows, classes), share_weights(rows)
    return {
        "ece": metrics.expected_calibration_error(
            label, matrix, classes=classes, n_bins=N_BINS, sample_weight=share
        ),
        "brier": metrics.brier(label, matrix, classes=classes, sample_weight=share),
        "log_loss": metrics.log_loss(label, matrix, classes=classes, sample_weight=share),
        "curves": dict(_curves(label, matrix, classes, share)),
    }


def _curves(
    label: np.ndarray, matrix: FloatArray, classes: IntArray, share: FloatArray | None
) -> Iterator[tuple[str, Any]]:
    for k, name in list(enumerate(classes.tolist()))[1 if len(classes) == 2 else 0 :]:
        curve = metrics.reliability_curve(label == name, matrix[:, k], n_bins=N_BINS, sample_weight=share)
        yield str(name), {key: values.tolist() for key, values in curve.items()}
