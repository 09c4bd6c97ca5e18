"""Metrics of probabilities against scikit-learn, and where they are undefined."""

import math

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import mannwhitneyu

from smc import metrics

CASES = [
    (n_classes, seed, weighted) for n_classes in (2, 3, 5) for seed in range(4) for weighted in (False, True)
]


def draw(n_classes: int, seed: int, weighted: bool, n: int = 200):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_classes, n)
    logits = rng.normal(size=(n, n_classes)).round(1) + (truth[:, None] == np.arange(n_classes))
    matrix = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return truth, matrix, rng.exponential(size=n) if weighted else None


@pytest.mark.parametrize(("n_classes", "seed", "weighted"), CASES)
def test_equals_scikit_learn(n_classes, seed, weighted):
    truth, matrix, weight = draw(n_classes, seed, weighted)
    score = matrix[:, 1] if n_classes == 2 else matrix
    if n_classes == 2:
        area = sk.roc_auc_score(truth, score, sample_weight=weight)
    else:  # scikit-learn's macro one-vs-rest refuses weights: average its binary areas
        area = np.mean(
            [sk.roc_auc_score(truth == k, matrix[:, k], sample_weight=weight) for k in range(n_classes)]
        )
    assert metrics.auc(truth, score, sample_weight=weight) == pytest.approx(area, abs=1e-12)
    assert metrics.log_loss(truth, score, sample_weight=weight) == pytest.approx(
        sk.log_loss(truth, matrix, sample_weight=weight), abs=1e-12
    )
    assert metrics.brier(truth, score, sample_weight=weight) == pytest.approx(
        sk.brier_score_loss(truth, score, sample_weight=weight), abs=1e-12
    )


@pytest.mark.parametrize("seed", range(4))
def test_multiclass_area_equals_scikit_learn_one_vs_rest(seed):
    truth, matrix, _ = draw(3, seed, False)
    assert metrics.auc(truth, matrix) == pytest.approx(sk.roc_auc_score(truth, matrix, multi_class="ovr"))


def test_area_equals_the_mann_whitney_statistic():
    truth, matrix, _ = draw(2, 9, False)
    score = matrix[:, 1]
    wins = mannwhitneyu(score[truth == 1], score[truth == 0]).statistic
    assert metrics.auc(truth, score) == pytest.approx(wins / (np.sum(truth == 1) * np.sum(truth == 0)))


def test_ties_count_half():
    assert metrics.auc([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5]) == 0.5
    assert metrics.auc([0, 1, 1], [0.5, 0.5, 0.9]) == 0.75


def test_one_class_alone_has_no_area():
    assert math.isnan(metrics.auc([1, 1], [0.2, 0.3]))
    assert math.isnan(metrics.auc([0, 0], np.eye(3)[[0, 1]], classes=[0, 1, 2]))
    assert math.isnan(metrics.auc(np.empty(0, int), np.empty(0)))


def test_an_absent_class_is_left_out_of_the_macro_area():
    matrix = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1], [0.3, 0.6, 0.1]])
    assert metrics.auc([0, 1, 0, 1], matrix, classes=[0, 1, 2]) == 1.0


def test_a_certain_miss_costs_a_finite_loss():
    assert metrics.log_loss([1], [0.0], classes=[0, 1]) == pytest.approx(-math.log(np.finfo(float).eps))
    assert metrics.log_loss([1], [1.0], classes=[0, 1]) == 0.0


def test_event_losses_average_to_the_loss():
    truth, matrix, weight = draw(3, 1, True)
    losses = metrics.event_log_loss(truth, matrix)
    assert np.average(losses, weights=weight) == pytest.approx(
        metrics.log_loss(truth, matrix, sample_weight=weight)
    )


def test_wrong_number_of_columns_is_named():
    with pytest.raises(ValueError, match="one column a class, got 2 columns and 3 classes"):
        metrics.log_loss([0, 1, 2], np.full((3, 2), 0.5))


@given(hnp.arrays(np.float64, 40, elements=st.floats(0.01, 0.99)), st.integers(0, 2**31 - 1))
def test_area_sees_ranks_only_and_flips_with_the_score(score, seed):
    truth = np.random.default_rng(seed).permutation(np.arange(40) % 2)
    score = score.round(3)
    area = metrics.auc(truth, score)
    assert 0 <= area <= 1
    assert metrics.auc(truth, score**3 + 2) == pytest.approx(area)
    assert metrics.auc(truth, -score) == pytest.approx(1 - area)


@given(st.floats(0.05, 0.95), st.floats(0.01, 0.99))
def test_scores_are_proper(truth, told):
    """No probability beats the true one in expectation."""
    pair, weight = [1, 0], [truth, 1 - truth]
    for score in (metrics.log_loss, metrics.brier):
        honest = score(pair, [truth, truth], classes=[0, 1], sample_weight=weight)
        assert honest <= score(pair, [told, told], classes=[0, 1], sample_weight=weight) + 1e-12


def test_reliability_of_honest_probabilities_lies_on_the_diagonal():
    rng = np.random.default_rng(0)
    probability = rng.beta(2, 2, 50_000)
    curve = metrics.reliability_curve(rng.random(50_000) < probability, probability)
    assert curve["count"].tolist() == [5000] * 10
    np.testing.assert_allclose(curve["predicted"], curve["observed"], atol=0.03)
    assert np.average(curve["predicted"], weights=curve["count"]) == pytest.approx(probability.mean())


def test_reliability_keeps_equal_probabilities_together():
    curve = metrics.reliability_curve([0, 1, 1, 0, 1], [0.3, 0.3, 0.3, 0.3, 0.6], n_bins=5)
    np.testing.assert_allclose(curve["predicted"], [0.3, 0.6])
    assert curve["observed"].tolist() == [0.5, 1.0]
    assert curve["count"].tolist() == [4, 1]


@pytest.mark.parametrize("n", [0, 1, 3])
def test_reliability_of_few_events(n):
    curve = metrics.reliability_curve(np.ones(n), np.linspace(0.1, 0.3, n), n_bins=10)
    assert curve["count"].sum() == n
