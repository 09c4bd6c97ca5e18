"""Intervals stand around the metrics they belong to, and cover what they should."""

import math
import runpy
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smc import metrics
from smc.evaluation.intervals import Intervals
from smc.evaluation.tables import metric_table, skill

BENCH = Path(__file__).parents[1] / "bench" / "bench_coverage.py"


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


def account(net):
    """One account's returns as a table."""
    return pd.DataFrame({"account": 0, "time": np.arange(len(net)), "net": net})


def test_estimates_of_returns_are_the_metrics_themselves():
    net = np.random.default_rng(0).normal(0.001, 0.01, 500)
    intervals = Intervals().of_returns(account(net), 252)
    assert intervals["sharpe"]["estimate"] == pytest.approx(metrics.sharpe(net, 252))
    assert intervals["mean_return"]["estimate"] == pytest.approx(net.mean())
    assert intervals["sharpe"]["low"] < intervals["sharpe"]["estimate"] < intervals["sharpe"]["high"]


@pytest.mark.parametrize("net", [np.zeros(50), np.full(50, 0.001)])
def test_constant_returns_have_no_sharpe_interval(net):
    assert {*Intervals().of_returns(account(net), 252)} == {"mean_return"}


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


@pytest.mark.parametrize(
    ("n", "overlap", "share"), [(30, 0, 0.95), (10, 2, 0.75), (60, 5, 0.95), (200, 5, 0.75)]
)
def test_intervals_of_few_events_and_of_large_shares_cover_the_truth(n, overlap, share):
    """The least of the cells of tests/bench/bench_coverage.py, whose 2,000 draws are more exact."""
    bench = runpy.run_path(str(BENCH))
    draw = partial(bench["named"], overlap=overlap)
    table = bench["coverage"](
        lambda rng: draw(bench["runs"](n, overlap, share, rng), rng=rng),
        bench["named_truth"](share),
        np.array([0, 1]),
        n_draws=250,
        seed=[7],
    )
    assert {*table} == {"accuracy", "balanced_accuracy", "log_loss", "log_loss_skill"}
    assert all(held >= 0.91 for held, _, _ in table.values()), table


def test_return_intervals_cover_the_truth():
    """Sharpe ratio and mean of fat-tailed returns with clustered volatility."""
    rng, covered = np.random.default_rng(6), []
    mean_volatility = 0.01 * math.exp(-0.125)  # of a log-normal with mean square 0.01 ** 2
    mean = 0.05 * mean_volatility
    sharpe = mean / math.sqrt(0.01**2 * (1 + 0.05**2) - mean**2) * math.sqrt(252)
    for seed in range(500):
        volatility = 0.01 * np.exp(0.5 * np.repeat(rng.normal(size=40), 20) - 0.25)
        net = volatility * (rng.standard_t(6, 800) / math.sqrt(1.5) + 0.05)
        found = Intervals(n_bootstrap=400, seed=seed).of_returns(account(net), 252)
        pairs = (("sharpe", sharpe), ("mean_return", mean))
        covered.append([found[name]["low"] <= value <= found[name]["high"] for name, value in pairs])
    share = np.mean(covered, axis=0)
    assert np.all((share >= 0.90) & (share <= 0.98)), share


