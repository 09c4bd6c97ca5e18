"""Stationary bootstrap of a panel's column means: the same rows for all columns, in bounded memory."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from smc.typing import FloatArray, IntArray

#: Rows that the blocks drawn in one step may cover: a few dozen MiB, whatever the panel.
STEP_SIZE = 2_000_000
#: Rows of a tall table that are looked at together.
AT_ONCE = 256

#: First block of each draw (n_draws + 1), and first row and length of each block.
Blocks = tuple[IntArray, IntArray, IntArray]


def draw_blocks(n_rows: int, *, block_size: float, n_draws: int, rng: np.random.Generator) -> Blocks:
    """Draw blocks of rows, each draw ``n_rows`` rows long; lengths are geometric with mean ``block_size``.

    A block begins at any row with equal chance and goes on at the first row after the last one. The last
    block of a draw is cut to fit.

    References
    ----------
    Politis and Romano (1994), "The stationary bootstrap", Journal of the American Statistical Association 89.

    >>> first, start, length = draw_blocks(6, block_size=2, n_draws=2, rng=np.random.default_rng(4))
    >>> first.tolist(), start.tolist(), length.tolist()
    ([0, 3, 6], [5, 2, 0, 4, 5, 5], [3, 2, 1, 1, 4, 1])
    """
    begins = rng.random((n_draws, n_rows)) < 1 / block_size
    begins[:, 0] = True
    position = np.flatnonzero(begins)
    length = np.diff(position, append=n_draws * n_rows)
    first = np.concatenate([[0], begins.sum(axis=1).cumsum()])
    return first, rng.integers(n_rows, size=len(position)), length


def steps(n_rows: int, *, block_size: float, n_draws: int, seed: int) -> Iterator[Blocks]:
    """Draw ``n_draws`` resamples a few at a time; they do not depend on the number of columns."""
    rng = np.random.default_rng(seed)
    step = max(1, STEP_SIZE // n_rows)
    for done in range(0, n_draws, step):
        yield draw_blocks(n_rows, block_size=block_size, n_draws=min(step, n_draws - done), rng=rng)


def some_at_once(rows: FloatArray) -> Iterator[FloatArray]:
    """Give a tall table a few rows at a time, so that what is made of them never is as large as all.

    >>> [len(some) for some in some_at_once(np.zeros((600, 2)))]
    [256, 256, 88]
    """
    return (rows[first : first + AT_ONCE] for first in range(0, len(rows), AT_ONCE))


def long_run_variance(centred: FloatArray, block_size: float) -> FloatArray:
    """Return n times the variance that the stationary bootstrap gives each column's mean, without drawing.

    It is the sum of circular autocovariances C(k), weighted by (1 - k / n) (1 - 1 / block_size)^k. Blocks of
    one row give the plain variance.

    References
    ----------
    Politis and Romano (1994), lemma 1.

    >>> column = np.array([[1.0], [2.0], [-1.0], [-2.0]])
    >>> long_run_variance(column, 1), long_run_variance(column, 2)
    (array([2.5]), array([1.875]))
    """
    n_rows = len(centred)
    circular = np.fft.irfft(np.abs(np.fft.rfft(centred, axis=0)) ** 2, n=n_rows, axis=0) / n_rows
    lags = np.arange(n_rows)
    weights = 2 * (1 - lags / n_rows) * (1 - 1 / block_size) ** lags
    weights[0] = 1.0
    return np.maximum(weights @ circular, 0.0)


def resample(centred: FloatArray, blocks: Blocks) -> tuple[FloatArray, FloatArray]:
    """Return mean and long-run variance of each column in each draw, (n_draws, n_columns) both.

    The variance is that of the block sums, sum of (S_k - L_k mean)^2 / n over the blocks k of length L_k: the
    natural one of a sample made of independent blocks, with the same small-sample bias as
    `long_run_variance`.

    References
    ----------
    Götze and Künsch (1996), "Second-order correctness of the blockwise bootstrap for stationary
    observations", Annals of Statistics 24.

    >>> blocks = np.array([0, 2]), np.array([1, 0]), np.array([2, 1])  # rows 1, 2 and row 0
    >>> resample(np.array([[1.0], [2.0], [-3.0]]), blocks)
    (array([[0.]]), array([[0.66666667]]))
    """
    twice = np.concatenate([np.zeros((1, centred.shape[1])), centred, centred]).cumsum(axis=0)
    return _compiled()(twice, *blocks)


@cache
def _compiled() -> Callable[..., tuple[FloatArray, FloatArray]]:
    """Compile the loop at first use: Numba is slow to import, and most of `smc.stats` draws nothing."""
    from smc.jit import cached

    return cached(_block_moments)


def _block_moments(prefix, first, start, length):
    n_rows, n_columns = len(prefix) // 2, prefix.shape[1]
    n_draws = len(first) - 1
    mean = np.zeros((n_draws, n_columns))
    variance = np.zeros((n_draws, n_columns))
    weighted = np.empty(n_columns)
    for draw in range(n_draws):
        weighted[:] = 0.0
        squares = 0.0
        for block in range(first[draw], first[draw + 1]):
            low, size = start[block], float(length[block])
            high = low + length[block]
            squares += size * size
            for column in range(n_columns):
                total = prefix[high, column] - prefix[low, column]
                mean[draw, column] += total
                variance[draw, column] += total * total
                weighted[column] += size * total
        for column in range(n_columns):
            mean[draw, column] /= n_rows
            centre = mean[draw, column]
            spread = variance[draw, column] - 2 * centre * weighted[column] + centre * centre * squares
            variance[draw, column] = max(spread, 0.0) / n_rows
    return mean, variance
