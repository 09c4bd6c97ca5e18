"""Samplers where they work: in a fold's pipeline, on the events of a dataset, in a run."""

import warnings

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score

from smc import api
from smc.aug.adaptive import Adaptive
from smc.aug.aggressive import Aggressive
from smc.aug.block_bootstrap import BlockBootstrap
from smc.aug.light import Light
from smc.aug.smote import Smote
from smc.model.logistic import Logistic
from smc.pipeline import FoldPipeline
from smc.training.cross_fit import CrossFitter
from smc.training.dataset import Dataset


class Keeper(BaseEstimator):
    """Keeps the rows that it is fitted on; looks back over ``lookback`` bars."""

    def __init__(self, lookback: int = 1) -> None:
        self.lookback = lookback
        self.needs_windows = lookback > 1

    def fit(self, X, y, sample_weight=None):
        self.X_, self.y_, self.weight_, self.classes_ = np.asarray(X), y, sample_weight, np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X))


N_BARS = 900


def dataset(first: int = 0, symbols: tuple[str, ...] = ("A", "B")) -> Dataset:
    """Two symbols, an event at every fourth bar; the features of a bar are its number, in three units."""
    event = np.arange(first, N_BARS - 5, 4)
    numbers = np.concatenate([np.arange(N_BARS) + 10_000.0 * place for place in range(len(symbols))])
    bars = pd.DataFrame({"up": numbers, "down": -numbers, "scaled": 1e-3 * numbers})
    events = pd.concat(
        [
            pd.DataFrame(
                {
                    "symbol": symbol,
                    "event": event,
                    "label": np.arange(len(event)) % 2,
                    "weight": 0.5,
                    "ret": 0.0,
                }
            )
            for symbol in symbols
        ],
        ignore_index=True,
    )
    rows = np.concatenate([event + N_BARS * place for place in range(len(symbols))])
    spans = np.column_stack([np.arange(len(rows)), np.arange(len(rows))])
    return Dataset(bars, rows, events, spans, {})


def fit(data: Dataset, pipeline: FoldPipeline, positions: np.ndarray) -> FoldPipeline:
    return CrossFitter(data, pipeline).fit(positions, "train").model


def bar_numbers(model: FoldPipeline) -> np.ndarray:
    """Undo the scaling of the rows that were fitted on; the columns must agree on the bar."""
    units = model.estimator_.X_ / model.preprocess_.factor_ + model.preprocess_.center_
    numbers = units * [1, -1, 1e3]
    assert np.ptp(numbers, axis=-1).max() < 0.05
    return np.round(numbers[..., 0])


@pytest.mark.parametrize("lookback", [1, 6])
def test_a_shift_reads_earlier_bars_of_the_same_symbol_scaled_by_the_fold(lookback):
    data, positions = dataset(first=20), np.r_[30:218, 219:399]
    pipeline = FoldPipeline(estimator=Keeper(lookback), sampler=Aggressive(noise=0.0, dropout=0.0))
    model = fit(data, pipeline, positions)
    seen = bar_numbers(model).reshape(-1, lookback)
    moved = data.bars["up"].to_numpy()[data.rows[positions[model.sampler_.origin_]]] - seen[:, -1]
    assert (moved[:368] == 0).all()
    assert np.bincount(moved[368:].astype(int)).tolist() == pytest.approx([61, 61, 61], abs=20)
    assert (np.diff(seen, axis=1) == 1).all(), "a window moves whole"


@pytest.mark.parametrize("lookback", [1, 3])
def test_a_shift_stops_at_the_first_bar_of_its_symbol(lookback):
    data = dataset(first=lookback - 1)
    sampler = Aggressive(noise=0.0, dropout=0.0, shift=9, n_small=10_000, threshold=10_000)
    model = fit(data, FoldPipeline(estimator=Keeper(lookback), sampler=sampler), np.arange(len(data.rows)))
    seen = bar_numbers(model).reshape(-1, lookback)
    own = data.bars["up"].to_numpy()[data.rows[model.sampler_.origin_]]
    assert set(own - seen[:, -1]) == set(range(10))
    np.testing.assert_array_equal(seen // 10_000, (own // 10_000)[:, None].repeat(lookback, axis=1))


class Watching(Keeper):
    """Stops early."""

    stops_early, n_rounds_ = True, 1

    def fit(self, X, y, sample_weight=None, eval_set=None):
        return super().fit(X, y, sample_weight)


def test_a_shift_counts_rows_among_those_that_early_stopping_leaves():
    data = dataset(first=20, symbols=("A",))
    data.spans[[5, 50], 1] = 200
    pipeline = FoldPipeline(estimator=Watching(), sampler=Aggressive(noise=0.0, dropout=0.0))
    model = fit(data, pipeline, np.arange(len(data.rows)))
    n_core = model.n_fitted_rows_
    kept = np.setdiff1d(np.arange(n_core + 2), [5, 50])
    own = data.bars["up"].to_numpy()[data.rows[kept[model.sampler_.origin_]]]
    assert set(own - bar_numbers(model)) == {0.0, 1.0, 2.0}


def test_rows_before_events_are_given_as_far_as_there_are_any():
    data = dataset(first=1)
    rows = data.inputs(np.array([0, 1]), bars_before=np.array([2, 2]))
    assert rows["up"].tolist() == [0.0, 3.0]
    windows = data.inputs(np.array([1]), 4, bars_before=np.array([9]))
    assert np.asarray(windows)[0, :, 0].tolist() == [0, 1, 2, 3]


def test_weights_follow_and_the_account_counts():
    data = dataset()
    model = fit(data, FoldPipeline(estimator=Keeper(), sampler=Adaptive()), np.arange(250))
    assert model.augmentation_ == {"n_rows": 250, "n_added": 250, "error": None, "notes": []}
    assert model.estimator_.weight_.tolist() == [1.0] * 500


def test_samplers_of_imbalanced_learn_that_repeat_rows_take_weights_too():
    data = dataset()
    data.events["weight"] = np.linspace(0.1, 1.0, len(data.rows))
    data.events["label"] = np.arange(len(data.rows)) % 3 % 2
    pipeline = FoldPipeline(estimator=Keeper(), sampler=RandomOverSampler(random_state=0))
    model = fit(data, pipeline, np.arange(90))
    origin = model.sampler_.sample_indices_
    assert model.augmentation_["n_added"] == len(origin) - 90 == 30
    weight = data.events["weight"].to_numpy()[origin]
    np.testing.assert_allclose(model.estimator_.weight_, weight / weight.mean())


class Broken(BaseEstimator):
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def fit_resample(self, X, y):
        if self.error:
            raise self.error
        return X[:, :2], y


@pytest.mark.parametrize(
    "error",
    [None, ValueError("no"), KeyError("no"), TypeError("no"), MemoryError("no"), ZeroDivisionError("no")],
)
def test_a_fit_goes_on_without_a_sampler_that_fails(error):
    data = dataset()
    pipeline = FoldPipeline(estimator=Keeper(), sampler=Broken(error))
    with pytest.warns(RuntimeWarning, match="Broken failed, the fit goes on without it"):
        model = fit(data, pipeline, np.arange(100))
    assert len(model.estimator_.X_) == 100
    assert model.sampler_error_ == model.augmentation_["error"]
    assert model.augmentation_["n_added"] == 0
    said = "it returned rows of shape (100, 2) with 100 labels, for rows of shape (100, 3)"
    assert (said if error is None else "no") in model.sampler_error_


def noise_rows(n: int = 300, n_features: int = 57) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, n_features)), (rng.random(n) < 0.15).astype(int)


