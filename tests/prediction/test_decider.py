"""Decisions of a saved model, one bar at a time."""

import json

import numpy as np
import pytest

from smc import api
from smc.errors import ConfigError, DataError, ExplanationError
from smc.prediction.decider import Decider
from smc.results import KeptBars

QUICK = ["features=daily", "events.last=260", "aug=none", "monitor=none", "evaluation.test=recorded"]


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return tmp_path_factory.mktemp("made")


@pytest.fixture(scope="module")
def run(output):
    return api.train([*QUICK, "model=logistic", "explain=on_predict", f"paths.output={output}"])


@pytest.fixture(scope="module")
def bars(run, output):
    prints = {symbol: each["fingerprint"] for symbol, each in run.record["bars"].items()}
    return KeptBars(str(output), prints).load("SP500")


@pytest.fixture(scope="module")
def decider(run, output):
    return Decider(run, output=output)


def test_a_decision_is_what_the_run_predicted_when_the_bar_was_the_last(run, bars, decider, output):
    test = run.predictions.query("part == 'test'")
    for event in test.iloc[[0, 20, -1]].to_dict("records"):
        made = decider.decide(bars.iloc[: event["event"] + 1])
        assert made["probability"] == pytest.approx({"0": event["p_0"], "1": event["p_1"]})
        assert (made["prediction"], made["side"]) == (event["prediction"], event["side"])
        assert made["position"] == event["side"] * (event["prediction"] > 0)
        assert made["time"] == event["time"].isoformat()
        assert made["is_event"]
        stamp = f"{event['time']:%Y-%m-%dT%H-%M-%S}"
        (path,) = (output / "decisions" / run.run_id).glob(f"SP500-{stamp}.json")
        assert json.loads(path.read_bytes()) == made


def test_a_bar_behind_an_event_is_none(run, bars, output):
    decider = Decider(run, explain="none", output=output)
    events = run.predictions["event"].unique()
    behind = next(event + 1 for event in sorted(events) if event + 1 not in events)
    assert [decider.decide(bars.iloc[: last + 1])["is_event"] for last in (behind - 1, behind)] == [
        True,
        False,
    ]
    assert [decider.decide(bars.iloc[: last + 1])["position"] for last in (behind - 1, behind)][1] == 0


@pytest.mark.parametrize("side", [-1, 1])
def test_a_decision_is_traded_on_its_own_side(run, bars, output, monkeypatch, side):
    """What is predicted is relative to the side: 1 on a short side says that selling earns."""
    decider = Decider(run, explain="none", output=output)
    event = run.predictions.query("side == @side")["event"].iloc[-1]
    for prediction in (0, 1):
        monkeypatch.setattr(decider.model, "decide", lambda shares, value=prediction: np.array([value]))
        decision = decider.decide(bars.iloc[: event + 1])
        assert (decision["side"], decision["position"]) == (side, side * prediction)


def test_bars_of_any_time_zone_are_the_same_decision(bars, decider, output):
    there = output / "decisions" / decider.run.run_id
    made, files = decider.decide(bars), sorted(there.iterdir())
    assert decider.decide(bars.tz_convert("America/New_York")) == made
    assert sorted(there.iterdir()) == files


def test_a_bar_whose_high_is_below_its_low_is_refused(bars, decider):
    bad = bars.copy()
    bad.loc[bad.index[-5], "high"] = bad["low"].iloc[-5] / 2
    with pytest.raises(DataError, match=r"row \d+, .*the high lies below the low.*on_bad='repair'\)"):
        decider.decide(bad)


def test_an_event_is_named_by_a_number_or_a_time_as_well_as_by_text(run, output):
    event = run.predictions.query("part == 'test'").iloc[-1]
    paths = {api.explain(run, each, output=output).path for each in (event["event"], event["time"])}
    assert paths == {api.explain(run, str(event["event"]), output=output).path}


def test_reasons_are_stored_as_the_run_asks_or_the_caller(run, bars, decider, output):
    told = decider.decide(bars)["explanation"]
    added = sum(each["contribution"] for each in told["contributions"])
    assert (told["method"], told["outputs"]) == ("linear", ["log-odds of class 1"])
    assert told["base"][0] + added == pytest.approx(told["explained"][0])
    assert 1 / (1 + np.exp(-told["explained"][0])) == pytest.approx(told["answer"][0])
    assert decider.decide(bars)["probability"]["1"] == pytest.approx(told["answer"][0])
    assert len(told["contributions"]) == len(told["features"])
    assert "explanation" not in api.decide(run, bars, explain="none", output=output)
    (path,) = (output / "decisions" / run.run_id).glob(f"SP500-{bars.index[-1]:%Y-%m-%dT%H-%M-%S}.json")
    api.decide(run, bars, output=output)
    first = path.read_bytes()
    api.decide(run, bars, output=output)
    assert path.read_bytes() == first


def test_the_option_makes_no_other_run(run, output):
    again = api.train([*QUICK, "model=logistic", "explain=none", f"paths.output={output}"])
    assert again.run_id == run.run_id


def test_reasons_that_do_not_add_up_are_not_stored(run, bars, output, monkeypatch, tmp_path):
    from smc.explanation.exact_shapley import linear_contributions

    def bent(*given):
        values, base = linear_contributions(*given)
        return values, base + 0.001

    decider = Decider(run, output=output)
    decider.output = tmp_path
    monkeypatch.setattr("smc.explanation.contributions.linear_contributions", bent)
    with pytest.raises(ExplanationError, match="does not add up"):
        decider.decide(bars)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_decided_is_refused_in_words(run, bars, decider, output):
    with pytest.raises(
        DataError, match=r"a decision needs \d+ bars, \d+ of them to warm the features up, got 50"
    ):
        decider.decide(bars.iloc[:50])
    with pytest.raises(ConfigError, match="the run knows SP500: name one of them with symbol=, got XYZ"):
        decider.decide(bars, symbol="XYZ")
    with pytest.raises(ValueError, match="`explain` must be one of none, on_predict, got 'always'"):
        Decider(run, explain="always", output=output)  # type: ignore[arg-type]


def test_a_network_of_windows_decides_on_the_last_bars(tmp_path, bars):
    few = ["model=lstm", "model.max_epochs=2", "model.patience=null", "cv.n_splits=2"]
    run = api.train([*QUICK, *few, f"paths.output={tmp_path}"])
    event = run.predictions.query("part == 'test'").iloc[-1]
    made = api.decide(run, bars.iloc[: event["event"] + 1], explain="on_predict", output=tmp_path)
    np.testing.assert_allclose(made["probability"]["1"], event["p_1"], rtol=1e-6)
    assert made["explanation"]["method"] == "gradient"


def test_a_forecast_of_several_steps_is_traded_by_the_longest(tmp_path, bars):
    few = ["model=mlp", "model.max_epochs=2", "model.patience=null", "cv=holdout"]
    steps = ["labels=forward_return", "labels.horizon=[1,20]"]
    run = api.train([*QUICK, *few, *steps, f"paths.output={tmp_path}"])
    test = run.predictions.query("part == 'test'")
    event = test[test["prediction_1"] * test["prediction_20"] < 0].iloc[-1]
    made = api.decide(run, bars.iloc[: event["event"] + 1], output=tmp_path)
    assert made["prediction"] == pytest.approx(event["prediction_20"], rel=1e-5)
    assert made["position"] == event["side"] * np.sign(event["prediction_20"])
