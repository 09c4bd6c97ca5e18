"""FoldPipeline: what each step sees, and what it refuses."""

import re

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.base import BaseEstimator, clone, is_classifier, is_regressor
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import MinMaxScaler

from smc.aug.none import NoAugmentation
from smc.calibrate.sigmoid import Sigmoid
from smc.errors import ArtifactError, FeatureError, ModelError, SplitError
from smc.model.lightgbm import LightGBM
from smc.model.logistic import Logistic
from smc.model.random_forest import RandomForest
from smc.model.xgboost import XGBoost
from smc.pipeline import FoldPipeline, Preprocess
from smc.pipeline.hold_back import split_off_last

N, HORIZON = 200, 6
SPANS = np.column_stack([3 * np.arange(N), 3 * np.arange(N) + HORIZON])
CORE, TAIL = split_off_last(SPANS, 0.15)


class Recorder(BaseEstimator):
    """An estimator that stops early and keeps what it was given."""

    stops_early = True

    def fit(self, X, y, sample_weight=None, eval_set=None):
        self.X_, self.y_, self.weight_, self.eval_set_ = X, y, sample_weight, eval_set
        self.classes_, self.n_rounds_ = np.unique(y), 12
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)

    def with_rounds(self, n_rounds):
        fixed = Recorder()
        fixed.n_fixed_rounds, fixed.stops_early = n_rounds, False
        return fixed


class Doubler(BaseEstimator):
    """A sampler that appends each row again, in reverse order."""

    def fit_resample(self, X, y):
        self.origin_ = np.concatenate([np.arange(len(X)), np.arange(len(X))[::-1]])
        self.X_ = X
        return X[self.origin_], y[self.origin_]


class CalibratorRecorder(Sigmoid):
    """A calibrator that keeps what it was given."""

    def fit(self, probability, codes, weight=None, returns=None):
        self.given_ = codes, weight, returns
        return super().fit(probability, codes, weight, returns)


class Failing(BaseEstimator):
    def fit_resample(self, X, y):
        self.origin_ = np.array([0])
        raise ValueError("too few neighbours")


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(5, 3, size=(N, 4)), columns=["rsi", "atr", "gap", "hour"])
    y = (X["rsi"] + rng.normal(size=N) > 5).to_numpy().astype(int)
    return X, y, rng.random(N)


def pipeline(estimator=None, sampler=None, **params):
    return FoldPipeline(
        estimator=Logistic() if estimator is None else estimator,
        sampler=sampler or NoAugmentation(),
        **params,
    )


def test_the_calibrator_is_given_the_weights_and_returns_of_the_last_rows(table):
    X, y, weight = table
    returns = np.linspace(-0.1, 0.1, N)
    fitted = pipeline(calibrator=CalibratorRecorder()).fit(X, y, weight, SPANS, returns=returns)
    last = split_off_last(SPANS, 0.2)[1]
    for given, column in zip(fitted.calibrator_.given_, (y, weight, returns), strict=True):
        np.testing.assert_array_equal(given, column[last])


def test_the_tail_is_purged_and_watched_and_nothing_else(table):
    X, y, weight = table
    fitted = pipeline(Recorder()).fit(X, y, weight, SPANS)
    seen = fitted.estimator_
    expected = Preprocess().fit(X.to_numpy()[CORE])
    assert SPANS[CORE, 1].max() < SPANS[TAIL, 0].min()
    assert fitted.n_fitted_rows_ == len(CORE) < N - len(TAIL)
    np.testing.assert_array_equal(seen.X_, expected.transform(X.to_numpy()[CORE]))
    np.testing.assert_array_equal(seen.y_, y[CORE])
    np.testing.assert_allclose(seen.weight_, weight[CORE] / weight[CORE].mean())
    np.testing.assert_array_equal(seen.eval_set_[0], expected.transform(X.to_numpy()[TAIL]))
    np.testing.assert_array_equal(seen.eval_set_[1], y[TAIL])
    np.testing.assert_array_equal(seen.eval_set_[2], weight[TAIL])


def test_nothing_that_is_fitted_knows_the_tail(table):
    X, y, weight = table
    rest = np.setdiff1d(np.arange(N), CORE)
    far, flipped, heavy = X.copy(), y.copy(), weight.copy()
    far.iloc[rest] = 1e6
    flipped[rest] = 1 - flipped[rest]
    heavy[rest] = 1e3
    first = pipeline(Recorder(), Doubler()).fit(X, y, weight, SPANS)
    second = pipeline(Recorder(), Doubler()).fit(far, flipped, heavy, SPANS)
    for name in ("X_", "y_", "weight_"):
        np.testing.assert_array_equal(getattr(first.estimator_, name), getattr(second.estimator_, name))
    np.testing.assert_array_equal(first.sampler_.X_, second.sampler_.X_)
    np.testing.assert_array_equal(first.preprocess_.center_, second.preprocess_.center_)


