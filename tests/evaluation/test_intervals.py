"""Intervals stand around the metrics they belong to, and cover what they should."""

import math

import numpy as np
import pandas as pd
import pytest

from smc import metrics
from smc.evaluation.intervals import Intervals
from smc.evaluation.tables import metric_table, skill


@pytest.mark.parametrize("classes", [(0, 1), (-1, 0, 1), ()])
def test_estimates_are_the_metrics_themselves(make_predictions, classes):
    predictions, prior = make_predictions(classes=classes)
    names = np.array(classes, dtype=np.int64)
    rows, beside = (table[table["part"] == "val"] for table in (predictions, prior))
    table, other = metric_table(rows, names), metric_table(beside, names)
    table |= skill(table, other)
    intervals = Intervals().of_events(rows, beside, names)
    expected = (
        {"accuracy", "balanced_accuracy", "log_loss", "log_loss_skill"}
        if classes
        else {"mae", "r2", "mse_skill"}
    )
    assert {*intervals} == expected
    for name, interval in intervals.items():
        assert interval["estimate"] == pytest.approx(table[name])
        assert interval["low"] <= interval["estimate"] <= interval["high"]


def test_estimates_of_returns_are_the_metrics_themselves():
    net = np.random.default_rng(0).normal(0.001, 0.01, 500)
    intervals = Intervals().of_returns(net, 252)
    assert intervals["sharpe"]["estimate"] == pytest.approx(metrics.sharpe(net, 252))
    assert intervals["mean_return"]["estimate"] == pytest.approx(net.mean())
    assert intervals["sharpe"]["low"] < intervals["sharpe"]["estimate"] < intervals["sharpe"]["high"]


@pytest.mark.parametrize("net", [np.zeros(50), np.full(50, 0.001)])
def test_constant_returns_have_no_sharpe_interval(net):
    assert {*Intervals().of_returns(net, 252)} == {"mean_return"}


def test_one_true_class_has_no_balanced_accuracy(make_predictions):
    predictions, prior = make_predictions()
    ones = predictions["label"] == 1
    intervals = Intervals().of_events(predictions[ones], prior[ones], np.array([0, 1]))
    assert "balanced_accuracy" not in intervals
    assert intervals["accuracy"]["low"] < intervals["accuracy"]["high"]


@pytest.mark.parametrize("n", [1, 2, 9])
def test_few_events_give_no_exception(make_predictions, n):
    predictions, prior = make_predictions()
    intervals = Intervals().of_events(predictions[:n], prior[:n], np.array([0, 1]))
    assert all(interval["low"] <= interval["high"] for interval in intervals.values())
    assert ("log_loss" in intervals) == (n > 1)


def test_longer_labels_widen_the_interval(make_predictions):
    """Every label overlaps its neighbours: hits that come in runs of 10 are fewer than they look."""
    predictions, prior = make_predictions()
    rows, beside = (table[table["part"] == "out_of_fold"].copy() for table in (predictions, prior))
    hits = np.repeat(np.random.default_rng(1).integers(0, 2, 20), 10)
    rows["prediction"] = np.where(hits, rows["label"], 1 - rows["label"])
    width = []
    for length in (0, 7 * 10):
        rows["end"] = rows["start"] + length
        interval = Intervals().of_events(rows, beside, np.array([0, 1]))["accuracy"]
        width.append(interval["high"] - interval["low"])
    assert width[1] > 1.2 * width[0]


def test_confidence_and_resamples_matter(make_predictions):
    predictions, prior = make_predictions()
    arguments = predictions, prior, np.array([0, 1])
    wide, narrow = (Intervals(confidence=level).of_events(*arguments)["accuracy"] for level in (0.99, 0.8))
    assert wide["low"] < narrow["low"]
    assert narrow["high"] < wide["high"]
    assert Intervals(n_bootstrap=200).of_events(*arguments) != Intervals().of_events(*arguments)
    assert Intervals(seed=1).of_events(*arguments) != Intervals().of_events(*arguments)
    assert Intervals().of_events(*arguments) == Intervals().of_events(*arguments)


def simulated_hits(n: int, horizon: int, rng: np.random.Generator) -> pd.DataFrame:
    """Events every bar with labels of `horizon` bars, and a sticky forecast that knows nothing of them."""
    kernel = np.ones(horizon)
    truth, guess = (np.convolve(rng.normal(size=n + horizon), kernel, "valid")[:n] > 0 for _ in range(2))
    start = np.arange(n) + 1
    told = np.where(guess, 0.6, 0.4)
    columns = {
        "start": start,
        "end": start + horizon - 1,
        "label": truth.astype(int),
        "prediction": guess.astype(int),
    }
    return pd.DataFrame(columns | {"p_0": 1 - told, "p_1": told})


def test_event_intervals_cover_the_truth():
    """Accuracy, balanced accuracy, log-loss and skill of overlapping labels: known for a forecast without skill."""
    rng, classes, covered = np.random.default_rng(5), np.array([0, 1]), []
    loss = -(math.log(0.6) + math.log(0.4)) / 2
    truth = {
        "accuracy": 0.5,
        "balanced_accuracy": 0.5,
        "log_loss": loss,
        "log_loss_skill": 1 - loss / math.log(2),
    }
    for seed in range(500):
        rows = simulated_hits(400, 10, rng)
        prior = rows.assign(p_0=0.5, p_1=0.5)
        found = Intervals(n_bootstrap=400, seed=seed).of_events(rows, prior, classes)
        covered.append([found[name]["low"] <= value <= found[name]["high"] for name, value in truth.items()])
    share = dict(zip(truth, np.mean(covered, axis=0), strict=True))
    assert all(0.90 <= value <= 0.98 for value in share.values()), share


def test_return_intervals_cover_the_truth():
    """Sharpe ratio and mean of fat-tailed returns with clustered volatility."""
    rng, covered = np.random.default_rng(6), []
    mean_volatility = 0.01 * math.exp(-0.125)  # of a log-normal with mean square 0.01 ** 2
    mean = 0.05 * mean_volatility
    sharpe = mean / math.sqrt(0.01**2 * (1 + 0.05**2) - mean**2) * math.sqrt(252)
    for seed in range(500):
        volatility = 0.01 * np.exp(0.5 * np.repeat(rng.normal(size=40), 20) - 0.25)
        net = volatility * (rng.standard_t(6, 800) / math.sqrt(1.5) + 0.05)
        found = Intervals(n_bootstrap=400, seed=seed).of_returns(net, 252)
        pairs = (("sharpe", sharpe), ("mean_return", mean))
        covered.append([found[name]["low"] <= value <= found[name]["high"] for name, value in pairs])
    share = np.mean(covered, axis=0)
    assert np.all((share >= 0.90) & (share <= 0.98)), share
