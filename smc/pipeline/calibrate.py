"""The calibrator's turn in a fit: what it learns from, and what it says."""

from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier

from smc.errors import ModelError
from smc.interfaces import ProbabilityCalibrator
from smc.pipeline.rows import Rows
from smc.typing import Classifier


def fit_calibrator(
    calibrator: ProbabilityCalibrator, estimator: Classifier, rows: Rows | None
) -> ProbabilityCalibrator:
    """Fit a clone of a calibrator to what a fitted estimator predicts of rows that it does not know.

    Rows of a class that the estimator has not seen are left out, since it gives them no probability. Without
    rows there is nothing to learn, only a band around 0.5 to be kept.
    """
    if not is_classifier(estimator):
        raise ModelError("calibrate: there are probabilities for classes only; set calibrate=none")
    fitted: Any = clone(calibrator)
    if rows is None:
        return fitted.fit(np.empty((0, len(estimator.classes_))), np.empty(0, dtype=np.int64))
    probability, classes = estimator.predict_proba(rows.inputs), estimator.classes_
    known = np.isin(rows.labels, classes)
    given = [None if column is None else column[known] for column in (rows.weights, rows.returns)]
    return fitted.fit(probability[known], np.searchsorted(classes, rows.labels[known]), *given)


def calibration_of(calibrator: ProbabilityCalibrator, n_rows: int) -> dict[str, Any]:
    """Tell what a fitted calibrator learned, as plain data."""
    return {"n_rows": n_rows, **calibrator.get_fitted(), "notes": list(getattr(calibrator, "notes_", []))}
