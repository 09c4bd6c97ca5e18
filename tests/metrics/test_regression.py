"""Metrics of values against scikit-learn, and where they are undefined."""

import math

import numpy as np
import pytest
import sklearn.metrics as sk

from smc import metrics

PEERS = {
    "r2": sk.r2_score,
    "mae": sk.mean_absolute_error,
    "mse": sk.mean_squared_error,
    "rmse": sk.root_mean_squared_error,
    "mape": sk.mean_absolute_percentage_error,
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", PEERS)
def test_equals_scikit_learn(name, weighted):
    rng = np.random.default_rng(3)
    truth, guess = rng.normal(size=100), rng.normal(size=100)
    weight = rng.exponential(size=100) if weighted else None
    expected = PEERS[name](truth, guess, sample_weight=weight)
    assert getattr(metrics, name)(truth, guess, sample_weight=weight) == pytest.approx(expected)


def test_zero_targets_do_not_enter_the_relative_error():
    assert metrics.mape([0.0, 1.0, -2.0], [5.0, 1.5, -1.0], sample_weight=[9.0, 1.0, 3.0]) == 0.5
    assert math.isnan(metrics.mape([0.0, 0.0], [1.0, 2.0]))


@pytest.mark.parametrize("truth", [[], [1.0], [2.0, 2.0, 2.0], [0.1, 0.1, 0.1]])
def test_r2_of_a_target_without_spread_is_undefined(truth):
    assert math.isnan(metrics.r2(truth, np.ones(len(truth))))


@pytest.mark.parametrize("name", PEERS)
def test_no_events_is_undefined(name):
    assert math.isnan(getattr(metrics, name)(np.empty(0), np.empty(0)))


def test_mean_of_the_sample_explains_nothing():
    truth = np.random.default_rng(0).normal(size=50)
    assert metrics.r2(truth, np.full(50, truth.mean())) == pytest.approx(0.0, abs=1e-12)
