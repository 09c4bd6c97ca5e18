"""Laws that every calibrator of `conf/calibrate` keeps, alone and in the fold."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

from smc import artifact
from smc.aug.none import NoAugmentation
from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.config.tree import CONF
from smc.model.logistic import Logistic
from smc.model.xgboost import XGBoost
from smc.pipeline import FoldPipeline

OPTIONS = sorted(path.stem for path in (CONF / "calibrate").glob("*.yaml"))
MAPPING = [name for name in OPTIONS if name != "none"]
THRESHOLDS = ["none", "net_return", "class_cost"]


def test_every_option_is_found() -> None:
    assert OPTIONS == ["isotonic", "none", "sigmoid", "temperature"]


def build(name: str, **changes: Any) -> Any:
    config = compose([f"calibrate={name}", "evaluation.cost_bps=1"])["calibrate"]
    return instantiate(config).set_params(positions=[0.0, 1.0], **changes)


def predicted(n_classes: int, n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are too sure, and what happened."""
    rng = np.random.default_rng(seed)
    truth = rng.dirichlet(np.full(n_classes, 2.0), n)
    codes = (rng.random((n, 1)) > truth.cumsum(axis=1)).sum(axis=1)
    sure = truth**3
    return sure / sure.sum(axis=1, keepdims=True), codes


def events(n: int = 300, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    y = (X[:, 0] + rng.normal(size=n) > 0).astype(int)
    spans = np.column_stack([np.arange(n), np.arange(n) + 3])
    return {"X": X, "y": y, "spans": spans, "returns": np.where(y, 0.02, -0.01)}


def pipeline(calibrator: Any, estimator: Any = None) -> FoldPipeline:
    return FoldPipeline(estimator=estimator or Logistic(), sampler=NoAugmentation(), calibrator=calibrator)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", OPTIONS)
def test_probabilities_stay_probabilities(name: str, n_classes: int) -> None:
    probability, codes = predicted(n_classes)
    fitted = build(name).fit(probability, codes)
    corners = np.vstack([np.eye(n_classes), probability])
    mapped = fitted.transform(corners)
    assert np.all((mapped >= 0) & (mapped <= 1))
    np.testing.assert_allclose(mapped.sum(axis=1), 1.0, rtol=1e-12)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_larger_probability_never_becomes_a_smaller_one(name: str) -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        p = rng.random(200)
        fitted = build(name).fit(np.column_stack([1 - p, p]), rng.integers(0, 2, 200))
        grid = np.linspace(0, 1, 501)
        assert np.all(np.diff(fitted.transform(np.column_stack([1 - grid, grid]))[:, 1]) >= -1e-12)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", MAPPING)
def test_what_is_too_sure_comes_closer_to_the_truth(name: str, n_classes: int) -> None:
    fitted = build(name).fit(*predicted(n_classes, n=2000))
    probability, codes = predicted(n_classes, n=2000, seed=1)
    rows = np.arange(2000)
    before, after = (-np.log(p[rows, codes]).mean() for p in (probability, fitted.transform(probability)))
    assert after < before - 0.02


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("name", OPTIONS)
def test_rows_outside_the_fit_have_no_say(name: str, threshold: str) -> None:
    given, rows = events(), slice(0, 200)
    model = pipeline(build(name, threshold=threshold))
    first = model.fit(**{key: values[rows] for key, values in given.items()}).calibration_
    given["X"][200:] *= -50
    given["y"][200:] = 1 - given["y"][200:]
    given["returns"][200:] *= -7
    assert clone(model).fit(**{key: values[rows] for key, values in given.items()}).calibration_ == first


@pytest.mark.parametrize("name", MAPPING)
def test_the_model_does_not_know_what_the_calibrator_learns_from(name: str) -> None:
    given = events()
    model = pipeline(build(name), XGBoost(n_estimators=20, early_stopping_rounds=3)).fit(**given)
    part = np.arange(240, 300)
    assert given["spans"][model.fitted_rows_, 1].max() < given["spans"][part, 0].min()
    before, learned = model.raw_proba(given["X"]), model.calibration_
    given["y"][part] = 1 - given["y"][part]
    again = clone(model).fit(**given)
    np.testing.assert_array_equal(again.raw_proba(given["X"]), before)
    assert again.calibration_ != learned


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("name", OPTIONS)
def test_a_saved_model_reads_its_probabilities_as_before(name: str, threshold: str, tmp_path: Path) -> None:
    given = events()
    model = pipeline(build(name, threshold=threshold, abstain=0.05), XGBoost(n_estimators=5)).fit(**given)
    artifact.save(model, tmp_path / "model")
    loaded = artifact.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(given["X"]), model.predict_proba(given["X"]))
    np.testing.assert_array_equal(loaded.predict(given["X"]), model.predict(given["X"]))
    assert clone(loaded).fit(**given).calibration_ == model.calibration_


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("name", OPTIONS)
def test_what_is_predicted_is_what_is_decided(name: str, threshold: str) -> None:
    given = events()
    model = pipeline(build(name, threshold=threshold)).fit(**given)
    decided = model.decide(model.predict_proba(given["X"]))
    np.testing.assert_array_equal(model.predict(given["X"]), decided)
    assert model.score(given["X"], given["y"]) == pytest.approx(np.mean(decided == given["y"]))


@pytest.mark.parametrize("name", OPTIONS)
def test_too_few_events_of_a_class_leave_all_as_it_is_with_a_note(name: str) -> None:
    probability, _ = predicted(2, n=40)
    fitted = build(name, threshold="class_cost").fit(probability, np.array([1] * 4 + [0] * 36))
    assert fitted.transform(probability) is probability
    assert fitted.threshold_ == 0.5
    assert fitted.notes_[0]["reason"] == "not_calibrated"


@pytest.mark.parametrize("estimator", [Logistic(), XGBoost(n_estimators=5, early_stopping_rounds=2)])
def test_none_changes_no_prediction_and_holds_nothing_back(estimator: Any) -> None:
    given = events()
    plain, none = pipeline(None, estimator).fit(**given), pipeline(build("none"), estimator).fit(**given)
    np.testing.assert_array_equal(none.predict_proba(given["X"]), plain.predict_proba(given["X"]))
    np.testing.assert_array_equal(none.fitted_rows_, plain.fitted_rows_)
    assert none.calibrator_ is None


@pytest.mark.parametrize("name", MAPPING)
def test_the_final_fit_keeps_rows_for_calibration_and_scales_its_rounds_by_the_others(name: str) -> None:
    given = events()
    model = pipeline(build(name), XGBoost(n_estimators=50, early_stopping_rounds=3))
    first = model.fit(**{key: values[:200] for key, values in given.items()})
    refit = first.for_refit(300).fit(**given)
    assert refit.n_rounds_ == max(1, round(first.n_rounds_ * 240 / first.n_fitted_rows_))
    assert refit.calibration_["n_rows"] == 60
