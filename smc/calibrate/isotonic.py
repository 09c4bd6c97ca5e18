"""Calibration by steps."""

from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression

from smc.calibrate.one_vs_rest import OneVsRest
from smc.typing import FloatArray


class Isotonic(OneVsRest):
    """Fit the curve that rises nowhere but where events say so, of any other form (scikit-learn).

    It has as many numbers as it finds steps, and overfits below about 1000 events: there, use `sigmoid`. It
    stays 1 / (n + 2) away from 0 and 1, n events, since no count of events makes a certainty. See
    `Calibrator` for the parameters.

    References
    ----------
    Zadrozny and Elkan (2002), "Transforming classifier scores into accurate multiclass probability
    estimates"; Niculescu-Mizil and Caruana (2005), "Predicting good probabilities with supervised learning".
    """

    def _curve(self, probability: FloatArray, happened: np.ndarray, weight: FloatArray) -> dict[str, Any]:
        margin = 1 / (len(weight) + 2)
        steps = IsotonicRegression(y_min=margin, y_max=1 - margin, out_of_bounds="clip")
        steps.fit(probability.astype(np.float64), happened.astype(np.float64), sample_weight=weight)
        return {"at": steps.X_thresholds_.tolist(), "values": steps.y_thresholds_.tolist()}

    def _read(self, curve: dict[str, Any], probability: FloatArray) -> FloatArray:
        return np.interp(probability, curve["at"], curve["values"])