def test_weights_follow_the_origin_of_augmented_rows(table):
    X, y, weight = table
    fitted = pipeline(Recorder(), Doubler()).fit(X, y, weight, SPANS)
    twice = np.concatenate([weight[CORE], weight[CORE][::-1]])
    np.testing.assert_allclose(fitted.estimator_.weight_, twice / twice.mean())
    assert fitted.n_fitted_rows_ == len(CORE)
    assert len(fitted.estimator_.X_) == 2 * len(CORE)
    assert len(fitted.estimator_.eval_set_[0]) == len(TAIL)


@pytest.mark.parametrize(
    "model", [Logistic(C=0.1), XGBoost(min_child_weight=5.0), RandomForest(n_estimators=20)]
)
def test_the_unit_of_the_weights_does_not_matter(model, table):
    X, y, weight = table
    first, second = (pipeline(model).fit(X, y, scale * weight) for scale in (1.0, 0.125))
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))


def test_without_early_stopping_every_row_is_fitted_on_and_spans_are_not_needed(table):
    X, y, _ = table
    fitted = pipeline().fit(X, y)
    assert fitted.n_fitted_rows_ == N
    direct = Logistic().fit(Preprocess().fit_transform(X.to_numpy()), y)
    np.testing.assert_array_equal(
        fitted.predict_proba(X), direct.predict_proba(Preprocess().fit_transform(X))
    )


@pytest.mark.parametrize("model", [Logistic(), XGBoost(), LightGBM(), RandomForest(n_estimators=20)])
def test_the_layout_of_the_table_in_memory_does_not_matter(model, table):
    X, y, _ = table
    rows, columns = np.ascontiguousarray(X), np.asfortranarray(X)
    expected = pipeline(model).fit(X, y).predict_proba(X)
    for array in (rows, columns):
        np.testing.assert_array_equal(pipeline(model).fit(array, y).predict_proba(columns), expected)
    direct = [clone(model).fit(array, y).predict_proba(array) for array in (rows, columns)]
    np.testing.assert_array_equal(*direct)


def test_early_stopping_needs_spans(table):
    X, y, _ = table
    with pytest.raises(SplitError, match="no label spans"):
        pipeline(XGBoost(early_stopping_rounds=5)).fit(X, y)


@pytest.mark.parametrize("cls", [XGBoost, LightGBM])
def test_the_final_fit_takes_the_rounds_scaled_by_rows_and_all_rows(cls, table):
    X, y, weight = table
    trained = pipeline(cls(early_stopping_rounds=10)).fit(X[:150], y[:150], weight[:150], SPANS[:150])
    final = trained.for_refit(N)
    assert not hasattr(final, "estimator_")
    final.fit(X, y, weight)
    assert final.n_fitted_rows_ == N
    assert final.n_rounds_ == round(trained.n_rounds_ * N / trained.n_fitted_rows_)


def test_the_final_fit_takes_no_rounds_for_rows_that_it_holds_back_for_calibration(table):
    X, y, weight = table
    calibrator = Sigmoid(calibration_frac=0.5)
    trained = pipeline(XGBoost(early_stopping_rounds=10), calibrator=calibrator).fit(X, y, weight, SPANS)
    n_rounds = trained.for_refit(10 * N).estimator.n_estimators
    assert n_rounds == round(trained.n_rounds_ * 0.5 * 10 * N / trained.n_fitted_rows_)


def test_the_final_fit_of_a_model_that_does_not_stop_is_the_same_pipeline(table):
    X, y, _ = table
    fitted = pipeline().fit(X, y)
    assert fitted.for_refit(500).get_params().keys() == fitted.get_params().keys()
    assert pipeline(Recorder()).fit(X, y, None, SPANS).for_refit(1).estimator.n_fixed_rounds == 1


def test_values_are_imputed_only_for_a_model_that_takes_no_missing_ones(table):
    X, y, _ = table
    X.iloc[::7, 1] = np.nan
    assert pipeline(XGBoost()).fit(X, y).preprocess_.get_params() == {"impute": False}
    imputed = pipeline(Logistic()).fit(X, y)
    assert imputed.preprocess_.get_params() == {"impute": True}
    assert imputed.estimator_.n_features_in_ == 5
    assert np.isfinite(imputed.predict_proba(X)).all()


def test_the_importance_of_a_flag_counts_for_its_column(table):
    X, _, _ = table
    X.iloc[::2, 3] = np.nan
    fitted = pipeline().fit(X, X["hour"].isna().to_numpy())
    assert fitted.feature_importances_.shape == (4,)
    assert fitted.feature_importances_.argmax() == 3
    assert fitted.feature_importances_.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("model", [Logistic(), XGBoost(), LightGBM(), RandomForest(n_estimators=20)])
def test_columns_that_say_nothing_change_nothing(model, table):
    X, y, _ = table
    wide = X.assign(empty=np.nan, constant=4.0)
    fitted = pipeline(model).fit(wide, y)
    later = wide.assign(empty=1e9, constant=-1e9)
    np.testing.assert_array_equal(fitted.predict_proba(later), fitted.predict_proba(wide.assign(empty=0.0)))
    assert fitted.feature_importances_[4:].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("when", ["fit", "predict"])
