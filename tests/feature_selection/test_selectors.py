"""What each selector is for, on answers known beforehand."""

import numpy as np
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression

from smc.artifact.fitted_model import SavedSelection
from smc.cv.holdout import Holdout
from smc.cv.purged_kfold import PurgedKFold
from smc.feature_selection.correlation import Correlation
from smc.feature_selection.mutual_info import MutualInfo
from smc.feature_selection.permutation import Permutation
from smc.feature_selection.recursive import Recursive
from smc.feature_selection.squared_error import negative_loss
from smc.feature_selection.stability import stability, summary
from smc.model.logistic import Logistic


def data(n_rows: int = 300, n_features: int = 6, seed: int = 0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, n_features))
    spans = np.column_stack([np.arange(n_rows), np.arange(n_rows)])
    return X, rng, spans


def test_of_a_cluster_the_one_that_follows_the_label_best_is_kept() -> None:
    X, rng, _ = data()
    X[:, 1] = X[:, 0] + 0.05 * rng.normal(size=300)
    X[:, 2] = -X[:, 0] + 0.05 * rng.normal(size=300)
    kept = Correlation(threshold=0.9).fit(X, X[:, 2]).get_support()
    assert kept.tolist() == [False, False, True, True, True, True]
    assert Correlation(threshold=0.9999).fit(X, X[:, 2]).get_support().all()


def test_mutual_information_sees_what_is_no_straight_line() -> None:
    X, _, _ = data()
    y = (np.abs(X[:, 4]) > 0.7).astype(int)
    assert MutualInfo().fit(X, y).get_support().tolist() == [False] * 4 + [True, False]


def test_importance_by_permutation_is_that_of_scikit_learn() -> None:
    X, rng, spans = data()
    y = X[:, 0] + 0.5 * X[:, 1] + 0.3 * rng.normal(size=300)
    mine = Permutation(LinearRegression(), Holdout(test_frac=0.3), n_repeats=200).fit(X, y, spans=spans)
    train, test = next(Holdout(test_frac=0.3).split(X, y, spans))
    model = LinearRegression().fit(X[train], y[train])
    how = {"n_repeats": 200, "random_state": 1, "scoring": "neg_mean_squared_error"}
    theirs = permutation_importance(model, X[test], y[test], **how)
    error = 4 * theirs.importances_std / np.sqrt(200) + 1e-12
    assert np.all(np.abs(mine.scores_ - theirs.importances_mean) < 2 * error)
    assert mine.get_support().tolist() == [True, True, False, False, False, False]


def test_fewer_features_are_taken_while_they_are_hardly_worse() -> None:
    X, rng, spans = data(n_features=12)
    y = (X[:, 0] + X[:, 5] + 0.5 * rng.normal(size=300) > 0).astype(int)
    cv, estimator = PurgedKFold(4), Logistic(task="classification", C=0.1)
    kept = Recursive(estimator, cv).fit(X, y, spans=spans).get_support()
    assert set(np.flatnonzero(kept)) >= {0, 5}
    assert kept.sum() <= Recursive(estimator, cv, n_errors=0.0).fit(X, y, spans=spans).get_support().sum()
    assert Recursive(estimator, cv, min_features=7).fit(X, y, spans=spans).get_support().sum() >= 7


def test_where_nothing_stands_out_the_best_alone_is_kept_and_a_note_says_so() -> None:
    X, rng, spans = data(n_features=10, seed=3)
    y = rng.integers(0, 2, 300)
    with pytest.warns(RuntimeWarning, match="kept the best one alone"):
        fitted = Permutation(Logistic(task="classification"), PurgedKFold(3), q=0.01).fit(X, y, spans=spans)
    assert fitted.get_support().sum() == 1
    assert fitted.scores_[fitted.get_support()] == fitted.scores_.max()
    assert fitted.notes_[0]["reason"] == "feature_selection_kept_one"


def test_the_weight_of_rows_counts() -> None:
    X, _, spans = data(n_rows=400)
    y = np.where(np.arange(400) % 2, X[:, 0] > 0, X[:, 1] > 0).astype(int)
    for column in (0, 1):
        weight = np.where(np.arange(400) % 2 == 1 - column, 1.0, 1e-9)
        selector = Permutation(Logistic(task="classification"), PurgedKFold(3))
        kept = selector.fit(X, y, sample_weight=weight, spans=spans).get_support()
        assert kept[column]
        assert not kept[1 - column]


def test_the_loss_is_briers_or_the_squared_error_but_for_a_constant() -> None:
    X, rng, _ = data()
    y = X[:, 0] + rng.normal(size=300)
    model = LinearRegression().fit(X, y)
    assert negative_loss(model, X, y) == pytest.approx(-np.mean((y - model.predict(X)) ** 2) + np.mean(y**2))
    labels = (y > 0).astype(int)
    classifier = Logistic(task="classification").fit(X, labels)
    p = classifier.predict_proba(X)[:, 1]
    assert negative_loss(classifier, X, labels) == pytest.approx(1 - 2 * np.mean((labels - p) ** 2))


def test_stability_is_one_for_equal_choices_and_none_where_nothing_was_chosen() -> None:
    assert stability([[1, 0, 0], [1, 0, 0]]) == 1.0
    assert stability([[1, 0, 0]]) is None
    assert stability([[1, 1], [1, 1]]) is None
    assert stability([[1, 0], [0, 1]]) == -1.0
    rng = np.random.default_rng(0)
    assert abs(stability(rng.random((40, 200)) < 0.3)) < 0.02


def test_a_feature_that_some_fits_were_not_given_counts_as_not_kept_there() -> None:
    told = summary([{"given": ["a"], "kept": ["a"]}, {"given": ["a", "a_missing"], "kept": ["a_missing"]}])
    assert told["frequency"] == [{"feature": "a", "share": 0.5}, {"feature": "a_missing", "share": 0.5}]


def test_a_choice_that_is_known_stays_as_it_is() -> None:
    assert SavedSelection([True, False]).get_support().tolist() == [True, False]
