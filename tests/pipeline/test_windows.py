"""Windows against arrays that are built, and what a pipeline learns from them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.model_selection import cross_val_score

from smc.aug.none import NoAugmentation
from smc.errors import FeatureError, ModelError
from smc.model.logistic import Logistic
from smc.model.lstm import LSTM
from smc.pipeline import FoldPipeline, Preprocess
from smc.pipeline.hold_back import split_off_last
from smc.windows import CHUNK_SIZE, Windows

N_BARS, LOOKBACK = 400, 6
NAMES = ["rsi", "atr", "gap"]
ENDS = np.sort(np.random.default_rng(1).choice(np.arange(20, 380), 90, replace=False))
SPANS = np.column_stack([ENDS + 1, ENDS + 5])


@pytest.fixture
def bars() -> np.ndarray:
    rng = np.random.default_rng(0)
    values = rng.normal(3, 2, size=(N_BARS, 3))
    values[rng.random(values.shape) < 0.02] = np.nan
    return values


def built(bars, ends, lookback=LOOKBACK) -> np.ndarray:
    return np.stack([bars[end - lookback + 1 : end + 1] for end in ends])


class Recorder(BaseEstimator):
    """An estimator of windows that stops early and keeps what it was given."""

    needs_windows, stops_early, lookback = True, True, LOOKBACK

    def fit(self, X, y, sample_weight=None, eval_set=None):
        self.X_, self.y_, self.eval_set_, self.n_rounds_ = X, y, eval_set, 1
        return self

    def predict(self, X):
        return np.asarray(X)[:, -1, 0]


class Doubler(BaseEstimator):
    """A sampler of arrays."""

    def fit_resample(self, X, y):
        self.given_ = X
        self.origin_ = np.tile(np.arange(len(X)), 2)
        return X[self.origin_], y[self.origin_]


@pytest.mark.parametrize("ends", [ENDS, ENDS[::-1], ENDS[[3, 3, 0]], np.arange(LOOKBACK - 1, N_BARS)])
def test_windows_are_the_bars_up_to_their_end(bars, ends):
    windows = Windows(bars, ends, LOOKBACK)
    assert windows.shape == (len(ends), LOOKBACK, 3)
    assert len(windows) == len(ends)
    np.testing.assert_array_equal(np.asarray(windows), built(bars, ends))
    assert np.asarray(windows, dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize("rows", [slice(3, 9), np.array([5, 0]), ENDS > 200])
def test_some_windows_stand_on_the_same_bars(bars, rows):
    some = Windows(bars, ENDS, LOOKBACK, names=NAMES)[rows]
    assert some.bars is bars
    assert some.names == NAMES
    np.testing.assert_array_equal(np.asarray(some), built(bars, ENDS)[rows])


def test_windows_that_are_built_already_are_taken_without_a_copy(bars):
    array = built(bars, ENDS)
    windows = Windows.from_array(array, NAMES)
    assert np.shares_memory(windows.bars, array)
    np.testing.assert_array_equal(np.asarray(windows), array)


@pytest.mark.parametrize("end", [LOOKBACK - 2, N_BARS, -1])
def test_a_window_must_lie_within_the_bars(bars, end):
    with pytest.raises(
        ModelError, match=rf"the window of 6 bars that ends at bar {end} reaches beyond the 400"
    ):
        Windows(bars, np.array([50, end]), LOOKBACK)


@pytest.mark.parametrize("ends", [ENDS, ENDS[::-1], np.array([9]), np.arange(30, 90)])
def test_each_covered_bar_is_named_once(bars, ends):
    windows = Windows(bars, ends, LOOKBACK)
    expected = sorted({bar for end in ends for bar in range(end - LOOKBACK + 1, end + 1)})
    np.testing.assert_array_equal(windows.covered(), expected)
    np.testing.assert_array_equal(windows.covered_bars(), bars[expected])


def test_bars_without_a_gap_are_not_copied(bars):
    assert np.shares_memory(Windows(bars, np.arange(30, 90), LOOKBACK).covered_bars(), bars)


def test_a_transform_sees_each_covered_bar_once_and_nothing_else(bars):
    seen = []

    def double(part):
        seen.append(part)
        return 2 * part

    mapped = Windows(bars, ENDS, LOOKBACK).map(double)
    np.testing.assert_array_equal(np.concatenate(seen), Windows(bars, ENDS, LOOKBACK).covered_bars())
    np.testing.assert_array_equal(np.asarray(mapped), 2 * built(bars, ENDS).astype(np.float32))


def test_a_transform_in_parts_is_the_transform_of_the_whole():
    bars = np.random.default_rng(0).normal(size=(2 * CHUNK_SIZE + 77, 1))
    ends = np.arange(3, len(bars), 2)
    mapped = Windows(bars, ends, 4).map(lambda part: np.hstack([part, -part]))
    whole = np.hstack([bars, -bars]).astype(np.float32)
    np.testing.assert_array_equal(mapped.bars, whole[: ends[-1] + 1])
    np.testing.assert_array_equal(mapped.ends, ends)


def pipeline(estimator=None, sampler=None) -> FoldPipeline:
    return FoldPipeline(estimator=estimator or Recorder(), sampler=sampler or NoAugmentation())


def test_the_scaler_learns_from_the_bars_of_training_windows_alone(bars):
    core, tail = split_off_last(SPANS, 0.15)
    y = np.arange(len(ENDS)) % 2
    fitted = pipeline().fit(Windows(bars, ENDS, LOOKBACK), y, spans=SPANS)
    covered = Windows(bars, ENDS[core], LOOKBACK).covered()
    expected = Preprocess().fit(bars[covered])
    np.testing.assert_array_equal(fitted.preprocess_.center_, expected.center_)
    other = bars.copy()
    other[np.setdiff1d(np.arange(N_BARS), covered)] = np.nan
    again = pipeline().fit(Windows(other, ENDS, LOOKBACK), y, spans=SPANS)
    for name in ("center_", "factor_", "median_", "flagged_"):
        np.testing.assert_array_equal(getattr(again.preprocess_, name), getattr(fitted.preprocess_, name))
    np.testing.assert_array_equal(again.estimator_.X_, fitted.estimator_.X_)
    scaled = expected.transform(bars).astype(np.float32)
    np.testing.assert_array_equal(fitted.estimator_.X_, built(scaled, ENDS[core]))
    np.testing.assert_array_equal(fitted.estimator_.eval_set_[0], built(scaled, ENDS[tail]))


def test_windows_and_their_array_are_the_same_to_a_pipeline(bars):
    y = np.arange(len(ENDS)) % 2
    model = LSTM(task="classification", hidden_dim=4, lookback=LOOKBACK, max_epochs=2)
    lazy = pipeline(model).fit(Windows(bars, ENDS, LOOKBACK), y)
    array = built(bars, ENDS)
    expected = lazy.predict_proba(Windows(bars, ENDS, LOOKBACK))
    np.testing.assert_array_equal(lazy.predict_proba(array), expected)
    single = [lazy.predict_proba(each[None])[0] for each in array[:5]]
    np.testing.assert_array_equal(single, expected[:5])


def test_a_sampler_is_given_the_training_windows_as_an_array(bars):
    core, _ = split_off_last(SPANS, 0.15)
    y = np.arange(len(ENDS)) % 2
    fitted = pipeline(sampler=Doubler()).fit(Windows(bars, ENDS, LOOKBACK), y, np.ones(len(ENDS)), SPANS)
    assert type(fitted.sampler_.given_) is np.ndarray
    assert fitted.sampler_.given_.shape[:2] == (len(core), LOOKBACK)
    np.testing.assert_array_equal(fitted.estimator_.y_, np.tile(y[core], 2))


def test_rows_and_windows_are_not_mistaken_for_each_other(bars):
    y = np.arange(len(ENDS)) % 2
    with pytest.raises(
        ModelError, match=r"must be windows of 6 bars \(smc.windows.Windows\) .*got a table of rows"
    ):
        pipeline().fit(bars[ENDS], y, spans=SPANS)
    with pytest.raises(ModelError, match=r"must be windows of 6 bars .* got windows of 4 bars"):
        pipeline().fit(Windows(bars, ENDS, 4), y, spans=SPANS)
    with pytest.raises(ModelError, match="must be a table of rows for this model, got windows of 6 bars"):
        pipeline(Logistic()).fit(Windows(bars, ENDS, LOOKBACK), y)


def test_features_of_windows_are_known_by_name(bars):
    y = np.arange(len(ENDS)) % 2
    fitted = pipeline().fit(Windows(bars, ENDS, LOOKBACK, names=NAMES), y, spans=SPANS)
    assert fitted.feature_names_in_.tolist() == NAMES
    assert fitted.n_features_in_ == 3
    with pytest.raises(FeatureError, match="another order: column 0 must be rsi, got atr"):
        fitted.predict(Windows(bars, ENDS, LOOKBACK, names=["atr", "rsi", "gap"]))
    with pytest.raises(FeatureError, match="`X` must have 3 features, got 2"):
        fitted.predict(Windows(bars[:, :2], ENDS, LOOKBACK))


def test_an_infinite_cell_matters_only_inside_a_window(bars):
    y = np.arange(len(ENDS)) % 2
    uncovered = np.setdiff1d(np.arange(N_BARS), Windows(bars, ENDS, LOOKBACK).covered())[0]
    bars[uncovered, 1] = np.inf
    pipeline().fit(Windows(bars, ENDS, LOOKBACK, names=NAMES), y, spans=SPANS)
    bars[ENDS[0] - 1, 1] = np.inf
    with pytest.raises(ModelError, match="column atr is infinite"):
        pipeline().fit(Windows(bars, ENDS, LOOKBACK, names=NAMES), y, spans=SPANS)


def test_scikit_learn_splits_windows(bars):
    y = np.nan_to_num(bars[ENDS, 0]) > 3
    model = pipeline(LSTM(task="classification", hidden_dim=4, lookback=LOOKBACK, max_epochs=2))
    assert len(cross_val_score(model, Windows(bars, ENDS, LOOKBACK), y, cv=2)) == 2


def test_a_frame_of_bars_serves_as_well_as_an_array(bars):
    frame = pd.DataFrame(bars, columns=NAMES)
    windows = Windows(frame.to_numpy(), ENDS, LOOKBACK, names=list(frame))
    np.testing.assert_array_equal(np.asarray(windows), built(bars, ENDS))
