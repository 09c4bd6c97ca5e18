"""Faults planted in real fits: each is caught with its reason code, and what was finite is kept."""

import time

import numpy as np
import pytest

from smc.errors import ModelError
from smc.model.lightgbm import LightGBM
from smc.model.xgboost import XGBoost
from smc.monitor.convergence import Convergence
from smc.monitor.divergence import Divergence
from smc.monitor.fit_monitor import FitMonitor
from smc.monitor.nan_loss import NanLoss
from smc.monitor.overfitting import Overfitting
from smc.monitor.timeout import Timeout

BOTH = pytest.mark.parametrize("cls", [XGBoost, LightGBM])
KINDS = pytest.mark.parametrize("kind", ["binary", "three", "numbers"])
DEEP = {XGBoost: {"max_depth": 8}, LightGBM: {"num_leaves": 40, "min_child_samples": 2}}


def rows(kind: str, *, edge: float = 1.0):
    """240 rows to fit on, 60 to watch."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 6))
    score = edge * X[:, 0] + rng.logistic(size=300)
    y = {"binary": score > 0, "three": np.digitize(score, [-1, 1]), "numbers": score}[kind]
    return X[:240], y[:240].astype(float if kind == "numbers" else int), X[240:], y[240:]


def fitted(model, kind, *watches, edge=1.0):
    X, y, tail, labels = rows(kind, edge=edge)
    watch = FitMonitor(watches, "train fit")
    return model.fit(X, y, eval_set=(tail, labels), callback=watch), watch, X


def answers(model, X):
    return model.predict(X) if model.task_ == "regression" else model.predict_proba(X)


@KINDS
@BOTH
def test_a_learning_rate_of_a_million_diverges_at_once(cls, kind):
    model, watch, X = fitted(cls(learning_rate=1e6), kind, Divergence(), NanLoss())
    assert [(each["reason"], each["iteration"]) for each in watch.warnings] == [("divergence", 0)]
    assert (model.stop_reason_, model.n_rounds_) == ("divergence", 1)
    assert np.isfinite(answers(model, X)).all()


def test_a_loss_that_overflows_returns_to_the_last_finite_round():
    """XGBoost adds up in single precision; LightGBM stops splitting before its sums overflow."""
    X, y, *_ = rows("numbers")
    watch = FitMonitor([NanLoss()], "final fit")
    model = XGBoost(learning_rate=1e6, n_estimators=60).fit(X, y, callback=watch)
    assert [each["reason"] for each in watch.warnings] == ["nan_loss"]
    assert model.stop_reason_ == "nan_loss"
    losses = model.curves_["train_loss"]
    assert len(losses) == model.n_rounds_ + 1 < 60
    assert np.isfinite(losses[:-1]).all()
    assert not np.isfinite(losses[-1])
    assert np.isfinite(model.predict(X)).all()
    unwatched = XGBoost(learning_rate=1e6, n_estimators=60).fit(X, y)
    assert unwatched.n_rounds_ == model.n_rounds_
    np.testing.assert_array_equal(unwatched.predict(X), model.predict(X))


@pytest.mark.parametrize("model", [XGBoost(learning_rate=1e25), LightGBM(learning_rate=1e160)])
def test_a_first_round_without_a_finite_loss_is_refused_by_name(model):
    X, y, *_ = rows("numbers")
    with pytest.raises(ModelError, match="the loss is inf after the first round: lower learning_rate"):
        model.fit(X, y)


@KINDS
@BOTH
def test_a_loss_that_rises_stops_the_fit_with_the_best_round(cls, kind):
    """Nothing to learn, and trees that are large enough to learn it by heart."""
    patient = cls(n_estimators=300, early_stopping_rounds=60, learning_rate=0.3, **DEEP[cls])
    model, watch, X = fitted(patient, kind, Divergence(max_rises=3, min_rise=0.0), edge=0.0)
    assert [each["reason"] for each in watch.warnings] == ["divergence"]
    assert model.stop_reason_ == "divergence"
    losses = model.curves_["val_loss"]
    assert (np.diff(losses[-4:]) > 0).all()
    assert model.n_rounds_ == np.argmin(losses) + 1 < len(losses)
    again, _, _ = fitted(cls(**{**model.get_params(), "n_estimators": len(losses)}), kind, edge=0.0)
    np.testing.assert_array_equal(answers(again, X), answers(model, X))


@pytest.mark.parametrize("has_tail", [True, False])
@pytest.mark.parametrize("kind", ["binary", "numbers"])
@pytest.mark.parametrize(("cls", "rate"), [(XGBoost, 3.0), (XGBoost, 5.0), (LightGBM, 2.1), (LightGBM, 5.0)])
def test_steps_that_are_too_large_are_stopped_as_early_as_if_any_rise_counted(cls, rate, kind, has_tail):
    X, y, tail, labels = rows(kind)
    watched = []
    for min_rise in (0.0, 0.1):
        watch = FitMonitor([Divergence(min_rise=min_rise)], "train fit")
        model = cls(learning_rate=rate, n_estimators=60, early_stopping_rounds=50 if has_tail else None)
        model.fit(X, y, callback=watch, **({"eval_set": (tail, labels)} if has_tail else {}))
        watched.append([(told["reason"], told["iteration"]) for told in watch.warnings])
    assert [reason for reason, _ in watched[0]] == ["divergence"]
    assert watched[0] == watched[1]


def test_rows_known_by_heart_without_a_tail_are_no_divergence():
    """The training loss ends at a thousandth of a constant's, and rises there ten times in a row."""
    X, y, *_ = rows("numbers", edge=0.0)
    stopped = []
    for min_rise in (0.0, 0.1):
        watch = FitMonitor([Divergence(min_rise=min_rise)], "final fit")
        XGBoost(learning_rate=0.5, n_estimators=200, max_depth=6).fit(X, y, callback=watch)
        stopped.append([told["reason"] for told in watch.warnings])
    assert stopped == [["divergence"], []]


