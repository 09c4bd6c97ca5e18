"""A choice of features that is known already: that of a saved model."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator

from smc.typing import BoolArray


class Chosen(BaseEstimator):
    """Keep the features that a selector chose when the model was fitted, whatever it learned on the way.

    Parameters
    ----------
    support
        Whether each feature is kept.
    """

    def __init__(self, support: list[bool]) -> None:
        self.support = support

    def fit(self, X: Any, y: Any) -> Self:  # noqa: ARG002
        """Do nothing: the choice was made."""
        return self

    def get_support(self) -> BoolArray:
        """Return True for each feature kept."""
        return np.array(self.support, dtype=bool)
