"""Splits within an estimator of a library: purged by the spans of the rows of its own fit."""

from typing import ClassVar

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, StackingClassifier
from sklearn.feature_selection import RFECV, SelectorMixin, SequentialFeatureSelector
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import FunctionTransformer

from smc import artifact
from smc.aug.none import NoAugmentation
from smc.calibrate.sigmoid import Sigmoid
from smc.cv.purged_kfold import PurgedKFold
from smc.errors import LeakageError, SplitError
from smc.model.averaging import Averaging
from smc.pipeline import FoldPipeline, estimate
from smc.pipeline.hold_back import split_off_last
from smc.pipeline.purged_splits import PurgedSplits

N, HORIZON = 160, 8
SPANS = np.column_stack([2 * np.arange(N), 2 * np.arange(N) + HORIZON])
CORE, TAIL = split_off_last(SPANS, 0.15)
WEIGHTS = np.where(np.arange(N) % 4 == 0, 20.0, 0.01)


@pytest.fixture
def table():
    """Rows whose first column is their position, and labels that the second tells something of."""
    rng = np.random.default_rng(0)
    X = np.column_stack([np.arange(N), rng.normal(size=(N, 3))])
    return X, (X[:, 1] + rng.normal(size=N) > 0).astype(int)


def pipeline(estimator, **steps):
    given = {"sampler": NoAugmentation(), "preprocess": FunctionTransformer(), **steps}
    return FoldPipeline(estimator=estimator, **given)


class Watched(ClassifierMixin, BaseEstimator):
    """A model that keeps the rows of each of its fits, and those that it is asked about before the next."""

    fits: ClassVar[list] = []

    def __init__(self, scale=1.0):
        self.scale = scale

    def fit(self, X, y, sample_weight=None):
        self.fits.append((X[:, 0].astype(int), []))
        self.classes_, self.coef_ = np.unique(y), np.arange(X.shape[1], dtype=float)[None]
        return self

    def predict_proba(self, X):
        self.fits[-1][1].append(X[:, 0].astype(int))
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.fixture
def watched():
    Watched.fits.clear()
    return Watched()


CV = PurgedKFold(4)


def purged(rows):
    """Return what is held back for each set of rows that a split of these rows is fitted on."""
    splits = CV.split(rows, groups=SPANS[rows])
    return {tuple(rows[train]): tuple(rows[test]) for train, test in splits}


SPLIT_MODELS = [
    lambda inner: CalibratedClassifierCV(inner, cv=CV),
    lambda inner: CalibratedClassifierCV(inner, cv=CV, ensemble=False),
    lambda inner: GridSearchCV(inner, {"scale": [1.0, 2.0]}, cv=CV),
    lambda inner: StackingClassifier([("a", inner)], LogisticRegression(), cv=CV),
    lambda inner: Averaging({"a": CalibratedClassifierCV(inner, cv=CV)}),
]


@pytest.mark.parametrize("make", SPLIT_MODELS)
@pytest.mark.parametrize("calibrator", [None, Sigmoid()])
def test_no_row_that_is_fitted_on_overlaps_one_that_is_held_back_for_it(
    table, watched, make, calibrator
) -> None:
    X, y = table
    rows = pipeline(make(watched), calibrator=calibrator).fit(X, y, spans=SPANS).fitted_rows_
    splits = purged(rows)
    assert {tuple(train) for train, _ in Watched.fits} <= {*splits, tuple(rows)}
    asked = {(tuple(train), tuple(some)) for train, questions in Watched.fits for some in questions}
    assert asked >= splits.items()


@pytest.mark.parametrize(
    "make",
    [
        lambda inner: RFECV(inner, cv=CV),
        lambda inner: SequentialFeatureSelector(inner, n_features_to_select=3, cv=CV),
    ],
)
def test_a_selector_of_a_library_is_given_purged_splits(table, watched, make) -> None:
    X = np.repeat(np.arange(N)[:, None], 4, axis=1)
    model = pipeline(LogisticRegression(), selector=make(watched)).fit(X, table[1], spans=SPANS)
    splits = purged(np.arange(N))
    trains = {tuple(train) for train, _ in Watched.fits}
    assert splits.keys() <= trains <= {*splits, tuple(range(N))}
    assert isinstance(model.selector_.cv, PurgedKFold)


class Told(SelectorMixin, BaseEstimator):
    """A selector that keeps what it was told of the rows, and every column."""

    def fit(self, X, y, sample_weight=None, spans=None):
        self.told_, self.n_features_in_ = (sample_weight, spans), X.shape[1]
        return self

    def _get_support_mask(self):
        return np.ones(self.n_features_in_, dtype=bool)


def test_a_selector_is_told_the_weights_and_the_spans_of_the_rows(table) -> None:
    X, y = table
    model = pipeline(LogisticRegression(), selector=Told()).fit(X, y, WEIGHTS, SPANS)
    for told, given in zip(model.selector_.told_, (WEIGHTS, SPANS), strict=True):
        np.testing.assert_array_equal(told, given)


def test_without_spans_nothing_is_split(table) -> None:
    X, y = table
    for model in (
        pipeline(LogisticRegressionCV(cv=CV)),
        pipeline(Watched(), selector=RFECV(Watched(), cv=CV)),
    ):
        with pytest.raises(SplitError, match="no label spans"):
            model.fit(X, y)


