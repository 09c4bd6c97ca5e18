"""Array types used across smc."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

#: Integer array (n_events, 2): first and last bar of each label, both included.
Spans: TypeAlias = npt.NDArray[np.int64]

#: A composed configuration as plain containers.
Config: TypeAlias = dict[str, Any]
