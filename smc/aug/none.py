"""No augmentation."""

from collections.abc import Sized
from typing import Self, TypeVar

import numpy as np
from sklearn.base import BaseEstimator

Rows = TypeVar("Rows", bound=Sized)
Labels = TypeVar("Labels")


class NoAugmentation(BaseEstimator):
    """Hand the rows back as they came.

    Like every sampler of smc it says of each row where it came from, so that sample weights can follow:
    ``origin_`` holds positions among the rows received, ``synthetic_`` is True for a row that was made up.

    >>> sampler = NoAugmentation()
    >>> rows, labels = sampler.fit_resample([[0.5], [1.5]], [0, 1])
    >>> rows, labels, sampler.origin_.tolist(), sampler.synthetic_.tolist()
    ([[0.5], [1.5]], [0, 1], [0, 1], [False, False])
    """

    #: Windows of bars may be handed over as they are, without an array being built of them.
    takes_windows = True

    def fit(self, X: object, y: object) -> Self:  # noqa: ARG002
        """Do nothing; there is nothing to learn."""
        return self

    def fit_resample(self, X: Rows, y: Labels) -> tuple[Rows, Labels]:
        """Return ``X`` and ``y`` themselves."""
        self.origin_ = np.arange(len(X))
        self.synthetic_ = np.zeros(len(X), dtype=bool)
        return X, y
