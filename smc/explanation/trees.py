"""Exact Shapley values of trees.

XGBoost and LightGBM compute them themselves, by the same algorithm; shap's own tree explainer hands its
boosters over to those routines, too. So no model is parsed a second time, and boosting needs no extra.
"""

import warnings
from typing import Any

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from smc.explanation.shap_library import load_shap
from smc.model.lightgbm import LightGBM
from smc.model.xgboost import XGBoost
from smc.typing import FloatArray

FORESTS = (
    RandomForestClassifier,
    RandomForestRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    DecisionTreeClassifier,
    DecisionTreeRegressor,
)


def forest_of(estimator: Any) -> Any:
    """Return scikit-learn's trees where an estimator consists of them, else None."""
    held = getattr(estimator, "model_", estimator)
    return held if isinstance(held, FORESTS) else None


def boosted(estimator: XGBoost | LightGBM, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what each column adds to the margin (n, columns, k), and the margin without any (k,).

    References
    ----------
    Lundberg, S. et al. (2020). From local explanations to global understanding with explainable AI for
    trees. Nature Machine Intelligence 2 (TreeSHAP, path-dependent).
    """
    if isinstance(estimator, XGBoost):
        import xgboost

        found = estimator.booster_.predict(xgboost.DMatrix(rows, nthread=1), pred_contribs=True)
    else:
        found = estimator.booster_.predict(rows, pred_contrib=True, num_threads=1)
    shares = np.asarray(found, dtype=np.float64).reshape(len(rows), -1, rows.shape[1] + 1)
    return shares[:, :, :-1].transpose(0, 2, 1), shares[0, :, -1]


def averaged(forest: Any, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what each column adds to a forest's probabilities, or number, and those without any."""
    shap = load_shap()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explainer = shap.TreeExplainer(forest, feature_perturbation="tree_path_dependent")
        found = explainer.shap_values(rows.astype(np.float32), check_additivity=False)
    values = np.asarray(found, dtype=np.float64).reshape(*rows.shape, -1)
    base = np.atleast_1d(np.asarray(explainer.expected_value, dtype=np.float64))
    return (values[:, :, 1:], base[1:]) if values.shape[2] == 2 else (values, base)
