"""Bars with another future, and what differs because of it."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from smc.features.laws import noise_after, shuffled_after


def removed_after(bars: pd.DataFrame, cut: int, rng: np.random.Generator) -> pd.DataFrame:  # noqa: ARG001
    """Return the bars up to ``cut`` alone, as they stand when its decision is taken."""
    return bars.iloc[: cut + 1].copy()


def level_after(bars: pd.DataFrame, cut: int, factor: float) -> pd.DataFrame:
    """Return the bars with all prices after ``cut`` multiplied: a gap between its close and the next open."""
    altered = bars.copy()
    prices = ["open", "high", "low", "close"]
    altered.iloc[cut + 1 :, [altered.columns.get_loc(name) for name in prices]] *= factor
    return altered


#: What may be done to the bars after a cut-off, by the word for it.
FUTURES: dict[str, Callable[[pd.DataFrame, int, np.random.Generator], pd.DataFrame]] = {
    "removed": removed_after,
    "shuffled": shuffled_after,
    "replaced by noise": noise_after,
}


def differ(left: np.ndarray, right: np.ndarray, tol: float = 1e-9) -> np.ndarray:
    """Tell where two arrays differ by more than rounding; missing equals missing.

    >>> differ(np.array([1.0, np.nan, 2.0]), np.array([1.0, np.nan, 2.1]))
    array([False, False,  True])
    """
    with np.errstate(invalid="ignore"):  # inf - inf
        close = np.abs(left - right) <= tol * (1 + np.abs(left))
    return ~(close | (left == right) | (np.isnan(left) & np.isnan(right)))
