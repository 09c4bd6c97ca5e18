"""Arrays that scikit-learn's checks would hand back as they are, told apart in a tenth of the time.

Those checks ask what library a table is of before they look at its numbers. The steps of a pipeline hand each
other arrays, and a model of one row would be checked for longer than it takes to answer.
"""

from typing import Any, TypeGuard

import numpy as np
from sklearn.utils.validation import _check_sample_weight

from smc.typing import FloatArray


def is_plain_table(X: object, *, allow_nan: bool) -> TypeGuard[FloatArray]:
    """Whether ``X`` is rows of float64, one after the other in memory, without an infinite cell.

    >>> is_plain_table(np.eye(2), allow_nan=False), is_plain_table([[1.0]], allow_nan=False)
    (True, False)
    """
    return (
        type(X) is np.ndarray
        and X.dtype == np.float64
        and X.ndim == 2
        and X.size > 0
        and X.flags.c_contiguous
        and not bool(np.isinf(X).any() if allow_nan else not np.isfinite(X).all())
    )


def is_plain_column(y: object, n_rows: int) -> TypeGuard[np.ndarray]:
    """Whether ``y`` is one finite number or truth value a row."""
    return (
        type(y) is np.ndarray
        and y.shape == (n_rows,)
        and y.flags.c_contiguous
        and (y.dtype.kind in "iub" or (y.dtype == np.float64 and bool(np.isfinite(y).all())))
    )


def checked_weights(weights: Any, rows: Any) -> FloatArray:
    """Return one weight a row, none negative; 1 each for None.

    Raises
    ------
    ValueError
        What scikit-learn says of other weights.
    """
    if (
        is_plain_column(weights, len(rows))
        and weights.dtype == np.float64
        and weights.min() >= 0
        and weights.any()
    ):
        return weights
    return _check_sample_weight(weights, rows, dtype=np.float64, ensure_non_negative=True)
