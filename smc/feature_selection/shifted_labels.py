"""What a score is worth where labels have nothing to do with features: the labels shifted in time."""

import numpy as np

from smc.arguments import check_at_least, check_fraction
from smc.stats.false_discovery import benjamini_hochberg
from smc.typing import BoolArray, FloatArray, IntArray


def check_against_noise(q: float, n_shifts: int) -> None:
    """Raise ValueError unless ``0 < q < 1`` and there are 10 shifts at least."""
    check_fraction("q", q)
    check_at_least("n_shifts", n_shifts, 10)


def shifted_rows(n_rows: int, n_shifts: int) -> IntArray:
    """Return, a line a shift, the row whose label each row gets; the first line leaves all in their place.

    Labels move on in a circle by evenly spaced distances. Unlike shuffling, that keeps what makes noise look
    like signal: labels that overlap, classes that come in runs, features that change slowly.

    >>> shifted_rows(6, 2)
    array([[0, 1, 2, 3, 4, 5],
           [2, 3, 4, 5, 0, 1],
           [4, 5, 0, 1, 2, 3]])
    """
    distances = np.unique(np.arange(n_shifts + 1) * n_rows // (n_shifts + 1))
    return (np.arange(n_rows) + distances[:, None]) % n_rows


def stands_out(scores: FloatArray, q: float) -> BoolArray:
    """Tell which features score better than shifted labels explain, with a false discovery rate of ``q``.

    Each feature's scores are brought to mean 0 and standard deviation 1 over the lines, the true one among
    them, so that a feature that scores high whatever the labels (many values, slow changes) gains nothing by
    it. A p-value is the share of all shifted scores, of all features, that reach the true one; then
    Benjamini-Hochberg. On pure noise any feature at all is kept in about a share ``q`` of fits.

    Parameters
    ----------
    scores
        One line a shift, the true labels first; one column a feature.

    References
    ----------
    Altmann et al. (2010), "Permutation importance: a corrected feature importance measure", Bioinformatics
    26; Benjamini and Hochberg (1995).
    """
    spread = scores.std(axis=0)
    z = np.divide(scores - scores.mean(axis=0), spread, out=np.zeros_like(scores), where=spread > 0)
    null = np.sort(z[1:], axis=None)
    reached = len(null) - np.searchsorted(null, z[0], side="left")
    return benjamini_hochberg((1 + reached) / (1 + len(null)), q).rejected
