"""RandomForest against scikit-learn's own."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from smc.model.random_forest import RandomForest


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 5))
    return X, X[:, 0] + rng.normal(size=200)


@pytest.mark.parametrize("edges", [[0.0], [-1.0, 1.0]])
def test_predictions_are_those_of_scikit_learn_bit_for_bit(table, edges):
    X, score = table
    model = RandomForest(n_estimators=30).fit(X, np.digitize(score, edges))
    np.testing.assert_array_equal(model.predict_proba(X), model.model_.predict_proba(X))


def test_numbers_are_those_of_scikit_learn(table):
    X, score = table
    model = RandomForest(n_estimators=30).fit(X, score)
    np.testing.assert_array_equal(model.predict(X), model.model_.predict(X))


def test_without_balance_it_is_scikit_learns_forest(table):
    X, score = table
    y, weight = (score > 1).astype(int), np.linspace(0.5, 1.5, 200)
    ours = RandomForest(n_estimators=20, class_weight=None, seed=3).fit(X, y, sample_weight=weight)
    theirs = RandomForestClassifier(20, random_state=3).fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))


@pytest.mark.parametrize("scale", [0.1, 1.0])
def test_a_tree_draws_its_share_of_the_rows_whatever_they_weigh(table, scale):
    X, score = table
    model = RandomForest(n_estimators=5, max_samples=0.7)
    model.fit(X, (score > 0).astype(int), sample_weight=np.full(200, scale))
    assert {tree.tree_.weighted_n_node_samples[0] for tree in model.model_.estimators_} == {140.0}


def test_balanced_classes_weigh_the_same(table):
    X, score = table
    y, weight = (score > 1.5).astype(int), np.linspace(0.1, 2.0, 200)
    model = RandomForest(n_estimators=300, max_depth=1, min_samples_leaf=1).fit(X, y, sample_weight=weight)
    roots = [tree.tree_.value[0, 0] for tree in model.model_.estimators_]
    np.testing.assert_allclose(np.mean(roots, axis=0), [0.5, 0.5], atol=0.01)


def test_class_weight_is_balanced_or_none():
    with pytest.raises(ValueError, match="`class_weight` must be one of balanced, None, got 'uniform'"):
        RandomForest(class_weight="uniform")  # type: ignore[arg-type]
