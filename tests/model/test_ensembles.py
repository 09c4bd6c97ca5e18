"""Ensembles by hand: votes, weights, what is learned from which rows."""

from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold

from smc.aug.none import NoAugmentation
from smc.cv.expanding import Expanding
from smc.cv.holdout import Holdout
from smc.cv.purged_kfold import PurgedKFold
from smc.errors import ModelError
from smc.model import fold_rows
from smc.model.averaging import Averaging
from smc.model.baseline import Baseline
from smc.model.blending import Blending
from smc.model.dynamic import Dynamic
from smc.model.logistic import Logistic
from smc.model.member_arithmetic import pseudo_bma_weights
from smc.model.mixture import Mixture
from smc.model.pool import Pool
from smc.model.random_forest import RandomForest
from smc.model.regime import Regime, _leader
from smc.model.stacking import Stacking
from smc.model.voting import Voting
from smc.pipeline import FoldPipeline, fold_pipeline


class Says(ClassifierMixin, BaseEstimator):
    """Give the same probabilities to every row."""

    def __init__(self, *odds):
        self.odds = odds

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.tile(np.array(self.odds), (len(X), 1))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def get_params(self, deep=True):
        return {}

    def __sklearn_clone__(self):
        return Says(*self.odds)


class Number(RegressorMixin, BaseEstimator):
    """Give the same number to every row."""

    def __init__(self, number=0.0):
        self.number = number

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.full(len(X), self.number)


X4, Y4 = np.zeros((4, 1)), np.array([0, 1, 0, 1])
SPANS4 = np.column_stack([np.arange(4), np.arange(4)])
THREE = {"a": Says(0.4, 0.6), "b": Says(0.45, 0.55), "c": Says(0.99, 0.01)}


def test_a_soft_vote_is_the_mean_and_a_hard_one_the_share_of_votes_with_one_more_spread_evenly():
    soft = Voting(THREE, None, weights="equal").fit(X4, Y4)
    np.testing.assert_allclose(soft.predict_proba(X4[:1]), [[1.84 / 3, 1.16 / 3]])
    assert soft.predict(X4[:1]) == [0]
    hard = Voting(THREE, None, voting="hard", weights="equal").fit(X4, Y4)
    np.testing.assert_allclose(hard.predict_proba(X4[:1]), [[1.5 / 4, 2.5 / 4]])
    assert hard.predict(X4[:1]) == [1]


def test_the_median_of_probabilities_sums_to_one():
    said = Averaging(THREE, average="median").fit(X4, Y4).predict_proba(X4[:1])
    np.testing.assert_allclose(said, [[0.45, 0.55]])
    sure = {"a": Says(1.0, 0.0, 0.0), "b": Says(0.0, 1.0, 0.0), "c": Says(0.0, 0.0, 1.0)}
    said = Averaging(sure, average="median").fit(X4, np.array([0, 1, 2, 1])).predict_proba(X4[:1])
    np.testing.assert_allclose(said, np.full((1, 3), 1 / 3))


def test_a_hard_vote_on_numbers_is_their_weighted_median():
    members = {"a": Number(1.0), "b": Number(2.0), "c": Number(50.0)}
    votes = Voting(members, None, voting="hard", weights="equal").fit(X4, Y4 + 0.5)
    assert votes.predict(X4[:1]) == [2.0]
    votes.weights_ = np.array([0.1, 0.3, 0.6])
    assert votes.predict(X4[:1]) == [50.0]


def test_weights_by_performance_are_the_mean_share_of_the_likelihood_over_redrawn_rows_held_out():
    votes = Voting(THREE, Holdout(0.5)).fit(X4, Y4, np.array([1.0, 1.0, 1.0, 3.0]), spans=SPANS4)
    low, high = np.array([0.4, 0.45, 0.99]), np.array([0.6, 0.55, 0.01])
    gains = np.log([low, high]) * [[1.0], [3.0]]  # rows 2 and 3: labels 0 and 1, weights 1 and 3
    share = stats.dirichlet([1, 1]).rvs(100_000, random_state=5) * 2
    likelihood = np.exp(share @ gains)
    expected = (likelihood / likelihood.sum(axis=1, keepdims=True)).mean(axis=0)
    np.testing.assert_allclose(votes.weights_, expected, atol=0.02)


