"""Probabilities as the model gives them."""

from typing import Any

from smc.calibrate.calibrator import Calibrator
from smc.typing import FloatArray, IntArray


class NoCalibration(Calibrator):
    """Leave the probabilities as they are; a threshold may be learned all the same.

    Without a threshold nothing is held back. See `Calibrator` for the parameters.

    >>> NoCalibration().learns, NoCalibration(threshold="class_cost").learns
    (False, True)
    """

    @property
    def learns(self) -> bool:
        """Whether it needs rows to learn from: for a threshold only."""
        return self.threshold != "none"

    def _learn(self, probability: FloatArray, codes: IntArray, weight: FloatArray) -> dict[str, Any]:  # noqa: ARG002
        return {}

    def _apply(self, probability: FloatArray) -> FloatArray:
        return probability