def named(right: list[int], told: float = 0.7, length: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events of both classes in turn, three bars apart, named right or wrong."""
    n, hits = len(right), np.array(right)
    label, start = np.arange(n) % 2, 3 * np.arange(n)
    rows = pd.DataFrame({"start": start, "end": start + length, "label": label})
    rows["prediction"] = np.where(hits, label, 1 - label)
    rows["p_1"] = np.where(rows["prediction"] == 1, told, 1 - told)
    rows["p_0"] = 1 - rows["p_1"]
    return rows, rows.assign(p_0=0.5, p_1=0.5)


CLASSES = np.array([0, 1])


@pytest.mark.parametrize(
    ("right", "low", "high"),
    [([1] * 30, 0.8843, 1.0), ([1, 0] * 5, 0.1871, 0.8129), ([0] * 20, 0.0, 0.1684)],
    ids=["all right", "every other", "none right"],
)
def test_an_accuracy_is_never_told_more_sharply_than_the_exact_interval(right, low, high):
    found = Intervals().of_events(*named(right), CLASSES)["accuracy"]
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=1e-4)


def test_every_interval_of_thirty_right_events_has_a_width():
    found = Intervals().of_events(*named([1] * 30), CLASSES)
    assert {*found} == {"accuracy", "balanced_accuracy", "log_loss", "log_loss_skill"}
    low = 0.8843
    assert found["log_loss"]["low"] == pytest.approx(-math.log(0.7))
    worst = -low * math.log(0.7) - (1 - low) * math.log(0.3)
    assert found["log_loss"]["high"] == pytest.approx(worst, abs=1e-4)
    assert found["log_loss_skill"]["low"] == pytest.approx(1 - worst / math.log(2), abs=1e-4)
    recall = metrics.proportion_interval(1.0, 15)[0]
    joined = 1 - math.sqrt(2 * (1 - recall) ** 2) / 2
    assert found["balanced_accuracy"]["low"] == pytest.approx(joined)
    assert found["balanced_accuracy"]["high"] == 1.0


def test_events_that_overlap_are_fewer_where_all_are_right():
    apart, together = (Intervals().of_events(*named([1] * 30, length=n), CLASSES) for n in (1, 9))
    overlap = 3 - 6 / 30
    assert together["accuracy"]["low"] == pytest.approx(
        metrics.proportion_interval(1.0, 30 / (1 + overlap))[0]
    )
    assert together["accuracy"]["low"] < apart["accuracy"]["low"]


def test_no_interval_leaves_the_range_of_its_metric():
    rng = np.random.default_rng(0)
    for n in (10, 12, 30):
        found = Intervals().of_events(*named(list(rng.random(n) < 0.9), told=0.9, length=18), CLASSES)
        for name in ("accuracy", "balanced_accuracy"):
            assert 0 <= found.get(name, {}).get("low", 0) <= found.get(name, {}).get("high", 1) <= 1
        assert found["log_loss"]["low"] >= 0
        assert found["log_loss_skill"]["high"] <= 1


@pytest.mark.parametrize(
    ("n", "length", "is_told"), [(19, 0, False), (21, 0, True), (38, 1, False), (44, 1, True)]
)
def test_values_of_few_independent_events_have_no_interval(n, length, is_told):
    rng = np.random.default_rng(0)
    start = np.arange(n)
    rows = pd.DataFrame({"start": start, "end": start + length, "label": rng.normal(size=n)})
    found = Intervals().of_events(rows.assign(prediction=0.1), rows.assign(prediction=0.0), np.empty(0, int))
    n_independent = n / (1 + metrics.label_overlap(rows["start"], rows["end"]))
    assert is_told == (n_independent >= 20)
    assert {*found} == ({"mae", "r2", "mse_skill"} if is_told else set())


@pytest.mark.parametrize("classes", [(0, 1), ()])
def test_predictions_of_one_event_are_one_event(make_predictions, classes):
    """Repeating every prediction, in any order of rows, moves no interval; the mean of two is one value."""
    names = np.array(classes, dtype=np.int64)
    predictions, prior = make_predictions(classes=classes)
    rows, beside = (table[table["part"] == "val"].reset_index(drop=True) for table in (predictions, prior))
    once = Intervals().of_events(rows, beside, names)
    order = np.random.default_rng(0).permutation(3 * len(rows)) % len(rows)
    thrice = Intervals().of_events(rows.iloc[order], beside.iloc[order], names)
    for name, interval in once.items():
        assert thrice[name] == pytest.approx(interval)


def test_a_second_opinion_counts_half():
    rows, prior = named([1, 0, 1, 1] * 10)
    rows["event"] = prior["event"] = rows["start"]
    wrong = rows.assign(prediction=1 - rows["label"])
    both = Intervals().of_events(pd.concat([rows, wrong[:8]]), pd.concat([prior, prior[:8]]), CLASSES)
    assert both["accuracy"]["estimate"] == pytest.approx((30 - 3) / 40)


def test_a_log_loss_reaches_as_far_as_the_accuracy():
    """Every other event right: the blocks of two are all alike, and the exact interval alone has a width."""
    found = Intervals().of_events(*named([1, 0] * 5), CLASSES)["log_loss"]
    low, high = metrics.proportion_interval(0.5, 10)
    right, wrong = -math.log(0.7), -math.log(0.3)
    assert found["low"] == pytest.approx(high * right + (1 - high) * wrong)
    assert found["high"] == pytest.approx(low * right + (1 - low) * wrong)


def test_where_the_less_probable_class_is_named_more_right_events_are_a_larger_loss():
    """A threshold may do so."""
    found = Intervals().of_events(*named([1] * 20, told=0.3), CLASSES)
    low = metrics.proportion_interval(1.0, 20)[0]
    right, wrong = -math.log(0.3), -math.log(0.7)
    assert found["log_loss"]["low"] == pytest.approx(low * right + (1 - low) * wrong)
    assert found["log_loss"]["high"] == pytest.approx(right)
    assert found["log_loss_skill"]["low"] < found["log_loss_skill"]["high"]


def test_recalls_of_fewer_than_two_independent_events_have_no_interval():
    told = [Intervals().of_events(*named([1, 0] * 5, length=3 * n), CLASSES) for n in (2, 9)]
    assert ["balanced_accuracy" in found for found in told] == [True, False]
    assert all("accuracy" in found for found in told)
