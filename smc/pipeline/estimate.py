"""The estimator's turn in a fit: the weights of its rows, and the rows it stops early by."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone, is_classifier

from smc.errors import ModelError
from smc.fit_progress import FitCallback
from smc.interfaces import Estimator
from smc.model.plain_arrays import checked_weights
from smc.pipeline.augment import Augmented
from smc.pipeline.rows import Rows
from smc.pipeline.takes import takes
from smc.typing import FloatArray
from smc.windows import Windows

#: Rows above which scikit-learn's ``early_stopping="auto"`` is on.
AUTO_ROWS = 10_000


def stops_early(estimator: object) -> bool:
    """Whether an estimator needs rows to stop early by."""
    return getattr(estimator, "stops_early", False) or takes_validation_rows(estimator)


def may_stop_early(estimator: object) -> bool:
    """Whether ``early_stopping``, as scikit-learn has it, is on, by rows that are not fitted on.

    ``"auto"`` may be; without a ``validation_fraction`` the rows that are fitted on are watched.
    """
    switch = getattr(estimator, "early_stopping", None)
    is_on = switch is True or (isinstance(switch, str) and switch == "auto")
    return is_on and getattr(estimator, "validation_fraction", 0.1) is not None


def takes_validation_rows(estimator: object) -> bool:
    """Whether an estimator of scikit-learn may stop early, and takes the rows that it stops by."""
    return may_stop_early(estimator) and takes(estimator, "X_val")


def decide_early_stopping(estimator: Any, n_rows: int) -> Any:
    """Return an estimator whose ``early_stopping`` is no longer "auto", but what scikit-learn makes of that.

    Rows are held back before the fit, so that the estimator cannot count them any more. Others are returned
    as they are.
    """
    if not (takes_validation_rows(estimator) and estimator.early_stopping == "auto"):
        return estimator
    unfitted: Any = clone(estimator)
    return unfitted.set_params(early_stopping=n_rows > AUTO_ROWS)


def n_rounds_of(estimator: Any) -> int:
    """Return the rounds or epochs that a fitted estimator kept."""
    return estimator.n_iter_ if takes_validation_rows(estimator) else estimator.n_rounds_


def with_rounds(estimator: Any, n_rounds: int) -> Any:
    """Return an unfitted copy of an estimator that stops early, which trains for so many rounds or epochs."""
    if not takes_validation_rows(estimator):
        return estimator.with_rounds(n_rounds)
    unfitted: Any = clone(estimator)
    return unfitted.set_params(max_iter=n_rounds, early_stopping=False)


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
    if not takes(estimator, "sample_weight"):
        raise ModelError(
            f"{type(estimator).__name__} takes no sample weights: set sample_weight=none, "
            "or choose another model"
        )
    return checked_weights(weights, inputs)


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
        params |= _watched(estimator, augmented.labels, early_stopping, weights)
    if callback is not None and takes(estimator, "callback"):
        params["callback"] = callback
    return params


def _watched(estimator: Estimator, labels: np.ndarray, rows: Rows, weights: FloatArray) -> dict[str, Any]:
    """Return the rows to stop early by as an estimator takes them."""
    if not takes_validation_rows(estimator):
        return {"eval_set": (rows.inputs, rows.labels, weights)}
    # scikit-learn knows no loss of a class that it has not seen.
    is_known = np.isin(rows.labels, labels) if is_classifier(estimator) else np.ones(len(rows), dtype=bool)
    return {
        "X_val": rows.inputs[is_known],
        "y_val": rows.labels[is_known],
        "sample_weight_val": weights[is_known],
    }


def _mean_one(weights: FloatArray) -> FloatArray:
    total = weights.sum()
    if not total > 0:
        raise ModelError("`sample_weight` must not be zero for every row that is fitted on")
    return weights * (len(weights) / total)
