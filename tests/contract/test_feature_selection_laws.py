"""Laws that every selector of `conf/feature_selection` keeps, alone and in the fold."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf
from sklearn.base import clone

from smc import artifact
from smc.aug.light import Light
from smc.aug.none import NoAugmentation
from smc.config.instantiate import instantiate
from smc.config.tree import CONF
from smc.errors import LeakageError
from smc.model.logistic import Logistic
from smc.model.xgboost import XGBoost
from smc.pipeline import FoldPipeline
from smc.training.components import with_task
from smc.windows import Windows

OPTIONS = sorted(path.stem for path in (CONF / "feature_selection").glob("*.yaml"))
SELECTING = [name for name in OPTIONS if name != "none"]
#: Options that judge a feature by the label.
JUDGING = [name for name in SELECTING if name != "correlation"]
TASKS = ("classification", "regression")
N_ROWS, N_FEATURES = 240, 8


def test_every_option_is_found() -> None:
    assert OPTIONS == ["correlation", "gain", "mutual_info", "none", "permutation", "recursive"]


def build(name: str, task: str = "classification") -> Any:
    """Build an option as a run does, with fewer trees and shifts."""
    root = OmegaConf.create({"seed": 0, "one": OmegaConf.load(CONF / f"feature_selection/{name}.yaml")})
    arguments: Any = OmegaConf.to_container(root, resolve=True)
    selector = with_task(instantiate(arguments["one"]), task)
    light = {"n_shifts": 29, "estimator__n_estimators": 10}
    return selector.set_params(**{key: value for key, value in light.items() if key in selector.get_params()})


def table(task: str, n_rows: int = N_ROWS, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """The label follows a and, against it, c; b repeats a; the others say nothing."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, N_FEATURES))
    X[:, 1] = X[:, 0] + 0.1 * rng.normal(size=n_rows)
    y = 1.5 * X[:, 0] - 1.5 * X[:, 2] + 0.7 * rng.normal(size=n_rows)
    y = (y > 0).astype(int) if task == "classification" else y
    spans = np.column_stack([np.arange(n_rows), np.arange(n_rows) + 3])
    return pd.DataFrame(X, columns=list("abcdefgh")), y, spans


def chosen(selector: Any, X: pd.DataFrame, y: np.ndarray, spans: np.ndarray) -> set[str]:
    pipeline = FoldPipeline(estimator=Logistic(), sampler=NoAugmentation(), selector=selector)
    account = pipeline.fit(X, y, spans=spans).selection_
    return set(X.columns if account is None else account["kept"])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", SELECTING)
def test_some_features_are_kept_in_the_order_in_which_they_stood(name: str, task: str) -> None:
    X, y, spans = table(task)
    pipeline = FoldPipeline(
        estimator=Logistic(task=task), sampler=NoAugmentation(), selector=build(name, task)
    ).fit(X, y, spans=spans)
    kept = pipeline.selection_["kept"]
    assert 0 < len(kept) < N_FEATURES
    assert kept == [column for column in X if column in kept]
    assert pipeline.estimator_.n_features_in_ == len(kept)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", JUDGING)
def test_what_the_label_follows_is_kept(name: str, task: str) -> None:
    X, y, spans = table(task)
    kept = chosen(build(name, task), X, y, spans) if task == TASKS[0] else None
    if kept is None:
        selector = build(name, task).fit(X, y, spans=spans)
        kept = set(selector.get_feature_names_out())
    assert "c" in kept
    assert kept & {"a", "b"}


@pytest.mark.parametrize("name", OPTIONS)
def test_the_order_of_the_columns_does_not_matter(name: str) -> None:
    X, y, spans = table("classification")
    other = X[list("hbgdcaef")]
    assert chosen(build(name), X, y, spans) == chosen(build(name), other, y, spans)


@pytest.mark.parametrize("name", SELECTING)
def test_nor_does_it_for_what_a_feature_is_judged_by(name: str) -> None:
    X, y, spans = table("classification")
    other = X[list("hbgdcaef")]
    one, two = (build(name).fit(each, y, spans=spans) for each in (X, other))
    scores = pd.Series(two.scores_, other.columns)[X.columns]
    np.testing.assert_array_equal(one.scores_, scores)


@pytest.mark.parametrize("name", OPTIONS)
def test_the_same_fit_twice_keeps_the_same(name: str) -> None:
    X, y, spans = table("classification")
    selector = build(name)
    assert chosen(selector, X, y, spans) == chosen(clone(selector), X.copy(), y.copy(), spans)


@pytest.mark.parametrize("name", SELECTING)
def test_rows_outside_the_fit_have_no_say(name: str) -> None:
    X, y, spans = table("classification", n_rows=300)
    rows = slice(0, 200)
    first = chosen(build(name), X[rows], y[rows], spans[rows])
    X.iloc[200:] = 1e6
    y[200:] = 1 - y[200:]
    assert chosen(build(name), X[rows], y[rows], spans[rows]) == first