def test_numbers_are_weighed_by_a_normal_law_of_their_errors():
    members = {"near": Number(1.1), "far": Number(3.0), "as far": Number(-1.0)}
    spans = np.column_stack([np.arange(40), np.arange(40)])
    votes = Voting(members, Holdout(0.5)).fit(np.zeros((40, 1)), np.linspace(0.9, 1.1, 40), spans=spans)
    assert votes.weights_[0] > 0.98
    slight = {"near": Number(1.001), "a little less": Number(0.999)}
    votes = Voting(slight, Holdout(0.5)).fit(np.zeros((40, 1)), np.tile([0.9, 1.1], 20), spans=spans)
    np.testing.assert_allclose(votes.weights_, [0.5, 0.5], atol=0.05)


@pytest.mark.parametrize("n", [1, 10, 400])
def test_members_alike_have_the_same_say_and_rows_without_weight_none(n):
    gains = np.repeat(np.random.default_rng(0).normal(size=(n, 1)), 3, axis=1)
    np.testing.assert_allclose(pseudo_bma_weights(gains), np.full(3, 1 / 3))
    np.testing.assert_allclose(pseudo_bma_weights(np.zeros((n, 2))), [0.5, 0.5])


def test_a_lead_that_hangs_on_few_rows_counts_less_than_one_of_all_rows():
    few, all_rows = np.zeros((100, 2)), np.zeros((100, 2))
    few[:2, 0], all_rows[:, 0] = 2.0, 0.04  # the same sum
    assert 0.5 < pseudo_bma_weights(few)[0] < pseudo_bma_weights(all_rows)[0]


def test_the_noise_of_many_rows_does_not_choose_a_member():
    leads = [
        pseudo_bma_weights(np.random.default_rng(seed).normal(size=(300, 2))).max() for seed in range(40)
    ]
    taken_at_its_word = [
        softmax(np.random.default_rng(seed).normal(size=(300, 2)).sum(axis=0)).max() for seed in range(40)
    ]
    assert np.mean(taken_at_its_word) > 0.95 > 0.9 > np.mean(leads)