def test_an_infinite_cell_is_named(when, table):
    X, y, _ = table
    wrong = X.copy()
    wrong.iloc[17, 2] = -np.inf
    with pytest.raises(ModelError, match="column gap is infinite in row 17: mend the feature"):
        pipeline().fit(wrong, y) if when == "fit" else pipeline().fit(X, y).predict(wrong)
    with pytest.raises(ModelError, match="column 2 is infinite in row 17"):
        pipeline().fit(wrong.to_numpy(), y)


def test_a_column_must_hold_numbers_under_one_name(table):
    X, y, _ = table
    with pytest.raises(ModelError, match="column side must hold numbers, got"):
        pipeline().fit(X.assign(side="long"), y)
    with pytest.raises(ModelError, match="feature names must not repeat, got rsi more than once"):
        pipeline().fit(X.set_axis(["rsi", "atr", "rsi", "hour"], axis=1), y)
    with pytest.raises(ModelError, match="a feature needs a name that is text, got 7"):
        pipeline().fit(X.rename(columns={"rsi": 7}), y)
    with pytest.raises(ModelError, match="table of rows and columns, got 1 dimension"):
        pipeline().fit(X["rsi"].to_numpy(), y)
    assert (
        pipeline()
        .fit(X.assign(flag=y.astype(bool), n=pd.array(y, dtype="Int64")), y)
        .score(X.assign(flag=y.astype(bool), n=pd.array(y, dtype="Int64")), y)
    )


def test_other_features_are_named(table):
    X, y, _ = table
    fitted = pipeline().fit(X, y)
    with pytest.raises(FeatureError, match="must have the 4 features learned, but lacks atr, hour"):
        fitted.predict(X[["rsi", "gap"]])
    with pytest.raises(FeatureError, match="but lacks rsi and has unknown RSI"):
        fitted.predict_proba(X.rename(columns={"rsi": "RSI"}))
    with pytest.raises(FeatureError, match="another order: column 0 must be rsi, got hour"):
        fitted.predict(X[X.columns[::-1]])
    with pytest.raises(FeatureError, match="`X` must have 4 features, got 3"):
        fitted.predict(X.to_numpy()[:, :3])
    assert issubclass(FeatureError, ArtifactError | ValueError)
    np.testing.assert_array_equal(fitted.predict(X.to_numpy()), fitted.predict(X))


def test_a_sampler_that_fails_is_reported_and_the_fit_goes_on(table):
    X, y, weight = table
    with pytest.warns(
        RuntimeWarning, match="Failing failed, the fit goes on without it: .* too few neighbours"
    ):
        fitted = pipeline(sampler=Failing()).fit(X, y, weight)
    assert re.fullmatch(
        r"Failing\.fit_resample \(.*, line \d+\) raised ValueError: too few neighbours", fitted.sampler_error_
    )
    whole = pipeline().fit(X, y, weight)
    assert whole.sampler_error_ is None
    np.testing.assert_array_equal(fitted.predict_proba(X), whole.predict_proba(X))


def test_a_sampler_must_say_where_rows_come_from_if_they_are_weighted(table):
    X, y, weight = table
    y[:150] = 0
    smote = SMOTE(random_state=0)
    assert pipeline(sampler=smote).fit(X, y).score(X, y) > 0.5
    with pytest.raises(ModelError, match="SMOTE does not say where its rows come from"):
        pipeline(sampler=smote).fit(X, y, weight)


def test_weights_that_a_model_cannot_use_are_refused(table):
    X, y, weight = table
    assert pipeline(KNeighborsClassifier()).fit(X, y).score(X, y) > 0.6
    with pytest.raises(
        ModelError, match="KNeighborsClassifier takes no sample weights: set sample_weight=none"
    ):
        pipeline(KNeighborsClassifier()).fit(X, y, weight)
    with pytest.raises(ValueError, match="zero"):
        pipeline().fit(X, y, np.zeros(N))
    with pytest.raises(ValueError, match="Negative values"):
        pipeline().fit(X, y, -weight)


def test_it_is_a_scikit_learn_estimator(table):
    X, y, _ = table
    model = pipeline(LogisticRegression(), preprocess=MinMaxScaler())
    assert cross_val_score(model, X, y, cv=3).min() > 0.6
    fitted = clone(model).fit(X, y)
    assert fitted.preprocess_.transform(X.to_numpy()).max() == pytest.approx(1.0)
    assert fitted.classes_.tolist() == [0, 1]
    assert fitted.get_params()["estimator__C"] == 1.0
    assert is_classifier(fitted)
    assert is_regressor(pipeline(Logistic(task="regression")))
    assert not hasattr(pipeline(Logistic(task="regression")), "predict_proba")
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_a_second_fit_forgets_the_first(table):
    X, y, _ = table
    model = pipeline(RandomForestClassifier(5, random_state=0)).fit(X, y).fit(X.to_numpy()[:, :2], y)
    assert not hasattr(model, "feature_names_in_")
    assert model.predict(X.to_numpy()[:, :2]).shape == (N,)
