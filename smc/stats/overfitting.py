"""How often the best configuration of one half of the data is below the median in the other half."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from smc.arguments import check_choice
from smc.stats.panel import ROUNDING, check_panel
from smc.stats.stationary import some_at_once
from smc.typing import BoolArray, FloatArray

#: Null panels, and splits of each, behind the spread.
N_NULL, N_NULL_SPLITS = 200, 500


@dataclass(frozen=True, eq=False)
class Overfitting:
    """Probability of backtest overfitting, and how far it strays where nobody has skill.

    Attributes
    ----------
    probability
        Share of splits with logit <= 0. On noise it is .5 on average, near 0 if one configuration is better.
    spread
        Standard deviation of the probability over panels without skill (see the function).
    null_low, null_high
        Central 90 % of them: a probability inside says nothing against luck.
    logits
        One for each split: log(w / (1 - w)), w = rank out of sample of the best in sample / (N + 1).
    median_logit
        Their median; above 0 if the choice is usually better than half of the configurations.
    """

    probability: float
    spread: float
    null_low: float
    null_high: float
    median_logit: float
    n_configurations: int
    n_splits: int
    logits: FloatArray


@dataclass(frozen=True, eq=False)
class _BlockSums:
    """Rows, sums and sums of squares of the centred columns, by block of rows, and the columns' means."""

    n_rows: FloatArray
    sums: FloatArray
    squares: FloatArray
    centre: FloatArray


def probability_of_backtest_overfitting(
    panel: npt.ArrayLike, *, n_blocks: int = 16, performance: str = "sharpe", seed: int = 0
) -> Overfitting:
    """Return the share of splits whose best configuration in sample ranks in the lower half out of sample.

    Combinatorially symmetric cross-validation: the rows are cut into blocks; each half of the blocks once
    chooses the best configuration, which is ranked (ties by mean rank) in the other half. Convention: a logit
    of exactly 0, the median itself, counts as overfitted (lambda <= 0, as in the paper; libraries that count
    lambda < 0 give .40 instead of .59 on noise with 5 configurations).

    One probability alone is weak evidence: its standard deviation on noise is about .17. The spread is that
    of 200 panels in which the sign of each row, the same in all columns, is drawn at random after centring
    the columns: no skill, the same correlations and sizes of moves, over at most 500 of the splits.

    Parameters
    ----------
    panel
        Returns, one row a period in time order, one column a configuration; all that were tried.
    n_blocks
        Even; 16 give 12,870 splits. Blocks differ by at most a row, each row counts.
    performance
        ``sharpe`` (mean by standard deviation, ddof 1; 0 where a column does not vary) or ``mean``.

    Raises
    ------
    ValueError
        An odd or too large number of blocks, fewer than 2 configurations, fewer than 2 rows a block.

    References
    ----------
    Bailey, Borwein, López de Prado and Zhu (2017), "The probability of backtest overfitting", Journal of
    Computational Finance 20(4), section 2.

    >>> panel = np.random.default_rng(2).normal(size=(400, 20))
    >>> noise = probability_of_backtest_overfitting(panel, n_blocks=8)
    >>> panel[:, 3] += 0.2  # the only configuration with an edge
    >>> edge = probability_of_backtest_overfitting(panel, n_blocks=8)
    >>> round(noise.probability, 2), round(noise.spread, 2), round(edge.probability, 2)
    (0.66, 0.21, 0.1)
    """
    values = _checked(panel, n_blocks, performance)
    halves = _halves(n_blocks)
    logits = _logits(_block_sums(values.copy(), n_blocks), halves, performance, _room(values, halves))
    null = _null_probabilities(values, n_blocks, performance, seed=seed)
    low, high = np.quantile(null, [0.05, 0.95])
    return Overfitting(
        probability=float((logits <= 0).mean()),
        spread=float(null.std(ddof=1)),
        null_low=float(low),
        null_high=float(high),
        median_logit=float(np.median(logits)),
        n_configurations=values.shape[1],
        n_splits=len(logits),
        logits=logits,
    )


def _checked(panel: npt.ArrayLike, n_blocks: int, performance: str) -> FloatArray:
    check_choice("performance", performance, ["sharpe", "mean"])
    if n_blocks % 2 or not 2 <= n_blocks <= 20:
        raise ValueError(f"`n_blocks` must be even, from 2 to 20 (184,756 splits), got {n_blocks}")
    values = check_panel(panel, least_rows=2 * n_blocks)
    if values.shape[1] < 2:
        raise ValueError("a choice needs at least 2 configurations, got 1")
    return values


