"""Classes among targets: which rows belong to each, and how their shares change."""

from typing import Any, NamedTuple

import numpy as np

from smc.typing import IntArray

#: Largest change of a class's share of the rows that is no change of the balance.
SHARE_TOLERANCE = 0.05


class Change(NamedTuple):
    """A class, and its share of the rows before and after."""

    name: Any
    before: float
    after: float


def has_classes(y: np.ndarray) -> bool:
    """Tell classes from numbers, as the models do: a target with a fractional part is a number.

    >>> has_classes(np.array([0, 1])), has_classes(np.array([0.013, -0.002]))
    (True, False)
    """
    if y.ndim > 1:
        return False
    return not (np.issubdtype(y.dtype, np.floating) and bool(np.any(y != np.round(y))))


def largest_change(before: np.ndarray, after: np.ndarray) -> Change | None:
    """Return the class whose share changed most; None where there are no classes or no rows.

    >>> largest_change(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 1, 1, 1]))
    Change(name=0, before=0.75, after=0.5)
    """
    if not len(before) or not has_classes(before):
        return None
    names, counts = np.unique(before, return_counts=True)
    shares = np.stack([counts / len(before), [np.mean(after == name) for name in names]])
    place = int(np.argmax(np.abs(shares[1] - shares[0])))
    return Change(names[place].item(), float(shares[0, place]), float(shares[1, place]))


def keeps_shares(before: np.ndarray, after: np.ndarray) -> bool:
    """Tell whether every class has kept its share of the rows, within the tolerance."""
    change = largest_change(before, after)
    return change is None or abs(change.after - change.before) <= SHARE_TOLERANCE


def members(y: np.ndarray) -> list[IntArray]:
    """Return the rows of each class, classes ascending.

    >>> members(np.array([1, 0, 1]))
    [array([1]), array([0, 2])]
    """
    _, codes = np.unique(y, return_inverse=True)
    return [np.flatnonzero(codes == code) for code in range(codes.max(initial=-1) + 1)]