@BOTH
def test_rows_learned_by_heart_are_overfitting(cls):
    model, watch, _ = fitted(cls(n_estimators=100, **DEEP[cls]), "binary", Overfitting(), edge=0.0)
    (found,) = watch.warnings
    at = found["iteration"]
    assert found["reason"] == "overfitting"
    assert model.curves_["train_accuracy"][at] > 0.95
    assert found["value"] == model.curves_["val_accuracy"][at] < 0.60
    assert model.stop_reason_ is None


@BOTH
def test_numbers_learned_by_heart_are_overfitting(cls):
    model, watch, _ = fitted(cls(n_estimators=150, **DEEP[cls]), "numbers", Overfitting(), edge=0.0)
    (found,) = watch.warnings
    at = found["iteration"]
    assert found["reason"] == "overfitting"
    _, y, _, labels = rows("numbers", edge=0.0)
    center = labels - y.mean()
    assert found["value"] == pytest.approx(
        1 - model.curves_["val_loss"][at] ** 2 / np.mean(center**2), rel=1e-4
    )
    before, now = (1 - model.curves_["train_loss"][k] ** 2 / y.var() for k in (at - 1, at))
    assert before <= 0.90 < now


@BOTH
def test_a_fit_past_its_time_stops_within_a_round_with_what_it_has(cls):
    X, y, *_ = rows("binary")
    watch = FitMonitor([Timeout(max_minutes=0.3 / 60)], "train fit")
    started = time.perf_counter()
    model = cls(n_estimators=1_000_000).fit(X, y, callback=watch)
    assert time.perf_counter() - started < 10
    assert [each["reason"] for each in watch.warnings] == ["timeout"]
    assert model.stop_reason_ == "timeout"
    assert model.n_rounds_ == len(model.curves_["iteration"]) < 1_000_000
    assert model.score(X, y) > 0.9


@BOTH
def test_a_fit_that_ran_out_of_rounds_is_noted(cls):
    model, watch, _ = fitted(
        cls(n_estimators=8, early_stopping_rounds=5, learning_rate=0.01), "binary", Convergence()
    )
    assert [(each["reason"], each["iteration"]) for each in watch.warnings] == [("convergence", 7)]
    assert (model.stop_reason_, model.n_rounds_) == (None, 8)


@KINDS
@BOTH
def test_a_callback_that_never_stops_changes_no_bit(cls, kind):
    stopping = cls(n_estimators=60, early_stopping_rounds=10)
    told = []
    X, y, tail, labels = rows(kind)
    plain = cls(**stopping.get_params()).fit(X, y, eval_set=(tail, labels))
    watched = stopping.fit(X, y, eval_set=(tail, labels), callback=lambda each: told.append(each))
    assert plain.to_bytes() == watched.to_bytes()
    assert plain.curves_ == watched.curves_
    assert len(told) == len(plain.curves_["iteration"])


@pytest.mark.parametrize("kind", ["binary", "three", "numbers"])
@BOTH
def test_the_loss_of_a_constant_is_what_the_library_measures_of_one(cls, kind):
    """Trees that may not split answer a constant; on the tail its loss is the one that is told."""
    X, y, tail, labels = rows(kind)
    told = []
    model = cls(n_estimators=300, learning_rate=0.3)
    blank, blank_tail = np.zeros_like(X), np.zeros_like(tail)
    model.fit(blank, y, eval_set=(blank_tail, labels), callback=lambda each: told.append(each))
    assert told[-1].val_loss == pytest.approx(told[0].constant_loss, rel=1e-3)