def rows(n=300, *, seed=0, horizon=4, edge=1.0):
    """Rows two of whose columns matter, with labels that overlap."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 5)), columns=["a", "b", "c", "rvol20", "ema50_slope_atr"])
    y = (edge * (X["a"] + X["b"]).to_numpy() + rng.logistic(size=n) > 0).astype(int)
    return X, y, np.column_stack([np.arange(1, n + 1), np.arange(1, n + 1) + horizon])


def pipeline(estimator):
    return FoldPipeline(estimator=estimator, sampler=NoAugmentation())


MEMBERS = {"logistic": Logistic(), "forest": RandomForest(n_estimators=10, min_samples_leaf=10)}


def test_what_stacking_learns_from_is_what_fits_by_hand_on_purged_folds_answer():
    X, y, spans = rows()
    weight = np.linspace(0.2, 1.0, len(y))
    model = pipeline(Stacking(MEMBERS, PurgedKFold(4), Pool())).fit(X, y, weight, spans)
    odds = np.empty((len(y), 2))
    for train, test in PurgedKFold(4).split(X, y, spans):
        for place, member in enumerate(MEMBERS.values()):
            one = pipeline(member).fit(X.iloc[train], y[train], weight[train], spans[train])
            odds[test, place] = np.log(one.predict_proba(X.iloc[test]) @ [[-1, 0], [0, 1]] * [-1, 1]) @ [
                -1,
                1,
            ]
    by_hand = Pool().fit(odds, y, sample_weight=weight)
    np.testing.assert_allclose(model.estimator_.meta_.coef_, by_hand.coef_, rtol=1e-9)
    said = log_loss(y, 1 / (1 + np.exp(-odds[:, 0])), sample_weight=weight)
    assert model.estimator_.losses_[0] == pytest.approx(said)


def test_blending_keeps_members_as_they_were_tested_or_fits_them_again():
    X, y, spans = rows()
    (train, test), *_ = Holdout(0.25).split(X, y, spans)
    kept, again = (
        pipeline(Blending(MEMBERS, Holdout(0.25), Pool(), refit=refit)).fit(X, y, spans=spans)
        for refit in (False, True)
    )
    np.testing.assert_array_equal(kept.fitted_rows_, train)
    np.testing.assert_array_equal(again.fitted_rows_, np.arange(len(y)))
    np.testing.assert_array_equal(kept.estimator_.meta_.coef_, again.estimator_.meta_.coef_)
    alone = pipeline(Logistic()).fit(X.iloc[train], y[train], spans=spans[train])
    np.testing.assert_array_equal(
        kept.estimator_.members_["logistic"].predict_proba(X), alone.predict_proba(X)
    )
    altered = y.copy()
    altered[test] = 1 - altered[test]
    other = pipeline(Blending(MEMBERS, Holdout(0.25), Pool(), refit=False)).fit(X, altered, spans=spans)
    assert not np.array_equal(other.estimator_.meta_.coef_, kept.estimator_.meta_.coef_)


@pytest.mark.parametrize("kind", ["binary", "three", "numbers"])
def test_a_pool_held_tightly_is_the_average_and_a_free_one_the_likeliest(kind):
    rng = np.random.default_rng(1)
    odds = rng.normal(size=(4000, 2 if kind == "three" else 1))
    X = np.column_stack([odds, odds + rng.normal(size=odds.shape)])
    if kind == "numbers":
        y = odds[:, 0] + rng.normal(size=4000)
    else:
        scores = np.column_stack([np.zeros(4000), odds]) + rng.gumbel(size=(4000, odds.shape[1] + 1))
        y = scores.argmax(axis=1)
    tight, free = (Pool(spread=spread).fit(X, y) for spread in (1e-5, 1e3))
    np.testing.assert_allclose(tight.coef_, 0.5, atol=1e-4)
    np.testing.assert_allclose(tight.intercept_, 0.0, atol=1e-4)
    np.testing.assert_allclose(free.coef_, [1.0, 0.0], atol=0.1)
    assert (free.coef_ >= 0).all()
    if kind == "binary":
        likeliest = LogisticRegression(C=np.inf).fit(X, y)
        np.testing.assert_allclose(free.predict_proba(X), likeliest.predict_proba(X), atol=0.02)


class Unpurged(KFold):
    """Random folds that do not look at label spans."""

    def split(self, X, y=None, groups=None):
        return super().split(X, y)


def test_on_noise_inner_folds_that_are_not_purged_find_what_is_not_there():
    """The planted leak: labels of 20 bars overlap, features move slowly, and a forest learns them by heart."""
    lift = {"purged": [], "not purged": []}
    for seed in range(3):
        rng = np.random.default_rng(seed)
        X = np.cumsum(rng.normal(size=(400, 3)), axis=0)
        walk = np.cumsum(rng.normal(size=421))
        y = (walk[21:] > walk[1:-20]).astype(int)
        spans = np.column_stack([np.arange(1, 401), np.arange(20, 420)])
        share = y.mean()
        prior = log_loss(y, np.tile([1 - share, share], (400, 1)))
        for name, cv in {
            "purged": PurgedKFold(5),
            "not purged": Unpurged(5, shuffle=True, random_state=0),
        }.items():
            ensemble = Stacking({"forest": RandomForest(n_estimators=30)}, cv, Pool())
            with (
                patch.object(fold_rows, "check_no_overlap", lambda *_: None),
                patch.object(fold_pipeline, "check_inner_splits", lambda *_: None),
            ):
                fitted = pipeline(ensemble).fit(X, y, spans=spans).estimator_
            lift[name].append(1 - fitted.losses_[0] / prior)
    assert max(lift["purged"]) < 0.02
    assert min(lift["not purged"]) > 0.1


def dynamic(n=120, half_life=20.0, seed=0):
    """An ensemble whose history is given: no fits."""
    rng = np.random.default_rng(seed)
    ensemble = Dynamic({"a": Baseline(), "b": Logistic()}, Expanding(), half_life=half_life)
    ensemble.ends_ = np.sort(rng.integers(0, 200, size=n))
    ensemble.gains_ = -rng.exponential(size=(n, 2))
    return ensemble


def test_weights_are_those_of_a_sum_over_the_labels_that_ended_before_the_event():
    ensemble, events = dynamic(), np.array([0, 3, 77, 150, 500])
    for event, found in zip(events, ensemble.weights_at(events), strict=True):
        known = ensemble.gains_[ensemble.ends_ < event]
        age = np.arange(len(known))[::-1]
        worth = np.exp((0.5 ** (age / 20.0))[:, None] * known).prod(axis=0)
        np.testing.assert_allclose(found, worth / worth.sum())
    np.testing.assert_array_equal(ensemble.weights_at()[0], ensemble.weights_at(np.array([500]))[0])


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 99), event=st.integers(0, 210), gain=st.floats(-5, 0))
def test_a_label_that_ends_at_the_event_or_later_has_no_say(seed, event, gain):
    ensemble = dynamic(seed=seed)
    before = ensemble.weights_at(np.array([event]))
    ensemble.gains_[ensemble.ends_ >= event] = gain
    np.testing.assert_array_equal(ensemble.weights_at(np.array([event])), before)


def test_later_labels_change_only_the_answers_to_later_rows():
    X, y, spans = rows(400)
    members = {"logistic": Logistic(), "baseline": Baseline()}
    model = pipeline(Dynamic(members, Expanding(3), half_life=10)).fit(
        X.iloc[:300], y[:300], spans=spans[:300]
    )
    before = model.predict_proba(X, spans)
    latest = model.predict_proba(X)
    np.testing.assert_array_equal(latest[310:], before[310:])
    assert not np.array_equal(latest[:290], before[:290])
    model.estimator_.update(X[310:350], y[310:350], spans[310:350])
    after = model.predict_proba(X, spans)
    changed = (after != before).any(axis=1)
    first_known = spans[310, 1]
    np.testing.assert_array_equal(changed[spans[:, 0] - 1 <= first_known], False)
    assert changed[spans[:, 0] - 1 > first_known].all()


def test_the_member_that_does_well_of_late_gets_the_weight():
    X, y, spans = rows(400, edge=4.0)
    y[:300] = 1 - y[:300]  # from there on, what the logistic regression has learned is wrong
    ensemble = Dynamic({"logistic": Logistic(), "baseline": Baseline()}, Expanding(8), half_life=15)
    weights = pipeline(ensemble).fit(X, y, spans=spans).estimator_.weights_at(np.array([200, 295, 340]))
    np.testing.assert_allclose(weights[:, 0], [0.5, 1.0, 0.0], atol=0.01)


def regimes(n=600, seed=0):
    """Calm: a linear rule; wild: the size of one feature. Which of them, volatility says."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 21)), columns=[f"x{place}" for place in range(21)])
    wild = np.cumsum(rng.random(n) < 1 / 40) % 2 == 1
    X["rvol20"] = np.exp(wild + 0.25 * rng.normal(size=n))
    X["ema50_slope_atr"] = rng.normal(size=n)
    linear = 0.7 * X.iloc[:, :20].to_numpy() @ np.resize([1.0, -1.0], 20)
    size = 3.0 * np.where(X["x20"].abs() > 0.67, 1.0, -1.0)
    y = (np.where(wild, size, linear) + rng.logistic(size=n) > 0).astype(int)
    return X, y, np.column_stack([np.arange(1, n + 1), np.arange(1, n + 1) + 3]), wild