@pytest.mark.parametrize("name", SELECTING)
def test_the_early_stopping_tail_has_no_say(name: str) -> None:
    X, y, spans = table("classification")
    model = FoldPipeline(
        estimator=XGBoost(n_estimators=3, early_stopping_rounds=2),
        sampler=NoAugmentation(),
        selector=build(name),
    )
    before = model.fit(X, y, spans=spans).selection_
    tail = np.setdiff1d(np.arange(len(X)), model.fitted_rows_)
    X.iloc[tail, 1] = np.random.default_rng(1).normal(size=len(tail)) * 1e3
    X.iloc[tail, 3] = 1e3 * (2 * y[tail] - 1)
    assert model.fit(X, y, spans=spans).selection_ == before


@pytest.mark.parametrize("name", SELECTING)
def test_made_up_rows_have_no_say(name: str) -> None:
    X, y, spans = table("classification")
    plain = FoldPipeline(estimator=Logistic(), sampler=NoAugmentation(), selector=build(name))
    noisy = FoldPipeline(estimator=Logistic(), sampler=Light(noise=5.0), selector=build(name))
    assert plain.fit(X, y, spans=spans).selection_ == noisy.fit(X, y, spans=spans).selection_


@pytest.mark.parametrize("name", SELECTING)
def test_missing_cells_and_constant_columns_are_taken(name: str) -> None:
    X, y, spans = table("classification")
    X.loc[::7, "d"] = np.nan
    X["constant"], X["empty"] = 3.0, np.nan
    for estimator in (Logistic(), XGBoost(n_estimators=3)):
        model = FoldPipeline(estimator=estimator, sampler=NoAugmentation(), selector=build(name))
        kept = model.fit(X, y, spans=spans).selection_["kept"]
        assert not {"constant", "empty"} & set(kept)
        assert model.feature_importances_.shape == (10,)


@pytest.mark.parametrize("name", SELECTING)
def test_of_windows_the_last_axis_is_cut(name: str) -> None:
    X, y, _ = table("classification", n_rows=N_ROWS + 4)
    spans = np.column_stack([np.arange(N_ROWS), np.arange(N_ROWS) + 3])
    windows = Windows(X.to_numpy(), np.arange(4, N_ROWS + 4), 5, names=list(X))
    model = FoldPipeline(estimator=OnWindows(), sampler=NoAugmentation(), selector=build(name))
    kept = model.fit(windows, y[4:], spans=spans).selection_["kept"]
    assert model.estimator_.shape_ == (N_ROWS, 5, len(kept))
    scaled = model.preprocess_.transform(X.to_numpy())
    columns = [list(X).index(each) for each in kept]
    np.testing.assert_allclose(model.estimator_.first_, scaled[:5, columns], rtol=1e-5)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_saved_model_selects_and_predicts_as_before(name: str, tmp_path: Path) -> None:
    X, y, spans = table("classification")
    X.loc[::9, "c"] = np.nan
    model = FoldPipeline(estimator=XGBoost(n_estimators=5), sampler=NoAugmentation(), selector=build(name))
    artifact.save(model.fit(X, y, spans=spans), tmp_path / "model")
    loaded = artifact.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(loaded.feature_importances_, model.feature_importances_)
    again = clone(loaded).fit(X, y, spans=spans)
    assert again.selection_ == model.selection_


@pytest.mark.parametrize("name", SELECTING)
def test_features_selected_outside_the_fold_are_refused(name: str) -> None:
    X, y, spans = table("classification")
    cut = build(name).fit(X, y, spans=spans).transform(X)
    model = FoldPipeline(estimator=Logistic(), sampler=NoAugmentation())
    with pytest.raises(LeakageError, match=r"selected outside the fold.*FoldPipeline\(selector="):
        model.fit(cut.iloc[:100], y[:100])


@pytest.mark.parametrize("estimator", [Logistic(), XGBoost(n_estimators=5)])
def test_none_changes_no_prediction(estimator: Any) -> None:
    X, y, spans = table("classification")
    plain = FoldPipeline(estimator=estimator, sampler=NoAugmentation()).fit(X, y, spans=spans)
    none = FoldPipeline(estimator=estimator, sampler=NoAugmentation(), selector=build("none"))
    np.testing.assert_array_equal(none.fit(X, y, spans=spans).predict_proba(X), plain.predict_proba(X))
    assert none.selection_ is None


class OnWindows(Logistic):
    """Remember the windows given, and learn from the last bar of each."""

    needs_windows, lookback = True, 5

    def fit(self, X: Any, y: Any, sample_weight: Any = None, eval_set: Any = None) -> "OnWindows":
        self.shape_, self.first_ = X.shape, np.asarray(X[:1])[0]
        return super().fit(np.asarray(X)[:, -1], y, sample_weight, eval_set)
