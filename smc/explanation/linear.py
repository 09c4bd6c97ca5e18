"""Exact Shapley values of linear models.

A closed form of one line: shap's LinearExplainer computes the same (a test compares them), but takes 100 of
the known inputs unless told otherwise. So linear models need no extra.
"""

from typing import Any

import numpy as np
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge

from smc.model.logistic import Logistic
from smc.typing import FloatArray

#: Their number is linear in the columns that they look at; of classes, that before the logistic function or
#: the softmax.
LINEAR = (Logistic, LogisticRegression, LinearRegression, Ridge, Lasso, ElasticNet)


def weighted(estimator: Any, rows: FloatArray, known: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what each column adds to the score (n, columns, k), and the mean score of ``known`` (k,).

    A column adds its coefficient times the distance of its value from the mean over ``known``. That is its
    Shapley value where the columns left out take the values of known inputs, whatever the others are
    (interventional), in every order; so features that move together are credited as the coefficients say.

    Parameters
    ----------
    estimator
        With ``coef_`` and ``intercept_``: log-odds of the larger of two classes, a score for each of several,
        or a number.
    rows, known
        What the estimator looks at (n, columns).

    References
    ----------
    Lundberg, S. and Lee, S.-I. (2017). A Unified Approach to Interpreting Model Predictions. NeurIPS,
    corollary 1 (Linear SHAP).

    >>> from sklearn.linear_model import LinearRegression
    >>> model = LinearRegression().fit([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [1.0, 3.0, 0.0])
    >>> values, base = weighted(model, np.array([[4.0, 1.0]]), np.array([[1.0, 0.0], [3.0, 4.0]]))
    >>> values[:, :, 0].round(6), base.round(6)
    (array([[4., 1.]]), array([3.]))
    """
    coef, mean = np.atleast_2d(estimator.coef_), known.mean(axis=0)
    return (rows - mean)[:, :, None] * coef.T, (coef * mean).sum(axis=1) + estimator.intercept_
