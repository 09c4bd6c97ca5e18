"""Whether any of many configurations earns more than nothing: Hansen's test."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smc.arguments import check_at_least
from smc.stats.block_length import optimal_block_length
from smc.stats.panel import check_panel, standardised, varies
from smc.stats.stationary import long_run_variance, resample, some_at_once, steps
from smc.typing import FloatArray


@dataclass(frozen=True)
class SuperiorPredictiveAbility:
    """P-values of "no column has a mean above 0".

    Attributes
    ----------
    lower, consistent, upper
        They differ in how poor columns are centred under the null: as if their mean were truly that low; that
        low only if it is significantly so (use this one); never (White's reality check, which poor columns
        weaken).
    statistic
        Largest mean by its standard error, at least 0.
    block_size
        Mean length of the resampled blocks, in rows.
    """

    lower: float
    consistent: float
    upper: float
    statistic: float
    block_size: float
    n_draws: int


def superior_predictive_ability(
    panel: npt.ArrayLike,
    *,
    block_size: float | None = None,
    n_draws: int = 2000,
    seed: int = 0,
    studentised: bool = True,
) -> SuperiorPredictiveAbility:
    """Test H0 "no column has a mean above 0", one-sided, against a benchmark of 0.

    It answers for the sweep as a whole; `romano_wolf` says which columns. P-values are the share of draws
    beyond the statistic, (1 + count) / (1 + n_draws); 1 if no column has a positive mean.
    The standard errors are the sample's in every draw, as published, so that with few rows it rejects a
    little too often: at 5 %, 7 % of panels of 300 rows and 20 columns without skill. `romano_wolf` does not.

    Parameters
    ----------
    panel
        Returns, or returns in excess of a benchmark, one row a period in time order, one column a
        configuration. Constant columns are left out.
    block_size
        Mean block length in rows; None takes the largest `optimal_block_length` of the columns.
    studentised
        False compares the means themselves, as the reality check does: columns of large variance then hide
        the good ones. For comparison with other implementations.

    References
    ----------
    Hansen (2005), "A test for superior predictive ability", Journal of Business and Economic Statistics
    23(4), sections 2 and 3. White (2000), "A reality check for data snooping", Econometrica 68.

    >>> noise = np.random.default_rng(0).normal(size=(500, 20))
    >>> superior_predictive_ability(noise).consistent > 0.05
    True
    >>> noise[:, 3] += 0.2
    >>> superior_predictive_ability(noise).consistent < 0.05
    True
    """
    values = check_panel(panel, least_rows=8)
    check_at_least("n_draws", n_draws, 1)
    values = values[:, varies(values)]
    size = 1.0 if block_size is None else float(block_size)
    if not values.shape[1]:
        return SuperiorPredictiveAbility(1.0, 1.0, 1.0, 0.0, size, n_draws)
    if block_size is None:
        size = float(optimal_block_length(values).max())
    check_at_least("block_size", size, 1)
    scaled, deviation = standardised(values), values.std(axis=0)
    error = np.sqrt(np.maximum(long_run_variance(scaled, size), 1 / len(values)) / len(values))
    draws, n_drawn = np.empty((n_draws, values.shape[1])), 0
    for blocks in steps(len(values), block_size=size, n_draws=n_draws, seed=seed):
        drawn, _ = resample(scaled, blocks)
        draws[n_drawn : n_drawn + len(drawn)] = drawn
        n_drawn += len(drawn)
    unit = error if studentised else 1 / deviation
    statistic, shares = predictive_shares(
        values.mean(axis=0) / deviation, draws, error=error, unit=unit, n_rows=len(values)
    )
    lower, consistent, upper = ((share * n_draws + 1) / (n_draws + 1) for share in shares)
    return SuperiorPredictiveAbility(lower, consistent, upper, statistic, size, n_draws)


def predictive_shares(
    mean: FloatArray, draws: FloatArray, *, error: FloatArray, unit: FloatArray, n_rows: int
) -> tuple[float, list[float]]:
    """Return the statistic and the shares of draws beyond it: lower, consistent, upper.

    Parameters
    ----------
    draws
        Means less ``mean`` (n_draws, n_columns).
    error
        Standard error of each mean; a mean below -error sqrt(2 log log n) is significantly poor.
    unit
        What means are measured in: ``error`` if studentised.
    """
    poor = mean < -error * math.sqrt(2 * math.log(math.log(n_rows)))
    statistic = max(0.0, float((mean / unit).max()))
    if statistic == 0:
        return 0.0, [1.0, 1.0, 1.0]
    shifts = np.minimum(mean, 0.0), np.where(poor, mean, 0.0), np.zeros_like(mean)
    n_beyond = [
        sum((((some + shift) / unit).max(axis=1) > statistic).sum() for some in some_at_once(draws))
        for shift in shifts
    ]
    return statistic, [float(n / len(draws)) for n in n_beyond]
