"""Types used across smc."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

#: Integer array (n_events, 2): first and last bar of each label, both included.
Spans: TypeAlias = npt.NDArray[np.int64]

#: A composed configuration as plain containers.
Config: TypeAlias = dict[str, Any]

#: Bars of each symbol of a run, in its order.
Bars: TypeAlias = "Mapping[str, pd.DataFrame]"

#: Told, in a word or two, what is being done.
OnProgress: TypeAlias = Callable[[str], None]

#: What is learned: classes or numbers.
LabelTask: TypeAlias = Literal["classification", "regression"]

#: What training rows count by.
SampleWeight: TypeAlias = Literal["uniqueness", "return_attribution", "none"]

#: What values a feature takes: 0 or 1; a sign, or a sum of two; whole numbers from 0 on; a coordinate of the
#: hours at which bars open; any number. All but the last are discrete.
FeatureKind: TypeAlias = Literal["flag", "direction", "count", "clock", "continuous"]


class Classifier(Protocol):
    """A fitted scikit-learn classifier that gives probabilities."""

    classes_: np.ndarray

    def predict_proba(self, X: Any) -> FloatArray:
        """Return one probability a class (n, k), in the order of ``classes_``."""
        ...