@pytest.mark.parametrize("sampler", [Smote(), Light(factor=3.0), BlockBootstrap()])
def test_rows_made_up_before_the_split_find_skill_in_noise_and_inside_the_fold_they_do_not(sampler):
    X, y = noise_rows()
    forest = RandomForestClassifier(40, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    before = cross_val_score(forest, *sampler.fit_resample(X, y), cv=folds, scoring="roc_auc")
    inside = FoldPipeline(estimator=forest, sampler=sampler)
    within = cross_val_score(inside, X, y, cv=folds, scoring="roc_auc")
    assert before.mean() > 0.8
    assert 0.4 < within.mean() < 0.6


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Run a command in a folder of its own, in this process."""
    folder = tmp_path_factory.mktemp("runs")

    def run(*overrides: str):
        shared = [f"paths.output={folder}", "model=logistic", "events.last=250", "evaluation.test=recorded"]
        return api.train([*shared, *overrides])

    return run


ABLATED = ("out_of_fold_metrics", "val_metrics", "test_metrics", "history")


def test_an_ablation_is_the_run_without_augmentation(runs):
    with_both, plain = runs("aug=aggressive", "aug.ablation=true"), runs("aug=none")
    assert plain.record["ablation"] is None
    assert with_both.record["split_hash"] == plain.record["split_hash"]
    assert with_both.record["ablation"] == {name: plain.record[name] for name in ABLATED}
    assert with_both.record["test_metrics"] != plain.record["test_metrics"]


def test_an_ablation_of_a_pool_has_each_symbol(runs):
    pool = "symbol=[SP500,NASDAQ]"
    with_both, plain = runs("aug=light", "aug.ablation=true", pool), runs("aug=none", pool)
    by_symbol = with_both.record["ablation"].pop("by_symbol")
    assert with_both.record["ablation"] == {name: plain.record[name] for name in ABLATED}
    for symbol in ("SP500", "NASDAQ"):
        assert by_symbol[symbol] == {name: plain.record["by_symbol"][symbol][name] for name in ABLATED}


def test_a_sealed_test_part_is_sealed_in_the_ablation(runs):
    record = runs("aug=light", "aug.ablation=true", "evaluation.test=sealed").record
    assert record["ablation"]["test_metrics"] is None
    assert record["ablation"]["history"]["test_accuracy"] is None


def test_a_run_counts_what_was_added_in_each_fit(runs):
    record = runs("aug=light").record
    fits = {each["fit"]: each for each in record["augmentation"]}
    assert list(fits)[-2:] == ["train fit", "final fit"]
    assert len(fits) == 2 + len(record["history"]["cv_fold_accuracies"])
    assert all(each["n_added"] == each["n_rows"] > 0 for each in fits.values())
    assert record["sample_loss"]["split"]["train"] == fits["train fit"]["n_rows"]


def test_a_failing_sampler_is_a_warning_of_the_run_and_names_the_fits(runs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        record = runs("aug=smote", "labels=forward_return").record
    (found,) = (each for each in record["warnings"] if each["reason"] == "augmentation_failed")
    assert found["fits"][-2:] == ["train fit", "final fit"]
    assert "numbers have no classes to balance" in found["sentence"]
    assert all(each["n_added"] == 0 for each in record["augmentation"])


def test_the_model_of_an_augmented_run_is_loaded_as_it_was(runs):
    run = runs("aug=aggressive")
    model = run.model()
    assert isinstance(model.sampler, Aggressive)
    assert isinstance(model.estimator_, Logistic)
