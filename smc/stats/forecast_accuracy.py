"""Two forecasts of the same values: Diebold and Mariano's test."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smc.arguments import check_at_least
from smc.stats.panel import ROUNDING
from smc.stats.student import t_p_value
from smc.typing import FloatArray


@dataclass(frozen=True)
class DieboldMariano:
    """The corrected statistic and its p-value; above 0 if the first forecast loses more.

    ``uncorrected`` is the statistic of 1995. ``kernel`` is ``rectangular``, or ``bartlett`` where the
    rectangular variance was not positive.
    """

    statistic: float
    p_value: float
    uncorrected: float
    kernel: str


def diebold_mariano(
    first_loss: npt.ArrayLike,
    second_loss: npt.ArrayLike,
    *,
    horizon: int = 1,
    alternative: str = "two-sided",
) -> DieboldMariano:
    """Test whether two forecasts lose equally much on average.

    The mean difference of losses by its long-run standard error with ``horizon`` - 1 autocovariances,
    corrected for small samples: times sqrt((n + 1 - 2 h + h (h - 1) / n) / n), t with n - 1 degrees of
    freedom.

    Parameters
    ----------
    first_loss, second_loss
        Loss of each forecast in time order, for instance squared errors or log-losses.
    horizon
        Rows that a forecast reaches ahead: forecasts that overlap have correlated errors up to ``horizon`` -
        1 rows apart. For events it is 1 plus the number of later events that begin before a label ends.
    alternative
        ``two-sided``, ``greater`` (the first loses more) or ``less``.

    Raises
    ------
    ValueError
        Series of different lengths or not finite, a horizon not below n, or equal differences other than 0.

    References
    ----------
    Diebold and Mariano (1995), "Comparing predictive accuracy", Journal of Business and Economic Statistics
    13. Harvey, Leybourne and Newbold (1997), "Testing the equality of prediction mean squared errors",
    International Journal of Forecasting 13.

    >>> first, second = np.array([1.2, 0.8, 0.5, 1.9, 1.1, 0.3]), np.array([0.9, 1.0, 0.7, 1.2, 0.9, 0.6])
    >>> test = diebold_mariano(first**2, second**2)
    >>> round(test.statistic, 3), round(test.p_value, 3)
    (0.989, 0.368)
    """
    difference = _differences(first_loss, second_loss, horizon)
    n, mean = len(difference), float(difference.mean())
    if np.ptp(difference) <= ROUNDING * np.abs(difference).max():
        if mean != 0:
            raise ValueError(f"all differences are {mean:g}: without variance there is no test")
        return DieboldMariano(0.0, 1.0, 0.0, "rectangular")
    kernel, variance = _long_run_variance(difference - mean, horizon)
    uncorrected = mean / math.sqrt(variance / n)
    statistic = uncorrected * math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    return DieboldMariano(statistic, t_p_value(statistic, n - 1, alternative), uncorrected, kernel)


def _differences(first: npt.ArrayLike, second: npt.ArrayLike, horizon: int) -> FloatArray:
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.ndim != 1 or one.shape != two.shape or not np.isfinite([one, two]).all():
        raise ValueError(
            f"losses must be finite and equally many, got the shapes {one.shape} and {two.shape}"
        )
    check_at_least("horizon", horizon, 1)
    check_at_least("rows", len(one), max(2, horizon + 1))
    return one - two


def _long_run_variance(centred: FloatArray, horizon: int) -> tuple[str, float]:
    """Return the kernel used and the variance; Bartlett's is positive wherever there is variation."""
    n = len(centred)
    lags = np.arange(horizon)
    covariances = np.array([centred[lag:] @ centred[: n - lag] for lag in lags]) / n
    twice = np.where(lags == 0, 1.0, 2.0)
    rectangular = float(twice @ covariances)
    if rectangular > ROUNDING * covariances[0]:
        return "rectangular", rectangular
    return "bartlett", float((twice * (1 - lags / horizon)) @ covariances)
