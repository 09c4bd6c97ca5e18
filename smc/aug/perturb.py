"""The steps of samplers that copy rows: how many, which, and what is changed in them."""

import numpy as np

from smc.aug.row_source import RowSource
from smc.typing import FloatArray, IntArray

#: Rows, or sequences, that noise is drawn for at a time.
BATCH_SIZE = 1024


def adaptive_size(n: int, *, n_small: int, threshold: int, beyond: float = 1.0) -> int:
    """Return the size that few rows are brought to: three times below ``n_small``, twice below ``threshold``.

    Few rows gain most from noise, which is a penalty on steep functions (Bishop 1995); many need none.

    Parameters
    ----------
    beyond
        Factor from ``threshold`` on; the size is rounded down.

    >>> [adaptive_size(n, n_small=200, threshold=300) for n in (1, 199, 200, 299, 300)]
    [3, 597, 400, 598, 300]
    >>> adaptive_size(301, n_small=200, threshold=300, beyond=1.5)
    451
    """
    if n >= threshold:
        return int(beyond * n)
    return 3 * n if n < n_small else 2 * n


def draw_copies(y: np.ndarray, n_copies: int, rng: np.random.Generator) -> IntArray:
    """Choose the rows to copy: every row equally often, and what is left over evenly along the targets.

    The rows left over are every so manieth of all rows sorted by target, from a random one on, and
    random within a class: the share of each class, or of each range of numbers, changes by one row at most.

    >>> y = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])
    >>> copied = draw_copies(y, 12, np.random.default_rng(0))
    >>> np.bincount(copied), np.bincount(y[copied])
    (array([2, 1, 1, 1, 1, 2, 1, 1, 2]), array([8, 4]))
    """
    n_rows = len(y)
    n_rounds, n_left = divmod(n_copies, n_rows)
    shuffled = rng.permutation(n_rows)
    key = y if y.ndim == 1 else y[:, 0]
    by_target = shuffled[np.argsort(key[shuffled], kind="stable")]
    left = by_target[(np.arange(n_left) * n_rows + rng.integers(n_rows)) // max(n_left, 1)]
    return np.concatenate([np.tile(np.arange(n_rows), n_rounds), np.sort(left)])


def add_noise(made: FloatArray, spread: FloatArray, level: float, rng: np.random.Generator) -> FloatArray:
    """Add noise of ``level`` standard deviations of each feature, in place and in batches.

    A missing value stays missing, and what has no spread, constant or discrete, as it is. Each bar of a
    sequence has its own noise.

    Parameters
    ----------
    made
        Rows (n, n_features) or sequences (n, lookback, n_features).
    spread
        Standard deviation of each feature.

    >>> add_noise(np.array([[1.0, 5.0], [np.nan, 5.0]]), np.array([2.0, 0.0]), 0.1, np.random.default_rng(0))
    array([[1.02514604, 5.        ],
           [       nan, 5.        ]])
    """
    scale = (level * spread).astype(made.dtype)
    for start in range(0, len(made), BATCH_SIZE):
        batch = made[start : start + BATCH_SIZE]
        batch += scale * rng.standard_normal(batch.shape, dtype=made.dtype.type)
    return made


def shift_back(source: RowSource, rows: IntArray, max_shift: int, rng: np.random.Generator) -> FloatArray:
    """Return rows, or windows, as they stood 0 to ``max_shift`` bars before, each as likely.

    The label stays that of the row. What the features were one bar earlier belongs to nearly the same
    decision; what they were one bar later has seen a part of the label, so nothing moves forward. Every
    feature moves by the same number of bars.

    Without a history to read (``source.lagged_rows``) the rows come out as they are.
    """
    return source.take_earlier(rows, rng.integers(0, max_shift + 1, size=len(rows)))


def drop_features(made: FloatArray, center: FloatArray, frac: float, rng: np.random.Generator) -> FloatArray:
    """Put the mean in place of a share of the features, drawn for each row on its own, in place.

    The mean of a discrete feature may be no value of it: `RowSource.center` has the nearest that is.

    A model then cannot lean on one feature alone. In a sequence a feature is dropped from all its bars; a
    missing value stays missing.

    Parameters
    ----------
    made
        Rows (n, n_features) or sequences (n, lookback, n_features).
    center
        Mean of each feature.
    frac
        Probability that a feature is dropped.

    References
    ----------
    Srivastava, N., Hinton, G., Krizhevsky, A., Sutskever, I., Salakhutdinov, R. (2014). Dropout. Journal of
    Machine Learning Research 15 (their dropout of inputs, in the rows instead of in the model).
    """
    n_rows, *n_bars, n_features = made.shape
    dropped = rng.random((n_rows, *(1 for _ in n_bars), n_features)) < frac
    np.copyto(made, center.astype(made.dtype), where=dropped & ~np.isnan(made))
    return made
