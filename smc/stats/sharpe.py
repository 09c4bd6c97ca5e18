"""The Sharpe ratio of a series of returns."""

import math

import numpy as np
import numpy.typing as npt

from smc.arguments import check_positive
from smc.stats.panel import varies


def sharpe_ratio(returns: npt.ArrayLike, periods_per_year: float) -> float:
    """Return the annualised Sharpe ratio: mean / standard deviation (ddof 1) * sqrt(periods a year).

    ``periods_per_year=1`` gives the ratio per period. Fewer than two returns, or constant ones: NaN.

    References
    ----------
    Sharpe (1994), "The Sharpe ratio", Journal of Portfolio Management 21(1).

    >>> round(sharpe_ratio([0.01, -0.01, 0.02], periods_per_year=252), 4)
    6.9282
    """
    check_positive("periods_per_year", periods_per_year)
    values = np.asarray(returns, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError(f"`returns` must be finite numbers, one a period, got the shape {values.shape}")
    if len(values) < 2 or not varies(values[:, None])[0]:
        return float("nan")
    values = values / np.abs(values).max()
    return float(values.mean() / values.std(ddof=1)) * math.sqrt(periods_per_year)
