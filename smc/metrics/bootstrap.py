"""Confidence intervals of dependent events, by resampling blocks of them."""

import math

import numpy as np
import numpy.typing as npt

from smc.arguments import check_fraction, check_positive
from smc.typing import FloatArray, IntArray

#: Array elements that one step of the resampling may hold.
STEP_SIZE = 2_000_000


def block_size(n_rows: int, overlap: float = 0.0) -> int:
    """Return how many rows a block needs: the larger of n^(1/3) and twice the overlap, at most n / 5.

    n^(1/3) is the rate at which the block of a variance estimate must grow (Künsch, 1989; Hall, Horowitz and
    Jing, 1995). Rows whose labels overlap depend on each other as far as they do, and a block of just that
    length would estimate two thirds of their variance, one of twice that length five sixths. Fewer than five
    blocks say nothing about a variance.

    Parameters
    ----------
    overlap
        Mean number of other rows that a row depends on, see `label_overlap`.

    >>> block_size(1000), block_size(1000, overlap=20), block_size(60, overlap=20)
    (10, 40, 12)
    """
    return max(1, min(math.ceil(max(round(n_rows ** (1 / 3), 9), 2 * overlap)), n_rows // 5))


def label_overlap(start: IntArray, end: IntArray) -> float:
    """Return the mean number of later events that begin before an event's label ends; O(n log n).

    >>> label_overlap(np.array([0, 1, 2, 9]), np.array([2, 2, 5, 9]))
    0.75
    """
    if len(start) == 0:
        return 0.0
    later = np.searchsorted(start, end, side="right") - np.arange(1, len(start) + 1)
    return float(np.maximum(later, 0).mean())


def block_means(values: FloatArray, *, block_size: int, n_bootstrap: int = 1000, seed: int = 0) -> FloatArray:
    """Return the column means of circular-block resamples, (n_bootstrap, n_columns).

    Each resample joins blocks of consecutive rows, begun at random and wrapped around the end, to exactly n
    rows; its mean comes from prefix sums, which equals counting how often each row is drawn (B x n) and
    multiplying by the values, at a cost of n / block_size a resample and in bounded memory.

    References
    ----------
    Politis and Romano (1992), "A circular block-resampling procedure for stationary data".

    >>> block_means(np.array([[1.0], [2.0], [3.0]]), block_size=3, n_bootstrap=2)
    array([[2.],
           [2.]])
    """
    check_positive("block_size", block_size)
    n_blocks = math.ceil(len(values) / block_size)
    rng = np.random.default_rng(seed)
    per_step = max(1, STEP_SIZE // (n_blocks * values.shape[1]))
    steps = [min(per_step, n_bootstrap - done) for done in range(0, n_bootstrap, per_step)]
    starts = (rng.integers(len(values), size=(step, n_blocks)) for step in steps)
    return np.concatenate([resampled_means(values, firsts, block_size) for firsts in starts])


def resampled_means(values: FloatArray, starts: IntArray, block_size: int) -> FloatArray:
    """Return the column means of the resamples whose blocks begin at ``starts`` (n_resamples, n_blocks)."""
    n_rows = len(values)
    last = n_rows - (starts.shape[1] - 1) * block_size
    padded = np.concatenate([np.zeros((1, values.shape[1])), values, values[: block_size - 1]]).cumsum(axis=0)
    whole = padded[block_size : block_size + n_rows] - padded[:n_rows]
    short = padded[last : last + n_rows] - padded[:n_rows]
    total = np.zeros((len(starts), values.shape[1]))
    for firsts in starts[:, :-1].T:  # a block of all resamples at a time stays in the processor's cache
        total += whole.take(firsts, axis=0)
    return (total + short.take(starts[:, -1], axis=0)) / n_rows


def share_seen(block_size: int, overlap: float) -> float:
    """Return the share of the variance of a mean that blocks see, of rows that depend on ``overlap`` others.

    The correlation of rows that share terms falls in a straight line; with r = overlap / block size, blocks
    see 1 - r / 3 of the variance that it adds up to, and (1 - 1 / 3 r) / r where r is over 1.

    >>> share_seen(10, overlap=0), round(share_seen(10, overlap=5), 3), round(share_seen(5, overlap=5), 3)
    (1.0, 0.833, 0.667)
    """
    ratio = overlap / block_size
    return 1 - ratio / 3 if ratio <= 1 else (1 - 1 / (3 * ratio)) / ratio


def block_variance(values: FloatArray, block_size: int) -> float:
    """Return the variance of the mean that circular blocks show: that of `block_means`, without drawing them.

    >>> block_variance(np.array([1.0, 0.0, 1.0, 0.0]), 1), block_variance(np.ones(9), 2)
    (0.0625, 0.0)
    """
    sums = np.concatenate([[0.0], values, values[: block_size - 1]]).cumsum()
    means = (sums[block_size:] - sums[:-block_size]) / block_size
    return float(np.var(means)) * block_size / len(values)


def percentile_interval(
    replicates: npt.ArrayLike,
    *,
    n_blocks: float,
    confidence: float = 0.95,
    estimate: float = 0.0,
    seen: float = 1.0,
) -> tuple[float, float]:
    """Return the expanded percentile interval of a bootstrapped statistic.

    The plain percentile interval is as narrow as if the variance were known. Its levels are moved outwards to
    those of a t distribution with ``n_blocks`` - 1 degrees of freedom, as Hesterberg (2015) does with n for
    independent rows. Replicates that are NaN are left out; fewer than half defined: NaN.

    Parameters
    ----------
    estimate, seen
        Of the variance, the blocks see this share (`share_seen`): the ends move away from the estimate by its
        root.

    References
    ----------
    Hesterberg (2015), "What teachers should know about the bootstrap", The American Statistician 69.
    """
    check_fraction("confidence", confidence)
    from scipy.special import ndtr, stdtrit

    values = np.asarray(replicates, dtype=np.float64)
    defined = values[np.isfinite(values)]
    if n_blocks <= 1 or defined.size * 2 <= values.size:
        return float("nan"), float("nan")
    t = stdtrit(n_blocks - 1, (1 - confidence) / 2) * math.sqrt(n_blocks / (n_blocks - 1))
    tail = float(ndtr(t))
    low, high = estimate + (np.quantile(defined, [tail, 1 - tail]) - estimate) / math.sqrt(seen)
    return float(low), float(high)
