"""The estimator's turn in a fit: the weights of its rows, and the rows it stops early by."""

import inspect
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import _check_sample_weight

from smc.errors import ModelError
from smc.fit_progress import FitCallback
from smc.interfaces import Estimator
from smc.pipeline.augment import Augmented
from smc.pipeline.rows import Rows
from smc.typing import FloatArray
from smc.windows import Windows


def stops_early(estimator: object) -> bool:
    """Whether an estimator needs rows to stop early by."""
    return getattr(estimator, "stops_early", False)


def check_weights(
    estimator: Estimator, weights: npt.ArrayLike | None, inputs: FloatArray | Windows
) -> FloatArray | None:
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


def fit_params(
    estimator: Estimator,
    rows: Rows,
    augmented: Augmented,
    early_stopping: Rows | None,
    callback: FitCallback | None,
) -> dict[str, Any]:
    """Return what an estimator is given beside the augmented rows and their labels.

    Parameters
    ----------
    rows
        Those that were augmented: an added row has the weight of the row that it came from.
    early_stopping
        Rows to stop early by, as the estimator looks at rows; None for one that does not stop early.
    callback
        Handed to an estimator that takes one.
    """
    params: dict[str, Any] = {}
    if rows.weights is not None:
        params["sample_weight"] = _mean_one(rows.weights[augmented.origin])
    if early_stopping is not None:
        weights = early_stopping.weights
        weights = np.ones(len(early_stopping)) if weights is None else weights
        params["eval_set"] = (early_stopping.inputs, early_stopping.labels, weights)
    if callback is not None and _takes(estimator, "callback"):
        params["callback"] = callback
    return params


def _takes(estimator: Estimator, name: str) -> bool:
    return name in inspect.signature(estimator.fit).parameters


def _mean_one(weights: FloatArray) -> FloatArray:
    total = weights.sum()
    if not total > 0:
        raise ModelError("`sample_weight` must not be zero for every row that is fitted on")
    return weights * (len(weights) / total)
