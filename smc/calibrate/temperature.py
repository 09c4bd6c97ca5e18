"""Calibration by one number: the temperature."""

from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from smc.calibrate.calibrator import Calibrator
from smc.typing import FloatArray, IntArray

#: Smallest probability that is taken at its word.
EPSILON = float(np.finfo(np.float64).tiny)
#: Of the logarithm of the temperature.
BOUNDS = (-3.0, 3.0)


class Temperature(Calibrator):
    """Divide the log-probabilities by a temperature, and normalise.

    Above 1 it makes a model less sure, below 1 surer; the order of the classes stays, so that without a
    threshold nothing that is predicted changes. The temperature minimises the log-loss. One number can be
    learned from few events; made for networks, which are mostly too sure. It draws all towards equal
    probabilities, not towards how often the classes are: where a model knows little of classes that are not
    equally frequent, `sigmoid` is better, as it has an offset. See `Calibrator` for the parameters.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017), "On Calibration of Modern Neural Networks", ICML.

    >>> sure = np.array([[0.1, 0.9]] * 10)
    >>> calibrated = Temperature().fit(sure, np.array([0] * 5 + [1] * 5)).transform(sure)
    >>> calibrated[0].round(2)
    array([0.47, 0.53])
    """

    def _learn(self, probability: FloatArray, codes: IntArray, weight: FloatArray) -> dict[str, Any]:
        logs, rows = _logs(probability), np.arange(len(codes))

        def loss(log_temperature: float) -> float:
            return -float(weight @ log_softmax(logs / np.exp(log_temperature), axis=1)[rows, codes])

        optimum: Any = minimize_scalar(loss, bounds=BOUNDS, method="bounded")
        return {"temperature": float(np.exp(optimum.x))}

    def _apply(self, probability: FloatArray) -> FloatArray:
        return softmax(_logs(probability) / self.map_["temperature"], axis=1)


def _logs(probability: FloatArray) -> FloatArray:
    return np.log(np.maximum(probability.astype(np.float64), EPSILON))