def _block_sums(values: FloatArray, n_blocks: int) -> _BlockSums:
    """Sum the blocks of a panel, which is overwritten: to ask for memory anew takes longer than to add."""
    edges = np.arange(n_blocks) * len(values) // n_blocks
    centre = values.mean(axis=0)
    values -= centre
    sums = np.add.reduceat(values, edges)
    return _BlockSums(
        n_rows=np.diff(edges, append=len(values)).astype(np.float64),
        sums=sums,
        squares=np.add.reduceat(np.square(values, out=values), edges),
        centre=centre,
    )


def _null_probabilities(values: FloatArray, n_blocks: int, performance: str, *, seed: int) -> FloatArray:
    """Return the probabilities of overfitting of panels like this one, but without skill."""
    rng = np.random.default_rng(seed)
    centred, halves = values - values.mean(axis=0), _halves(n_blocks)
    null, flipped, room = np.empty(N_NULL), np.empty_like(centred), _room(values, halves)
    for draw in range(N_NULL):
        np.multiply(centred, rng.choice([-1.0, 1.0], size=(len(values), 1)), out=flipped)
        chosen = halves[rng.permutation(len(halves))[: N_NULL_SPLITS // 2]]
        null[draw] = (_logits(_block_sums(flipped, n_blocks), chosen, performance, room) <= 0).mean()
    return null


def _room(values: FloatArray, halves: FloatArray) -> FloatArray:
    """Return memory for the performance of some halves in sample and out of sample."""
    n_at_once = len(next(some_at_once(halves)))
    return np.empty((2, 3, n_at_once, values.shape[1]))


def _halves(n_blocks: int) -> FloatArray:
    """Return one row for each way to cut the blocks in two: 1 for the half that holds the first block."""
    rest = list(combinations(range(1, n_blocks), n_blocks // 2 - 1))
    halves = np.zeros((len(rest), n_blocks))
    halves[:, 0] = 1.0
    halves[np.arange(len(rest))[:, None], np.array(rest, dtype=np.int64).reshape(len(rest), -1)] = 1.0
    return halves


def _logits(blocks: _BlockSums, halves: FloatArray, performance: str, room: FloatArray) -> FloatArray:
    """Return the logits of all splits: each half once in sample, once out of sample."""
    forth, back = [], []
    for some in some_at_once(halves):
        one = _performance(blocks, some, performance, room[0])
        other = _performance(blocks, 1 - some, performance, room[1])
        forth.append(_rank_logit(one, other))
        back.append(_rank_logit(other, one))
    return np.concatenate([*forth, *back])


def _performance(blocks: _BlockSums, halves: FloatArray, performance: str, room: FloatArray) -> FloatArray:
    """Return the performance of each column in each half, (n_halves, n_columns)."""
    mean, square, variance = room[:, : len(halves)]
    n_rows = (halves @ blocks.n_rows)[:, None]
    np.matmul(halves, blocks.sums, out=mean)
    mean /= n_rows
    if performance == "mean":
        mean += blocks.centre
        return mean
    np.matmul(halves, blocks.squares, out=square)
    square /= n_rows
    np.subtract(square, np.square(mean, out=variance), out=variance)
    variance *= n_rows / (n_rows - 1)
    square += blocks.centre**2
    square *= ROUNDING
    moving = variance > square
    mean += blocks.centre
    if not moving.all():
        mean[~moving], variance[~moving] = 0.0, 1.0
    mean /= np.sqrt(variance, out=variance)
    return mean


def _rank_logit(in_sample: FloatArray, out_of_sample: FloatArray) -> FloatArray:
    """Return the logit of the relative rank out of sample of the best in sample."""
    chosen = out_of_sample[np.arange(len(in_sample)), in_sample.argmax(axis=1)][:, None]
    below, level = _count(out_of_sample < chosen), _count(out_of_sample == chosen)
    rank = below + (level + 1) / 2
    return np.log(rank / (out_of_sample.shape[1] + 1 - rank))


def _count(true: BoolArray) -> FloatArray:
    """Count what is true in each row: bytes are added faster than truth values."""
    return np.add.reduce(true.view(np.uint8), axis=1, dtype=np.uint32).astype(np.float64)
