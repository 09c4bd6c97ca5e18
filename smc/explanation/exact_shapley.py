"""Exact Shapley values of linear models and of trees.

Linear models have a closed form of one line: shap's LinearExplainer computes the same (a test compares them),
but takes 100 of the known inputs unless told otherwise. XGBoost and LightGBM compute theirs themselves, by
the algorithm of shap's own tree explainer, which hands its boosters over to those routines, too. So no model
is parsed a second time, and neither linear models nor boosting need an extra.
"""

import warnings
from typing import Protocol, TypeAlias

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from smc.explanation.shap_library import load_shap
from smc.model.lightgbm import LightGBM
from smc.model.logistic import Logistic
from smc.model.xgboost import XGBoost
from smc.typing import FloatArray

#: Their number is linear in the columns that they look at; of classes, that before the logistic function or
#: the softmax.
LINEAR = (Logistic, LogisticRegression, LinearRegression, Ridge, Lasso, ElasticNet)


class LinearModel(Protocol):
    """A fitted linear model of scikit-learn's kind."""

    @property
    def coef_(self) -> np.ndarray: ...

    @property
    def intercept_(self) -> np.ndarray | float: ...


def linear_contributions(
    estimator: LinearModel, rows: FloatArray, known: FloatArray
) -> tuple[FloatArray, FloatArray]:
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
    >>> values, base = linear_contributions(model, np.array([[4.0, 1.0]]), np.array([[1.0, 0.0], [3.0, 4.0]]))
    >>> values[:, :, 0].round(6), base.round(6)
    (array([[4., 1.]]), array([3.]))
    """
    coef, mean = np.atleast_2d(estimator.coef_), known.mean(axis=0)
    return (rows - mean)[:, :, None] * coef.T, (coef * mean).sum(axis=1) + estimator.intercept_


Forest: TypeAlias = (
    RandomForestClassifier
    | RandomForestRegressor
    | ExtraTreesClassifier
    | ExtraTreesRegressor
    | DecisionTreeClassifier
    | DecisionTreeRegressor
)


def forest_of(estimator: object) -> Forest | None:
    """Return scikit-learn's trees where an estimator consists of them, else None."""
    held = getattr(estimator, "model_", estimator)
    return held if isinstance(held, Forest) else None


def boosting_contributions(estimator: XGBoost | LightGBM, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what each column adds to the margin (n, columns, k), and the margin without any (k,).

    References
    ----------
    Lundberg, S. et al. (2020). From local explanations to global understanding with explainable AI for
    trees. Nature Machine Intelligence 2 (TreeSHAP, path-dependent).
    """
    if isinstance(estimator, XGBoost):
        import xgboost

        margins = estimator.booster_.predict(xgboost.DMatrix(rows, nthread=1), pred_contribs=True)
    else:
        margins = estimator.booster_.predict(rows, pred_contrib=True, num_threads=1)
    shares = np.asarray(margins, dtype=np.float64).reshape(len(rows), -1, rows.shape[1] + 1)
    return shares[:, :, :-1].transpose(0, 2, 1), shares[0, :, -1]


def forest_contributions(forest: Forest, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what each column adds to a forest's probabilities, or number, and those without any."""
    shap = load_shap()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explainer = shap.TreeExplainer(forest, feature_perturbation="tree_path_dependent")
        by_column = explainer.shap_values(rows.astype(np.float32), check_additivity=False)
    values = np.asarray(by_column, dtype=np.float64).reshape(*rows.shape, -1)
    base = np.atleast_1d(np.asarray(explainer.expected_value, dtype=np.float64))
    return (values[:, :, 1:], base[1:]) if values.shape[2] == 2 else (values, base)
