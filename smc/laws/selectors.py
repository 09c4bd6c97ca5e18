"""The laws of feature selectors."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import clone

from smc.blame import place_of
from smc.interfaces import FeatureSelector
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh


def _support(selector: Any, X: np.ndarray, y: np.ndarray) -> Any:
    copy: Any = clone(selector)
    result = copy.fit(X.copy(), y.copy())
    if result is not copy:
        raise TypeError(f"{place_of(copy, 'fit')}: must return self, got {type(result).__name__}")
    return copy.get_support()


def support_faults(fresh: Fresh[FeatureSelector], X: np.ndarray, y: np.ndarray) -> Iterator[Fault]:
    """Say of each column whether it is kept, and keep one at least."""
    with fresh() as selector:
        place, support = place_of(selector, "get_support"), np.asarray(_support(selector, X, y))
    if support.dtype != bool or support.shape != X.shape[1:]:
        yield Fault("support", place, f"flags {X.shape[1:]} are needed, got {support.dtype} {support.shape}")
    elif not support.any():
        yield Fault("support", place, "no feature is kept: keep one at least")


def repeat_faults(fresh: Fresh[FeatureSelector], X: np.ndarray, y: np.ndarray) -> Iterator[Fault]:
    """Choose the same from the same rows."""
    with fresh() as selector:
        one = _support(selector, X, y)
        np.random.random(3)
        _support(selector, X[::-1], y)
        if not np.array_equal(one, _support(selector, X, y)):
            yield Fault(
                "support", place_of(selector, "fit"), "a second fit on the same rows keeps other columns"
            )


def written_faults(fresh: Fresh[FeatureSelector], X: np.ndarray, y: np.ndarray) -> Iterator[Fault]:
    """Leave what is given as it is."""
    rows, labels = X.copy(), y.copy()
    with fresh() as selector:
        copy: Any = clone(selector)
        copy.fit(rows, labels)
        if not (np.array_equal(rows, X) and np.array_equal(labels, y)):
            yield Fault(
                "rows", place_of(selector, "fit"), "it writes into the rows or labels that it is given"
            )


def name_faults(fresh: Fresh[FeatureSelector], X: np.ndarray, y: np.ndarray) -> Iterator[Fault]:
    """Go by what columns hold, not by where they stand."""
    order = np.arange(X.shape[1])[::-1]
    with fresh() as selector:
        one, other = _support(selector, X, y), _support(selector, np.ascontiguousarray(X[:, order]), y)
        if not np.array_equal(np.asarray(one)[order], other):
            yield Fault(
                "support",
                place_of(selector, "fit"),
                "other columns are kept when they stand in another order",
            )
