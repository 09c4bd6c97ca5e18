"""What a figure is worth on average, against drawing the labels many times."""

import numpy as np
import pandas as pd
import pytest

from smc import metrics
from smc.selftest import Scenario, compose_configurations
from smc.selftest.simulated_run import SYMBOL, carry_out
from smc.selftest.truths import best_on_test, expected, held_against, true_odds
from smc.training.dataset import make_dataset


def test_the_expected_figures_are_means_over_drawn_labels() -> None:
    rng = np.random.default_rng(0)
    truth, told = rng.uniform(0.1, 0.9, size=30), rng.uniform(0.1, 0.9, size=30)
    rows = pd.DataFrame({"prediction": (told > 0.5).astype(int), "p_0": 1 - told, "p_1": told})
    rows = rows.assign(baseline_0=0.4, baseline_1=0.6)
    labels = (rng.uniform(size=(20_000, 30)) < truth).astype(int)
    cost = [-np.log(np.where(labels == 1, one, 1 - one)).mean() for one in (told, 0.6)]
    found = expected(rows, truth)
    assert found["accuracy"] == pytest.approx((labels == rows["prediction"].to_numpy()).mean(), abs=0.003)
    assert found["log_loss_skill"] == pytest.approx(1 - cost[0] / cost[1], abs=0.01)


def test_a_class_that_the_model_never_saw_costs_what_it_costs_in_a_run() -> None:
    rows = pd.DataFrame({"prediction": [1], "p_1": [1.0], "baseline_0": [0.5], "baseline_1": [0.5]})
    never = metrics.log_loss(np.array([0]), np.array([[0.0, 1.0]]), classes=np.array([0, 1]))
    assert expected(rows, np.array([0.75]))["log_loss_skill"] == pytest.approx(1 - 0.25 * never / np.log(2))


def test_truth_is_of_the_events_and_sides_of_the_run() -> None:
    (own,) = [each.on(Scenario(120, 0.75)) for each in compose_configurations(["logistic"], ["strong"])]
    market = own.market(1)
    bars = market.load(SYMBOL)
    data = make_dataset({SYMBOL: bars}, own.components)
    (run,) = carry_out(bars, data, [own], {})
    odds = true_odds(market, data, own.config["labels"], [run])
    sides = data.events.set_index("event")["side"]
    assert (odds["side"] == sides.loc[odds.index]).all()
    assert odds["probability"].notna().all()
    test = run.predictions.loc[run.predictions["part"] == "test", "event"]
    assert set(test) <= set(odds.index)
    assert 0.6 < best_on_test(odds, [run])["accuracy"] < 0.9
    found = held_against(run, odds)
    low, high, true = found["test"]["accuracy"]
    interval = run.record["intervals"]["test"]["accuracy"]
    assert (low, high) == (interval["low"], interval["high"])
    own_rows = run.predictions.loc[run.predictions["part"] == "test"]
    p = odds["probability"].loc[own_rows["event"]].to_numpy()
    assert true == pytest.approx(np.where(own_rows["prediction"] == 1, p, 1 - p).mean())
