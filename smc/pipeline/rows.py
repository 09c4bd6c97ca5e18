"""The rows of a fit, with all that is known of each."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from smc.typing import FloatArray, IntArray, Spans
from smc.windows import Windows


@dataclass(frozen=True)
class Rows:
    """Keep what is known of each row together, so that no step cuts one column and forgets another.

    Attributes
    ----------
    inputs
        What a model looks at: a table (n, f), or windows of bars.
    labels
        One a row, or one column an output.
    weights
        Sample weight of each row; None: all alike.
    spans
        First and last bar of each label (n, 2); None if they are not known.
    returns
        Side-signed return of each event; None if they are not known.

    Examples
    --------
    >>> rows = Rows(np.eye(3), np.array([0, 1, 1]), weights=np.array([0.5, 1.0, 2.0]))
    >>> rows.take(np.array([0, 2])).weights
    array([0.5, 2. ])
    """

    inputs: FloatArray | Windows
    labels: np.ndarray
    weights: FloatArray | None = None
    spans: Spans | None = None
    returns: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def take(self, positions: IntArray) -> Self:
        """Return the rows at these positions, in their order."""

        def cut(column: np.ndarray | None) -> np.ndarray | None:
            return None if column is None else column[positions]

        return type(self)(
            self.inputs[positions],
            self.labels[positions],
            cut(self.weights),
            cut(self.spans),
            cut(self.returns),
        )
