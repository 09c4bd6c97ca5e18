"""Many tests at once: the false discovery rate."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smc.arguments import check_fraction
from smc.typing import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class BenjaminiHochberg:
    """Which hypotheses are rejected, and the smallest q at which each would be."""

    rejected: BoolArray
    adjusted: FloatArray


def benjamini_hochberg(p_values: npt.ArrayLike, q: float = 0.05) -> BenjaminiHochberg:
    """Reject so that at most a share ``q`` of the rejections is expected to be false.

    The k smallest p-values are rejected, k the largest with p_(k) <= q k / m. Valid for independent tests and
    for positively dependent ones, such as the same model on correlated symbols.

    Raises
    ------
    ValueError
        A p-value outside [0, 1] or NaN (leave out what was not tested: it also makes m larger), or a ``q``
        outside (0, 1).

    References
    ----------
    Benjamini and Hochberg (1995), "Controlling the false discovery rate", Journal of the Royal Statistical
    Society B 57.

    >>> test = benjamini_hochberg([0.01, 0.04, 0.03, 0.5])
    >>> test.rejected.tolist(), test.adjusted.round(4).tolist()
    ([True, False, False, False], [0.04, 0.0533, 0.0533, 0.5])
    """
    check_fraction("q", q)
    values = np.asarray(p_values, dtype=np.float64)
    if values.ndim != 1 or not np.all((values >= 0) & (values <= 1)):
        raise ValueError(f"`p_values` must be a list of numbers in [0, 1], got {values.tolist()}")
    order = np.argsort(values, kind="stable")
    scaled = values[order] * len(values) / np.arange(1, len(values) + 1)
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return BenjaminiHochberg(adjusted <= q, adjusted)
