"""Calibration of each class against the others."""

from abc import abstractmethod
from typing import Any

import numpy as np

from smc.calibrate.calibrator import Calibrator
from smc.typing import FloatArray, IntArray


class OneVsRest(Calibrator):
    """Map the probability of each class by a curve that never falls, then let each line sum to 1.

    Of two classes the larger has the curve, and the smaller one what is left. A subclass learns and applies
    one curve.
    """

    def _learn(self, probability: FloatArray, codes: IntArray, weight: FloatArray) -> dict[str, Any]:
        columns = self._columns(probability)
        return {"curves": [self._curve(probability[:, k], codes == k, weight) for k in columns]}

    def _apply(self, probability: FloatArray) -> FloatArray:
        pairs = zip(self._columns(probability), self.map_["curves"], strict=True)
        mapped = np.column_stack([self._read(curve, probability[:, k]) for k, curve in pairs])
        return np.column_stack([1.0 - mapped, mapped]) if probability.shape[1] == 2 else mapped

    @staticmethod
    def _columns(probability: FloatArray) -> range:
        return range(1, 2) if probability.shape[1] == 2 else range(probability.shape[1])

    @abstractmethod
    def _curve(self, probability: FloatArray, happened: np.ndarray, weight: FloatArray) -> dict[str, Any]:
        """Learn the curve of one class, as plain data."""

    @abstractmethod
    def _read(self, curve: dict[str, Any], probability: FloatArray) -> FloatArray:
        """Return the curve's values, in (0, 1)."""
