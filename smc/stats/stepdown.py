"""Which of many configurations earn more than nothing: Romano and Wolf's stepdown test."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smc.arguments import check_at_least
from smc.stats.block_length import optimal_block_length
from smc.stats.panel import ROUNDING, check_panel, varies
from smc.stats.stationary import long_run_variance, resample, some_at_once, steps
from smc.typing import BoolArray, FloatArray

#: A draw's standard error is at least this share of the sample's: a draw that misses the few rows on which a
#: column moves would otherwise be infinitely far from zero, and take the power of all columns with it. A
#: larger share cuts the tails that skewed returns need: with 100 rows of them, at .5 the test rejects 5.5 %
#: of panels without skill at the level of 5 %, at .7 it is 19 %.
LEAST_ERROR = 0.5

#: Difference between a draw and a statistic that is rounding alone.
SAME = 1e-9


@dataclass(frozen=True, eq=False)
class RomanoWolf:
    """Adjusted p-values of a panel's columns, in the order of the columns.

    Attributes
    ----------
    p_values
        Reject those at or below the level: the chance of even one false rejection is at most the level.
    statistics
        Mean by its standard error; 0 for a constant column.
    block_size
        Mean length of the resampled blocks, in rows.
    """

    p_values: FloatArray
    statistics: FloatArray
    block_size: float
    n_draws: int


def romano_wolf(
    panel: npt.ArrayLike, *, block_size: float | None = None, n_draws: int = 2000, seed: int = 0
) -> RomanoWolf:
    """Test H0_j "the mean of column j is at most 0" for all columns at once, one-sided.

    Each column's mean is divided by a standard error that allows for autocorrelation. A stationary bootstrap
    draws the same rows for all columns, so that their dependence is kept, and divides by the draw's own
    standard error. The p-value of a column is the share of draws whose largest statistic among the columns no
    better than it reaches its own, (1 + count) / (1 + n_draws), and no smaller than that of any better
    column.

    It rejects more than Bonferroni or a deflated Sharpe ratio, since twenty settings of one model are not
    twenty independent trials. The panel must hold *all* configurations that were tried, not the good ones.

    Parameters
    ----------
    panel
        Returns, one row a period in time order, one column a configuration. Scale does not matter. A constant
        column, whatever its value, holds no evidence that resampling could weigh: p = 1, statistic 0, and the
        other columns are tested as if it were not there.
    block_size
        Mean block length in rows; None takes the largest `optimal_block_length` of the columns.
    n_draws
        The smallest p-value is 1 / (1 + n_draws); 2,000 leave a standard error of .005 at p = .05.

    Raises
    ------
    ValueError
        A panel that is not two-dimensional or not finite, fewer than 8 rows, a block shorter than 1 row.

    References
    ----------
    Romano and Wolf (2005), "Stepwise multiple testing as formalized data snooping", Econometrica 73 (the
    studentised stepwise procedure). Romano and Wolf (2016), "Efficient computation of adjusted p-values for
    resampling-based stepdown multiple testing", Statistics and Probability Letters 113.

    >>> noise = np.random.default_rng(0).normal(size=(500, 20))
    >>> noise[:, 3] += 0.2  # the only configuration with an edge
    >>> test = romano_wolf(noise)
    >>> np.flatnonzero(test.p_values <= 0.05), round(float(test.p_values[3]), 4)
    (array([3]), 0.0005)
    """
    values = check_panel(panel, least_rows=8)
    check_at_least("n_draws", n_draws, 1)
    size = 1.0 if block_size is None else float(block_size)
    if block_size is None and varies(values).any():
        size = float(np.nanmax(optimal_block_length(values)))
    statistics, draws, moving = studentised(values, size, n_draws=n_draws, seed=seed)
    p_values = np.ones(len(moving))
    p_values[moving] = (stepdown(statistics[moving], draws) * n_draws + 1) / (n_draws + 1)
    return RomanoWolf(p_values, statistics, size, n_draws)


def stepdown(statistics: FloatArray, draws: FloatArray) -> FloatArray:
    """Return for each statistic the share of draws whose maximum over those no larger reaches it.

    No statistic that is added lowers the share of another: it joins a maximum, or stands before it.

    Parameters
    ----------
    draws
        Statistics under the null (n_draws, n_columns).

    >>> stepdown(np.array([1.0, 3.0]), np.array([[0.0, 2.0], [2.0, 0.0], [4.0, 0.0], [0.0, 0.0]]))
    array([0.5 , 0.25])
    """
    if not len(statistics):
        return np.empty(0)
    order = np.argsort(-statistics, kind="stable")
    n_reaching = np.zeros(len(order))
    for some in some_at_once(draws):
        largest = np.maximum.accumulate(some[:, order[::-1]], axis=1)[:, ::-1]
        n_reaching += at_least(largest, statistics[order]).sum(axis=0)
    share = np.empty(len(order))
    share[order] = np.maximum.accumulate(n_reaching / len(draws))
    return share


def at_least(draws: FloatArray, statistic: FloatArray | float) -> BoolArray:
    """Say which draws reach a statistic; equal but for rounding is enough.

    How a column is rounded depends on the columns beside it, and must not decide.

    >>> at_least(np.array([0.3, 0.1 + 0.2, 0.299]), 0.1 + 0.2).tolist()
    [True, True, False]
    """
    return draws >= statistic - SAME * np.maximum(np.abs(statistic), 1.0)


def studentised(
    panel: FloatArray, block_size: float, *, n_draws: int, seed: int, known: BoolArray | None = None
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return each column's mean by its standard error, and the same of draws around the sample's mean.

    The draws take the same rows for all columns, and do not depend on which columns there are.

    Parameters
    ----------
    known
        Which rows a column speaks of (n_rows, n_columns); the others hold 0 and stay there when the column is
        centred. Centred too, they would be a step of the mean's height in a column that speaks of one stretch
        alone, and its error the larger the better it is.

    Returns
    -------
    statistics, draws, moving
        (n_columns,), 0 where constant; (n_draws, n_moving), of the columns that vary; which these are.

    Raises
    ------
    ValueError
        A block shorter than 1 row.
    """
    check_at_least("block_size", block_size, 1)
    centred = panel - panel.mean(axis=0) if known is None else _centred_where(panel, known)
    moving = np.ptp(centred, axis=0) > ROUNDING * np.abs(panel).max(axis=0)
    statistics, draws = np.zeros(len(moving)), np.empty((n_draws, 0))
    if moving.any():
        centred, mean = centred[:, moving], panel[:, moving].mean(axis=0)
        statistics[moving], draws = _studentised(centred, mean, block_size, n_draws=n_draws, seed=seed)
    return statistics, draws, moving


def _centred_where(panel: FloatArray, known: BoolArray) -> FloatArray:
    """Take the mean of the known rows off them, and leave the others at 0."""
    mean = panel.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, panel - mean, 0.0)


def _studentised(
    centred: FloatArray, mean: FloatArray, block_size: float, *, n_draws: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Return the statistics of columns of these means, and those of the draws from the centred columns."""
    n_rows = len(centred)
    scale = np.abs(centred).max(axis=0)  # squares of very small returns would be no normal numbers
    scale = scale * np.sqrt(((centred / scale) ** 2).mean(axis=0))
    scaled = centred / scale
    variance = np.maximum(long_run_variance(scaled, block_size), 1 / n_rows)  # alternating columns: near 0
    mean = mean / scale
    draws, n_drawn = np.empty((n_draws, centred.shape[1])), 0
    for blocks in steps(n_rows, block_size=block_size, n_draws=n_draws, seed=seed):
        drawn, drawn_variance = resample(scaled, blocks)
        error = np.sqrt(np.maximum(drawn_variance, LEAST_ERROR**2 * variance) / n_rows)
        draws[n_drawn : n_drawn + len(drawn)] = drawn / error
        n_drawn += len(drawn)
    return mean / np.sqrt(variance / n_rows), draws
