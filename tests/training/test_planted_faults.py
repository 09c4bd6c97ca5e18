"""Faults planted in whole runs of networks: each ends in a result that names it, or in a named failure."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from smc import api
from smc.aug.light import Light
from smc.errors import NotFiniteError, SmcError
from smc.features.cache import FeatureCache
from smc.labels.triple_barrier_3 import TripleBarrier3
from smc.model.network.objective import Classes
from smc.results import Run

NETWORKS = pytest.mark.parametrize("model", ["mlp", "lstm"])
SHORT = ("events.last=160", "cv=holdout", "aug=none", "model.max_epochs=30")
FITS = ["fold 0", "train fit", "final fit"]
#: The feature that faults are planted in.
FEATURE = "rsi14"


@pytest.fixture
def train(tmp_path) -> Callable[..., Run]:
    """Carry out a small run in this process, in a folder of its own."""
    return lambda *overrides: api.train(
        [*SHORT, "evaluation.test=recorded", f"paths.output={tmp_path}", *overrides]
    )


def reasons(run: Run) -> set[str]:
    return {each["reason"] for each in run.record["warnings"]}


def stopped(run: Run) -> list[tuple[str, str]]:
    return [(stop["fit"], stop["reason"]) for stop in run.record["stopped_by_watch"]]


def check_is_whole(run: Run) -> None:
    """All parts are predicted with finite numbers, and the saved model loads."""
    assert set(run.predictions["part"]) == {"out_of_fold", "val", "test"}
    assert np.isfinite(run.predictions[["p_0", "p_1"]].to_numpy()).all()
    assert run.record["partial"] is None
    assert run.record["test_metrics"]["n_events"] > 0
    run.model()


@pytest.fixture
def plant(monkeypatch) -> Callable[[float], None]:
    """Put a value into one feature of every seventh bar."""
    compute = FeatureCache.compute

    def planted(value: float) -> None:
        def with_fault(self, features, bars):
            table = compute(self, features, bars).copy()
            table.iloc[::7, table.columns.get_loc(FEATURE)] = value
            return table

        monkeypatch.setattr(FeatureCache, "compute", with_fault)

    return planted


@NETWORKS
def test_a_feature_that_is_nan_is_counted_by_name_and_imputed(train, model, plant):
    plant(np.nan)
    run = train(f"model={model}")
    check_is_whole(run)
    assert 10 < run.record["sample_loss"]["symbols"]["SP500"]["nan_features"][FEATURE] < 40
    assert "nan_loss" not in reasons(run)


@NETWORKS
def test_a_feature_that_is_infinite_ends_the_run_by_its_name(train, model, plant):
    plant(np.inf)
    with pytest.raises(SmcError, match=f"{FEATURE}.* infinite|infinite.*{FEATURE}"):
        train(f"model={model}")


@NETWORKS
def test_a_learning_rate_of_a_million_is_divergence(train, model):
    run = train(f"model={model}", "model.learning_rate=1e6", "model.weight_decay=0.0")
    check_is_whole(run)
    assert stopped(run) == [(fit, "divergence") for fit in FITS]
    assert [each["fit"] for each in run.record["warnings"] if each["reason"] == "divergence"] == FITS


@NETWORKS
def test_weights_that_overflow_in_the_first_epoch_end_the_run_by_name(train, model, tmp_path):
    """The decay of a step is a multiple of its learning rate."""
    with pytest.raises(NotFiniteError, match=r"learning_rate=1000000.0\): lower learning_rate"):
        train(f"model={model}", "model.learning_rate=1e6", "model.weight_decay=1.0")
    (status,) = (tmp_path / "status").iterdir()
    assert json.loads(status.read_text())["reason"] == "nan_loss"


def test_a_regression_that_knows_its_rows_by_heart_is_told(tmp_path):
    common = ("events.last=300", "cv=holdout", "aug=none", "labels=forward_return", "model=xgboost")
    run = api.train([*common, f"paths.output={tmp_path}", "reg=none"])
    history = run.record["history"]
    assert history["train_r2"] > 0.9
    assert history["overfitting_detected"]
    assert "overfitting_detected" in reasons(run)
    tame = api.train([*common, f"paths.output={tmp_path}", "reg=strong"])
    assert tame.record["history"]["overfitting_detected"] is False
    assert "overfitting_detected" not in reasons(tame)


@NETWORKS
def test_gradients_that_explode_are_told_and_stop_nothing(train, model):
    steep = ("model.learning_rate=30", "model.weight_decay=0.0")
    run = train(f"model={model}", "monitor.watches.divergence=null", *steep)
    check_is_whole(run)
    assert "exploding_gradients" in reasons(run)
    assert stopped(run) == []


@NETWORKS
def test_a_loss_that_rises_is_divergence_and_the_best_epoch_is_kept(train, model):
    steep = ("model.learning_rate=0.01", "model.patience=30", "monitor.watches.divergence.max_rises=2")
    run = train(f"model={model}", "monitor.watches.divergence.max_ratio=100", *steep)
    check_is_whole(run)
    assert ("train fit", "divergence") in stopped(run)
    curve = run.curves[run.curves["fit"] == "train fit"]
    assert (np.diff(curve["val_loss"].iloc[-3:]) > 0).all()
    kept = curve["val_loss"][curve["kept"]]
    assert kept.iloc[-1] == kept.min()


@NETWORKS
def test_a_loss_that_turns_nan_returns_to_a_finite_state(train, model, monkeypatch):
    """From the third epoch of each fit on."""
    losses = Classes.losses
    begun = []

    def told(self, n_classes, label_smoothing):
        self.n_outputs, self.label_smoothing = n_classes, label_smoothing
        begun.append(0)

    def planted(self, outputs, targets):
        begun[-1] += len(targets)
        return losses(self, outputs, targets) * (np.nan if begun[-1] > 250 else 1.0)

    monkeypatch.setattr(Classes, "__init__", told)
    monkeypatch.setattr(Classes, "losses", planted)
    run = train(f"model={model}")
    check_is_whole(run)
    assert {fit for fit, reason in stopped(run) if reason == "nan_loss"} >= {"train fit"}
    assert "nan_loss" in reasons(run)


@NETWORKS
@pytest.mark.filterwarnings("ignore:Smote makes up no rows")
def test_a_class_of_two_rows_is_left_alone_by_smote_and_told(train, model, monkeypatch):
    compute = TripleBarrier3.compute

    def planted(self, bars, events, side):
        labels = compute(self, bars, events, side)
        labels["label"] = np.where(labels["label"] == 0, 1, labels["label"])
        labels.iloc[[-100, -99], labels.columns.get_loc("label")] = 0
        return labels

    monkeypatch.setattr(TripleBarrier3, "compute", planted)
    run = train(f"model={model}", "labels=triple_barrier_3", "aug=smote")
    found = [each for each in run.record["warnings"] if each["reason"] == "augmentation_small_class"]
    assert "class 0 has 2" in found[0]["sentence"]
    assert run.record["augmentation"][-1]["n_added"] > 0
    run.model()


@NETWORKS
@pytest.mark.filterwarnings("ignore:Light failed")
def test_an_augmenter_that_raises_is_told_and_the_run_goes_on_without_it(train, model, monkeypatch):
    def broken(*_):
        raise ValueError("no rows today")

    monkeypatch.setattr(Light, "_make", broken)
    run = train(f"model={model}", "aug=light")
    check_is_whole(run)
    (found,) = [each for each in run.record["warnings"] if each["reason"] == "augmentation_failed"]
    assert "ValueError: no rows today" in found["sentence"]
    assert found["fits"] == FITS
    assert all(each["n_added"] == 0 for each in run.record["augmentation"])
