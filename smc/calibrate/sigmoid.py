"""Calibration by a sigmoid."""

from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from smc.calibrate.one_vs_rest import OneVsRest
from smc.typing import FloatArray

#: Probabilities are kept this far from 0 and 1, where their log-odds end.
MARGIN = 1e-6


class Sigmoid(OneVsRest):
    """Put a straight line through the log-odds: the slope makes a model surer or less, the offset moves it.

    Platt's method on log-odds, by maximum likelihood, with his targets (n + 1) / (n + 2) and 1 / (n + 2) in
    place of 1 and 0, so that few events make no certainty. The slope is not negative: a calibrator may find
    that a model knows nothing, not that it knows the contrary. Two numbers, so few events will do. See
    `Calibrator` for the parameters.

    References
    ----------
    Platt (1999), "Probabilistic outputs for support vector machines".
    """

    def _curve(self, probability: FloatArray, happened: np.ndarray, weight: FloatArray) -> dict[str, Any]:
        odds = _log_odds(probability)
        n_yes = weight @ happened / weight.mean()
        n_no = len(weight) - n_yes
        target = np.where(happened, (n_yes + 1) / (n_yes + 2), 1 / (n_no + 2))

        def loss(line: FloatArray) -> tuple[float, FloatArray]:
            z = line[0] * odds + line[1]
            error = weight * (expit(z) - target)
            return float(weight @ (np.logaddexp(0, z) - target * z)), np.array([error @ odds, error.sum()])

        optimum = minimize(
            loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0, None), (None, None)]
        )
        return {"slope": float(optimum.x[0]), "offset": float(optimum.x[1])}

    def _read(self, curve: dict[str, Any], probability: FloatArray) -> FloatArray:
        return expit(curve["slope"] * _log_odds(probability) + curve["offset"])


def _log_odds(probability: FloatArray) -> FloatArray:
    return logit(np.clip(probability.astype(np.float64), MARGIN, 1 - MARGIN))