TWO = {"logistic": Logistic(), "forest": RandomForest(n_estimators=100, max_depth=15, min_samples_leaf=5)}


def test_a_planted_switch_of_regimes_is_recovered_and_beats_either_member():
    X, y, spans, wild = regimes(1800)
    model = pipeline(Regime(TWO, PurgedKFold(5))).fit(X[:600], y[:600], spans=spans[:600])
    assert model.estimator_.chosen_ == ["logistic", "forest"]
    found = model.estimator_.regime_of(X)
    assert np.mean(found == wild) > 0.95
    loss = log_loss(y[610:], model.predict_proba(X[610:]))
    for member in model.estimator_.members_.values():
        assert loss < log_loss(y[610:], member.predict_proba(X[610:])) - 0.03


def test_the_default_member_answers_in_a_regime_of_few_events_and_where_nobody_leads():
    X, y, spans, _ = regimes()
    few = pipeline(Regime(TWO, PurgedKFold(5), min_events=590, default="logistic")).fit(X, y, spans=spans)
    assert few.estimator_.chosen_ == ["logistic", "logistic"]
    np.testing.assert_array_equal(few.predict_proba(X), few.estimator_.members_["logistic"].predict_proba(X))
    twins = {"a": Logistic(C=1.0), "b": Logistic(C=0.9)}
    even = pipeline(Regime(twins, PurgedKFold(5), default="b")).fit(X, rows(600, edge=0)[1], spans=spans)
    assert even.estimator_.chosen_ == ["b", "b"]
    best = pipeline(Regime(TWO, PurgedKFold(5))).fit(X, y, spans=spans).estimator_
    assert best.default_ == list(TWO)[int(best.losses_.argmin())]
    assert sum(best.n_events_) == 600


