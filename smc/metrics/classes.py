"""Labels as codes: which classes there are, and where each label stands among them."""

import numpy as np
import numpy.typing as npt

from smc.typing import FloatArray, IntArray


def resolve_classes(
    classes: npt.ArrayLike | None, *labels: npt.ArrayLike, n_classes: int = 2
) -> npt.NDArray[np.generic]:
    """Return the classes in ascending order: those given, else those found in the labels.

    Where fewer than ``n_classes`` are found, and all of them are codes below ``n_classes``, the classes are
    0 .. ``n_classes`` - 1, so that a part in which one class never occurs keeps its meaning.

    >>> resolve_classes(None, [1, 1], [1, 1]), resolve_classes([-1, 0, 1], [1, 1])
    (array([0, 1]), array([-1,  0,  1]))
    """
    if classes is not None:
        return np.unique(np.asarray(classes))
    occurring = np.unique(np.concatenate([np.asarray(column) for column in labels]))
    codes = np.arange(n_classes)
    return codes if occurring.size < n_classes and np.isin(occurring, codes).all() else occurring


def class_codes(labels: npt.ArrayLike, classes: npt.NDArray[np.generic]) -> IntArray:
    """Return the position of each label among ascending ``classes``.

    Raises
    ------
    ValueError
        A label is not among the classes.
    """
    labels = np.asarray(labels)
    codes = np.searchsorted(classes, labels)
    wrong = classes[np.minimum(codes, len(classes) - 1)] != labels
    if np.any(wrong):
        raise ValueError(
            f"every label must be one of the classes {classes.tolist()}, got {labels[wrong][0]}: "
            "pass `classes` with all of them"
        )
    return codes


def weighted_mean(values: FloatArray, sample_weight: npt.ArrayLike | None = None) -> float:
    """Return the weighted mean; NaN where there are no values, or no weight on them."""
    if sample_weight is None:
        return float(values.mean()) if values.size else float("nan")
    weight = np.asarray(sample_weight, dtype=np.float64)
    total = weight.sum()
    return float(values @ weight / total) if total > 0 else float("nan")
