"""Squared error of a fitted model, as a sum of terms that are linear in the target.

For numbers it is (y - p)^2, for classes Brier's score, the sum of (indicator - p)^2. Left out is what no
prediction changes. Written as terms, the predictions can be held against other targets at no cost.
"""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, is_classifier

from smc.typing import FloatArray


def target_terms(y: np.ndarray, classes: np.ndarray | None) -> FloatArray:
    """Return what the terms of the loss are multiplied with (n, k): indicators of classes, or 1 and y."""
    if classes is None:
        return np.column_stack([np.ones(len(y)), y])
    return (y[:, None] == classes).astype(np.float64)


def loss_terms(model: Any, X: FloatArray, classes: np.ndarray | None) -> FloatArray:
    """Return the terms of the loss (n, k); a class that the model has not seen has probability 0."""
    if classes is None:
        prediction = np.asarray(model.predict(X), dtype=np.float64)
        return np.column_stack([prediction**2, -2 * prediction])
    probability = np.zeros((len(X), len(classes)))
    probability[:, np.searchsorted(classes, model.classes_)] = model.predict_proba(X)
    return np.sum(probability**2, axis=1, keepdims=True) - 2 * probability


def classes_of(estimator: BaseEstimator, y: np.ndarray) -> np.ndarray | None:
    """Return the classes to learn, None of numbers."""
    return np.unique(y) if is_classifier(estimator) else None


def negative_loss(model: Any, X: FloatArray, y: np.ndarray) -> float:
    """Score a fitted model in the form of a scikit-learn scorer: larger is better.

    >>> from sklearn.dummy import DummyClassifier
    >>> model = DummyClassifier().fit([[0.0], [0.0]], [0, 1])  # probabilities of .5
    >>> negative_loss(model, np.zeros((2, 1)), np.array([0, 0]))  # Brier .5, less 1
    0.5
    """
    classes = None if not is_classifier(model) else np.union1d(model.classes_, y)
    terms = loss_terms(model, X, classes) * target_terms(y, classes)
    return -float(terms.sum(axis=1).mean())
