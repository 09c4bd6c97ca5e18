"""The estimator's turn in a fit: the rows it learns from, their weights, and the tail it watches."""

import inspect
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import _check_sample_weight

from smc.errors import ModelError
from smc.fit_progress import FitCallback
from smc.pipeline.augment import Augmented
from smc.pipeline.rows import Rows
from smc.typing import FloatArray
from smc.windows import Windows


def stops_early(estimator: Any) -> bool:
    """Whether an estimator needs rows to watch."""
    return getattr(estimator, "stops_early", False)


def check_weights(estimator: Any, weights: Any, inputs: FloatArray | Windows) -> FloatArray | None:
    """Return one weight a row, none negative; None for None.

    Raises
    ------
    ModelError
        An estimator that takes no weights.
    """
    if weights is None:
        return None
    if not _takes(estimator, "sample_weight"):
        raise ModelError(
            f"{type(estimator).__name__} takes no sample weights: set sample_weight=none, "
            "or choose another model"
        )
    return _check_sample_weight(weights, inputs, dtype=np.float64, ensure_non_negative=True)


def fit_estimator(
    estimator: Any, augmented: Augmented, rows: Rows, *, tail: Rows | None, callback: FitCallback | None
) -> Any:
    """Fit a clone of an estimator to augmented rows.

    Parameters
    ----------
    rows
        Those that were augmented: an added row has the weight of the row that it came from.
    tail
        Rows to watch, as the estimator looks at rows; None for one that does not stop early.
    callback
        Handed to an estimator that takes one.
    """
    params: dict[str, Any] = {}
    if rows.weights is not None:
        params["sample_weight"] = _mean_one(rows.weights[augmented.origin])
    if tail is not None:
        weights = np.ones(len(tail)) if tail.weights is None else tail.weights
        params["eval_set"] = (tail.inputs, tail.labels, weights)
    if callback is not None and _takes(estimator, "callback"):
        params["callback"] = callback
    fitted: Any = clone(estimator)
    return fitted.fit(augmented.rows, augmented.labels, **params)


def _takes(estimator: Any, name: str) -> bool:
    return name in inspect.signature(estimator.fit).parameters


def _mean_one(weights: FloatArray) -> FloatArray:
    total = weights.sum()
    if not total > 0:
        raise ModelError("`sample_weight` must not be zero for every row that is fitted on")
    return weights * (len(weights) / total)