def test_the_splitter_stays_the_argument_and_the_model_is_saved(table, tmp_path) -> None:
    X, y = table
    estimators = [
        LogisticRegressionCV(
            cv=CV, Cs=3, l1_ratios=(0,), use_legacy_attributes=False, scoring="neg_log_loss"
        ),
        CalibratedClassifierCV(LogisticRegression(), cv=CV),
        StackingClassifier([("a", LogisticRegression())], LogisticRegression(), cv=CV),
        HistGradientBoostingClassifier(max_iter=5, early_stopping=True),
    ]
    for number, estimator in enumerate(estimators):
        model = pipeline(estimator).fit(X, y, spans=SPANS)
        if hasattr(estimator, "cv"):
            assert isinstance(model.estimator_.cv, PurgedKFold)
        artifact.save(model, tmp_path / str(number))
        loaded = artifact.load(tmp_path / str(number))
        np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))


def test_splits_of_a_fit_are_given_for_its_rows_alone() -> None:
    splits = PurgedSplits(CV, SPANS)
    assert splits.get_n_splits() == 4
    for ours, plain in zip(splits.split(SPANS), CV.split(SPANS, groups=SPANS), strict=True):
        np.testing.assert_array_equal(np.concatenate(ours), np.concatenate(plain))
    with pytest.raises(LeakageError, match="159 rows are to be split, but label spans are known of 160"):
        splits.split(SPANS[1:])


class Doubler(BaseEstimator):
    def fit_resample(self, X, y):
        self.origin_ = np.tile(np.arange(len(X)), 2)
        return X[self.origin_], y[self.origin_]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ({"estimator": MLPClassifier(early_stopping=True)}, r"^model\.early_stopping: "),
        ({"estimator": Watched(), "selector": RFECV(Watched())}, r"^feature_selection\.cv: "),
        ({"estimator": LogisticRegressionCV(cv=CV), "sampler": Doubler()}, r"^aug: made-up rows"),
        ({"estimator": Watched(), "calibrator": CalibratedClassifierCV()}, r"^calibrate\.cv: "),
        ({"estimator": Watched(), "sampler": GridSearchCV(Watched(), {}, cv=CV)}, r"^aug\.cv: "),
    ],
)
def test_a_fit_refuses_what_a_configuration_may_not_hold(table, steps, said) -> None:
    with pytest.raises(LeakageError, match=said):
        pipeline(**steps).fit(*table, spans=SPANS)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("cls", [HistGradientBoostingClassifier, HistGradientBoostingRegressor])
def test_boosted_trees_of_scikit_learn_stop_by_the_purged_tail(table, cls, weights) -> None:
    X, y = table
    y = y if cls is HistGradientBoostingClassifier else y + 0.1 * X[:, 2]
    trees = cls(max_iter=40, early_stopping=True, n_iter_no_change=3, min_samples_leaf=5)
    model = pipeline(trees).fit(X, y, weights, SPANS)
    core = None if weights is None else weights[CORE] / weights[CORE].mean()
    tail = np.ones(len(TAIL)) if weights is None else weights[TAIL]
    by_hand = cls(**trees.get_params()).fit(
        X[CORE], y[CORE], core, X_val=X[TAIL], y_val=y[TAIL], sample_weight_val=tail
    )
    np.testing.assert_allclose(model.predict(X), by_hand.predict(X), rtol=1e-12)
    np.testing.assert_array_equal(model.fitted_rows_, CORE)
    assert model.n_rounds_ == by_hand.n_iter_ < 40
    refit = model.for_refit(2 * len(CORE)).estimator
    assert (refit.max_iter, refit.early_stopping) == (2 * by_hand.n_iter_, False)
    refitted = model.for_refit(N).fit(X, y, weights, SPANS)
    assert len(refitted.fitted_rows_) == N
    assert refitted.estimator_.n_iter_ == round(by_hand.n_iter_ * N / len(CORE))


@pytest.mark.parametrize("is_many", [True, False])
def test_auto_is_decided_by_the_rows_of_the_fit(table, monkeypatch, is_many) -> None:
    monkeypatch.setattr(estimate, "AUTO_ROWS", N - is_many)
    X, y = table
    model = pipeline(HistGradientBoostingClassifier(max_iter=4)).fit(X, y, spans=SPANS)
    assert model.estimator_.early_stopping is is_many
    assert len(model.fitted_rows_) == (len(CORE) if is_many else N)
    monkeypatch.setattr(estimate, "AUTO_ROWS", 0)
    refit = model.for_refit(len(CORE)).estimator
    assert (refit.early_stopping, refit.max_iter) == (False, 4)


def test_a_class_that_only_the_tail_holds_is_not_watched(table) -> None:
    X, y = table
    y = y.copy()
    y[TAIL[::3]] = 2
    model = pipeline(HistGradientBoostingClassifier(max_iter=4, early_stopping=True)).fit(X, y, spans=SPANS)
    assert model.classes_.tolist() == [0, 1]


def test_early_stopping_by_the_rows_that_are_fitted_on_holds_nothing_back(table) -> None:
    X, y = table
    trees = HistGradientBoostingClassifier(max_iter=4, early_stopping=True, validation_fraction=None)
    model = pipeline(trees).fit(X, y)
    assert len(model.fitted_rows_) == N
