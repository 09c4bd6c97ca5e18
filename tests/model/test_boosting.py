"""XGBoost and LightGBM against the libraries' own estimators, and the rounds they keep."""

import numpy as np
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from xgboost import XGBClassifier, XGBRegressor

from smc.errors import ModelError
from smc.model.lightgbm import LightGBM
from smc.model.xgboost import XGBoost

BOTH = pytest.mark.parametrize("cls", [XGBoost, LightGBM])


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 5))
    X[rng.random(X.shape) < 0.05] = np.nan
    score = np.nan_to_num(X[:, 0]) + rng.normal(size=300)
    return X, score, rng.random(300)


@pytest.mark.parametrize("edges", [[0.0], [-1.0, 1.0]])
def test_classes_are_those_of_the_libraries_own_estimators(table, edges):
    X, score, weight = table
    y = np.digitize(score, edges)
    pairs = [
        (XGBoost(subsample=0.8, seed=4), XGBClassifier(subsample=0.8, seed=4, n_jobs=1)),
        (LightGBM(reg_lambda=1.0), LGBMClassifier(reg_lambda=1.0, verbosity=-1, n_jobs=1)),
    ]
    for ours, theirs in pairs:
        expected = theirs.fit(X, y, sample_weight=weight).predict_proba(X)
        found = ours.fit(X, y, sample_weight=weight).predict_proba(X)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


def test_numbers_are_those_of_the_libraries_own_estimators(table):
    X, score, weight = table
    pairs = [(XGBoost(), XGBRegressor(n_jobs=1)), (LightGBM(), LGBMRegressor(verbosity=-1, n_jobs=1))]
    for ours, theirs in pairs:
        expected = theirs.fit(X, score, sample_weight=weight).predict(X)
        found = ours.fit(X, score, sample_weight=weight).predict(X)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@BOTH
def test_the_best_round_is_kept(cls, table):
    X, score, weight = table
    y = (score > 0).astype(int)
    stopped = cls(n_estimators=200, early_stopping_rounds=10)
    stopped.fit(X[:200], y[:200], eval_set=(X[200:], y[200:], weight[200:]))
    losses = stopped.curves_["val_loss"]
    assert stopped.n_rounds_ == np.argmin(losses) + 1 == len(losses) - 10
    fixed = cls(n_estimators=200).with_rounds(stopped.n_rounds_).fit(X[:200], y[:200])
    np.testing.assert_array_equal(fixed.predict_proba(X), stopped.predict_proba(X))


@BOTH
def test_the_losses_and_the_round_kept_are_the_same_with_any_number_of_threads(cls):
    rng = np.random.default_rng(0)
    X, y, weight = rng.normal(size=(3000, 5)), rng.integers(0, 2, 3000), rng.random(3000)
    found = []
    for n_threads in (1, 2):
        model = cls(early_stopping_rounds=20, n_jobs=n_threads)
        model.fit(X[:2000], y[:2000], weight[:2000], eval_set=(X[2000:], y[2000:], weight[2000:]))
        found.append((model.curves_, model.n_rounds_))
    assert found[0] == found[1]


@BOTH
def test_the_loss_that_is_watched_is_weighted(cls, table):
    X, score, _ = table
    y, weight = (score > 0).astype(int), np.linspace(0, 1, 100)
    model = cls(n_estimators=1).fit(X[:200], y[:200], eval_set=(X[200:], y[200:], weight))
    chance = model.predict_proba(X[200:])[np.arange(100), y[200:]]
    expected = -np.average(np.log(chance), weights=weight)
    assert model.curves_["val_loss"][0] == pytest.approx(expected, rel=1e-5)


@BOTH
def test_rows_to_watch_of_a_class_that_is_not_learned_are_left_out(cls, table):
    X, score, _ = table
    y = (score > 0).astype(int)
    watched = np.where(np.arange(100) < 20, 7, y[200:])
    model = cls(n_estimators=5)
    with_seven = model.fit(X[:200], y[:200], eval_set=(X[200:], watched)).curves_
    without = model.fit(X[:200], y[:200], eval_set=(X[220:], watched[20:])).curves_
    assert with_seven == without
    with pytest.raises(ModelError, match="no row of `eval_set` is of a class that the model learns"):
        model.fit(X[:200], y[:200], eval_set=(X[200:220], watched[:20]))


@BOTH
def test_early_stopping_without_rows_to_watch_is_refused(cls, table):
    X, score, _ = table
    model = cls(early_stopping_rounds=5)
    assert model.stops_early
    with pytest.raises(ModelError, match="early_stopping_rounds=5 needs rows to watch"):
        model.fit(X, (score > 0).astype(int))


@BOTH
def test_a_fixed_number_of_rounds_watches_nothing(cls):
    fixed = cls(n_estimators=200, early_stopping_rounds=5, seed=3).with_rounds(17)
    assert (fixed.n_estimators, fixed.early_stopping_rounds, fixed.stops_early, fixed.seed) == (
        17,
        None,
        False,
        3,
    )


@BOTH
def test_features_that_say_nothing_give_a_constant(cls):
    model = cls(n_estimators=10).fit(np.ones((60, 2)), np.repeat([0, 1, 1], 20))
    np.testing.assert_allclose(model.predict_proba(np.ones((2, 2)))[:, 1], 2 / 3, atol=1e-6)
    assert model.feature_importances_.tolist() == [0.0, 0.0]
    assert model.n_rounds_ >= 1


@BOTH
def test_every_argument_changes_the_fit(cls, table):
    X, score, _ = table
    y = (score > 0).astype(int)
    changes = {
        "n_estimators": 7,
        "max_depth": 2,
        "learning_rate": 0.05,
        "reg_alpha": 5.0,
        "reg_lambda": 50.0,
        "subsample": 0.5,
        "colsample_bytree": 0.5,
        "min_child_weight": 20.0,
        "num_leaves": 3,
        "min_child_samples": 60,
    }
    usual = cls().fit(X, y).predict_proba(X)
    for name in changes.keys() & cls().get_params().keys():
        changed = cls(**{name: changes[name]}).fit(X, y).predict_proba(X)
        assert not np.array_equal(changed, usual), name


def test_a_damaged_text_is_a_model_error():
    with pytest.raises(ModelError, match="not a LightGBM model"):
        LightGBM().from_bytes(b"tree\nversion=v4\n")