@pytest.mark.parametrize(("n_events", "weight", "leader"), [(16, 1.0, 0), (400, 1.0, 1), (400, 0.02, 0)])
def test_a_member_leads_if_its_lead_exceeds_one_standard_error(n_events, weight, leader):
    lead = np.zeros((n_events, 2))  # of the second member over the first: 0.1 in the mean, spread 1
    lead[:, 1] = 0.1 + np.resize([-1.0, 1.0], n_events)
    assert _leader(lead, np.full(n_events, weight), 0) == leader


def test_what_regimes_are_told_apart_by_must_be_there():
    X, y, spans, _ = regimes()
    with pytest.raises(ModelError, match=r"model\.columns: there is no feature atr, wind; name some"):
        pipeline(Regime(TWO, PurgedKFold(5), columns=["rvol20", "atr", "wind"])).fit(X, y, spans=spans)
    with pytest.raises(ValueError, match="`default` must be one of the members logistic, forest, got lstm"):
        Regime(TWO, PurgedKFold(5), default="lstm")


def test_labels_have_no_say_in_regimes():
    X, y, spans, _ = regimes()
    one, other = (pipeline(Regime(TWO, PurgedKFold(5))).fit(X, labels, spans=spans) for labels in (y, 1 - y))
    np.testing.assert_array_equal(one.estimator_.regime_of(X), other.estimator_.regime_of(X))


def test_a_mixture_takes_missing_and_extreme_values_and_comes_back_from_plain_data():
    rng = np.random.default_rng(0)
    data = np.column_stack([np.exp(rng.normal(size=300) + 4 * (np.arange(300) > 150)), rng.normal(size=300)])
    data[::10, 1] = np.nan
    mixture = Mixture.learn(data, 2, seed=0)
    odd = np.array([[1e-9, np.nan], [1e9, np.nan], [-5.0, 0.0], [np.nan, 0.0]])
    assert mixture.assign(odd)[:3].tolist() == [0, 1, 0]
    again = Mixture.from_plain(mixture.to_plain())
    np.testing.assert_array_equal(again.assign(data), mixture.assign(data))
    assert np.mean(mixture.assign(data) == (np.arange(300) > 150)) > 0.9
    with pytest.raises(ModelError, match="3 rows are too few for 2 regimes"):
        Mixture.learn(data[:3], 2, seed=0)
