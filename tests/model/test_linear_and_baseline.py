"""Logistic and Baseline against hand computation and scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from smc.model.baseline import Baseline
from smc.model.logistic import Logistic


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4))
    return X, X @ [1.0, -2.0, 0.0, 0.5] + rng.normal(size=120), rng.random(120)


@pytest.mark.parametrize("C", [0.01, 1.0])
@pytest.mark.parametrize("edges", [[0.0], [-1.0, 1.0]])
def test_classes_are_those_of_logistic_regression(table, C, edges):
    X, score, weight = table
    y = np.digitize(score, edges)
    ours, theirs = Logistic(C=C), LogisticRegression(C=C, max_iter=1000)
    expected = theirs.fit(X, y, sample_weight=weight).predict_proba(X)
    np.testing.assert_allclose(ours.fit(X, y, sample_weight=weight).predict_proba(X), expected, rtol=1e-9)


def test_ridge_minimises_half_the_squared_error_times_c_plus_half_the_squared_norm(table):
    X, score, weight = table
    C = 0.05
    model = Logistic(C=C, task="regression").fit(X, score, sample_weight=weight)
    residual = score - model.predict(X)
    gradient = -C * (X.T @ (weight * residual)) + model.coef_[0]
    np.testing.assert_allclose(gradient, 0.0, atol=1e-9)
    np.testing.assert_allclose(model.coef_[0], Ridge(alpha=1 / C).fit(X, score, sample_weight=weight).coef_)


def test_importances_are_shares_of_the_coefficients(table):
    X, score, _ = table
    importances = Logistic().fit(X, score).feature_importances_
    assert importances.sum() == pytest.approx(1.0)
    assert importances.argmax() == 1


def test_the_penalty_must_be_positive():
    with pytest.raises(ValueError, match="`C` must be positive, got 0"):
        Logistic(C=0)


def test_the_prior_is_the_weighted_share_of_each_class():
    model = Baseline().fit(np.zeros((4, 1)), [-1, 0, 1, 1], sample_weight=[1, 1, 1, 5])
    assert model.predict_proba([[0.0], [9.0]]).tolist() == [[0.125, 0.125, 0.75]] * 2
    assert model.predict([[0.0]]).tolist() == [1]


def test_numbers_get_the_weighted_mean_or_persistence():
    X, y, weight = np.zeros((3, 1)), [0.5, 1.5, 2.5], [3, 1, 0]
    assert Baseline().fit(X, y, sample_weight=weight).predict(X[:1]).tolist() == [0.75]
    assert Baseline(regression="persistence").fit(X, y).predict(X[:2]).tolist() == [0.0, 0.0]
    steps = np.column_stack([y, [1.0, 5.0, 9.0]])
    assert Baseline().fit(X, steps, sample_weight=weight).predict(X[:1]).tolist() == [[0.75, 2.0]]
    none = Baseline(regression="persistence").fit(X, steps)
    assert none.predict(X[:2]).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    with pytest.raises(ValueError, match="`regression` must be one of mean, persistence, got 'median'"):
        Baseline(regression="median")  # type: ignore[arg-type]
