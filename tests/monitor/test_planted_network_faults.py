"""Faults planted in fits of networks: each is caught with its reason code, and what was finite is kept."""

import numpy as np
import pytest

from smc.aug.none import NoAugmentation
from smc.errors import ModelError
from smc.model.lstm import LSTM
from smc.model.mlp import MLP
from smc.monitor.convergence import Convergence
from smc.monitor.divergence import Divergence
from smc.monitor.exploding_gradients import ExplodingGradients
from smc.monitor.fit_monitor import FitMonitor
from smc.monitor.nan_loss import NanLoss
from smc.monitor.overfitting import Overfitting
from smc.monitor.timeout import Timeout
from smc.pipeline import FoldPipeline

SMALL = {MLP: {"hidden_dims": [16]}, LSTM: {"hidden_dim": 8, "lookback": 4}}
BOTH = pytest.mark.parametrize("cls", [MLP, LSTM])


def rows(cls, *, n: int = 160, edge: float = 1.0):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 6) if cls is MLP else (n, 4, 6))
    score = edge * X.reshape(n, -1, 6)[:, -1, 0] + rng.logistic(size=n)
    return X, (score > 0).astype(int)


def fitted(cls, *watches, edge=1.0, turn=False, **params):
    """Fit on three quarters, watch the rest, with its classes exchanged if the market is to `turn`."""
    X, y = rows(cls, edge=edge)
    watch = FitMonitor(watches, "train fit")
    model = cls(**{"max_epochs": 12, "patience": 10, **SMALL[cls], **params})
    tail = 1 - y[120:] if turn else y[120:]
    return model.fit(X[:120], y[:120], eval_set=(X[120:], tail), callback=watch), watch, X


def seen(watch):
    return [(each["reason"], each["iteration"]) for each in watch.warnings]


@BOTH
@pytest.mark.parametrize("clip_norm", [1.0, None])
def test_a_learning_rate_of_a_million_diverges_at_once(cls, clip_norm):
    model, watch, X = fitted(cls, Divergence(), NanLoss(), learning_rate=1e6, clip_norm=clip_norm)
    assert seen(watch) == [("divergence", 0)]
    assert (model.stop_reason_, model.n_rounds_) == ("divergence", 1)
    assert np.isfinite(model.predict_proba(X)).all()


@BOTH
def test_a_gradient_that_explodes_is_told_of_and_ends_nothing(cls):
    steep = {"learning_rate": 30.0, "clip_norm": 1.0}
    model, watch, _ = fitted(cls, ExplodingGradients(), **steep)
    (found,) = watch.warnings
    assert found["reason"] == "exploding_gradients"
    assert found["value"] == model.curves_["gradient_norm"][found["iteration"]] > 10
    assert model.stop_reason_ is None


@BOTH
def test_a_loss_that_turns_nan_returns_to_the_last_finite_state(cls, monkeypatch):
    """The loss of the fifth epoch's batches is planted."""
    from smc.model.network.objective import Classes

    losses, n_batches = Classes.losses, 4  # of 32 rows
    calls = []

    def planted(self, outputs, targets):
        calls.append(len(targets))
        return losses(self, outputs, targets) * (np.nan if len(calls) > 4 * n_batches else 1.0)

    whole = {"patience": None, "batch_size": 32}
    expected, _, X = fitted(cls, max_epochs=4, **whole)
    monkeypatch.setattr(Classes, "losses", planted)
    model, watch, _ = fitted(cls, NanLoss(), **whole)
    assert seen(watch) == [("nan_loss", 4)]
    assert (model.stop_reason_, model.n_rounds_) == ("nan_loss", 4)
    np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))


def test_a_feature_that_is_nan_is_refused_by_a_network_and_mended_in_a_run():
    X, y = rows(MLP)
    X[5, 2] = np.nan
    network = MLP(**SMALL[MLP], max_epochs=3, patience=None)
    with pytest.raises(ValueError, match="NaN"):
        network.fit(X, y)
    watch = FitMonitor([NanLoss()], "train fit")
    pipeline = FoldPipeline(estimator=network, sampler=NoAugmentation()).fit(X, y, callback=watch)
    assert watch.warnings == []
    assert np.isfinite(pipeline.predict_proba(X)).all()


def test_an_infinite_feature_is_refused_by_name():
    X, y = rows(MLP)
    X[5, 2] = np.inf
    with pytest.raises(ModelError, match="infinite"):
        FoldPipeline(estimator=MLP(**SMALL[MLP], patience=None), sampler=NoAugmentation()).fit(X, y)


@BOTH
def test_a_loss_that_rises_stops_the_fit_with_the_best_epoch(cls):
    course = {"edge": 5.0, "turn": True, "learning_rate": 0.002, "patience": 60}
    model, watch, X = fitted(cls, Divergence(max_rises=4, max_ratio=100), max_epochs=100, **course)
    assert [each["reason"] for each in watch.warnings] == ["divergence"]
    losses = model.curves_["val_loss"]
    assert (np.diff(losses[-5:]) > 0).all()
    assert model.stop_reason_ == "divergence"
    assert losses[model.n_rounds_ - 1] == min(losses[: model.n_rounds_])
    expected, _, _ = fitted(cls, max_epochs=len(losses), **course)
    np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))


@BOTH
def test_rows_learned_by_heart_are_overfitting(cls):
    by_heart = {"learning_rate": 0.02, "max_epochs": 100, "patience": None, "dropout": 0.0}
    model, watch, _ = fitted(cls, Overfitting(), edge=5.0, turn=True, label_smoothing=0.0, **by_heart)
    (found,) = watch.warnings
    assert found["reason"] == "overfitting"
    assert found["value"] == model.curves_["val_accuracy"][found["iteration"]] < 0.60
    assert model.stop_reason_ is None


@BOTH
def test_a_fit_past_its_time_stops_within_an_epoch(cls):
    model, watch, _ = fitted(cls, Timeout(max_minutes=0.2 / 60), max_epochs=1_000_000, patience=None)
    assert [each["reason"] for each in watch.warnings] == ["timeout"]
    assert model.stop_reason_ == "timeout"
    assert model.n_rounds_ == len(model.curves_["iteration"])


@BOTH
def test_a_fit_that_ran_out_of_epochs_is_noted(cls):
    _, watch, _ = fitted(cls, Convergence(), max_epochs=4, learning_rate=1e-4)
    assert seen(watch) == [("convergence", 3)]


def test_the_watches_are_told_r2_of_a_regression():
    """Of the tail after each epoch, against the mean of the rows fitted on; of these rows against their own."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(160, 6))
    y = 3.0 + X[:, 0] + 0.5 * rng.normal(size=160)
    told = []
    model = MLP(task="regression", hidden_dims=[16], max_epochs=40, patience=None, learning_rate=0.02)
    model.fit(X[:120], y[:120], eval_set=(X[120:], y[120:]), callback=told.append)
    error = np.mean((model.predict(X[120:]) - y[120:]) ** 2)
    assert told[-1].val_r2 == pytest.approx(1 - error / np.mean((y[:120].mean() - y[120:]) ** 2), rel=1e-4)
    known = 1 - np.mean((model.predict(X[:120]) - y[:120]) ** 2) / y[:120].var()
    assert told[-1].train_r2 == pytest.approx(known, abs=0.2), "of an epoch, while its weights move"
    assert told[0].train_r2 < 0.6 < told[-1].train_r2
    assert told[-1].train_accuracy is told[-1].val_accuracy is None
