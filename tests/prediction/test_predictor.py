"""Bars in, decisions out: the same whichever way the bars come."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smc import api
from smc.errors import ConfigError, DataError
from smc.events.every import Every
from smc.prediction.decision import BAD_BAR, GAP, SEALED, STALE, TOO_SHORT
from smc.prediction.decisions import Decisions
from smc.prediction.predictor import Predictor
from smc.prediction.version import load_version, open_test_part
from smc.trials import Ledger
from tests.prediction.conftest import QUICK, answered_by, asked_at_once, asked_one_by_one, records, trusting


def test_one_bar_at_a_time_parts_and_all_at_once_decide_the_same(run, version, series):
    def new():
        return Predictor(trusting(answered_by(run), version))

    whole, one_by_one, mixed = asked_at_once(new(), series), asked_one_by_one(new(), series), new()
    assert len(whole) > 500
    assert one_by_one == whole
    parts = [*asked_at_once(mixed, series.iloc[:2111]), *asked_one_by_one(mixed, series.iloc[2111:2150])]
    assert parts + asked_at_once(mixed, series) == whole  # what was taken is passed over


def test_decisions_are_those_of_the_run_with_their_outcomes(run, version, series, tmp_path):
    store = Decisions(tmp_path / "d.sqlite")
    predictor = Predictor(trusting(answered_by(run), version), store=store)
    asked_at_once(predictor, series)
    told = store.rows("RND").set_index(pd.to_datetime(store.rows("RND")["time"], utc=True))
    test = run.predictions.query("part == 'test'").set_index("time")
    both = told.loc[test.index]
    assert len(both) == len(test) > 60
    shares = pd.DataFrame([json.loads(text) for text in both["probabilities"]])
    assert np.array_equal(shares["1"], test["p_1"])
    for name in ("side", "prediction"):
        assert np.array_equal(both[name], test[name]), name
    until = series.index[3999]
    known = test["end"].to_numpy() < 3999 - 60  # the last trades of a run are those that its bars resolve
    for name in ("label", "ret"):
        assert np.array_equal(both[name][known], test[name][known]), name
    ends = pd.to_datetime(both["end"], utc=True)
    assert (pd.DatetimeIndex(ends[known]) == series.index[test["end"].to_numpy()[known]]).all()
    assert until < series.index[-1]
    baseline = pd.DataFrame([json.loads(text) for text in both["baseline"]])
    assert np.allclose(baseline["1"], test["baseline_1"], rtol=0, atol=1e-15)


def test_what_a_decision_earns_is_what_a_run_says_it_earns(run, version, series, tmp_path):
    store = Decisions(tmp_path / "d.sqlite")
    asked_at_once(Predictor(trusting(answered_by(run), version), store=store), series)
    table = store.predictions("RND", series)
    trading = version.components.evaluation.trading(series, version.components.to_position)
    expected = trading.trades(table.assign(account=0)).to_numpy()
    rows = store.rows("RND")
    net = rows.loc[rows["label"].notna() & ~rows["in_sample"].astype(bool), "net"].to_numpy()
    assert len(net) > 60
    assert np.allclose(net, expected, rtol=0, atol=1e-15)
    assert np.abs(net).max() > 0


def test_a_history_warms_up_and_is_never_decided_on(run, version, series):
    cold, warm = (
        Predictor(trusting(answered_by(run), version), history=history)
        for history in (lambda _: None, lambda _: series)
    )
    asked = series.iloc[4000:]
    all_of_them = asked_at_once(Predictor(trusting(answered_by(run), version)), series)
    whole = [one for one in all_of_them if one.time >= asked.index[0]]
    assert asked_one_by_one(warm, asked) == whole
    assert {one.reason for one in asked_one_by_one(cold, asked)} == {TOO_SHORT}


def test_a_bar_that_breaks_a_rule_or_comes_late_is_no_decision(run, version, series, tmp_path):
    store = Decisions(tmp_path / "d.sqlite")
    predictor = Predictor(trusting(answered_by(run), version), store=store, history=lambda _: series)
    bars = records(series.iloc[4000:4300])
    for bar in bars[:100]:
        predictor.decide("RND", bar)
    before = store.rows()
    (bad,) = predictor.decide("RND", {**bars[100], "high": bars[100]["low"] / 2})
    assert (bad.reason, bad.prediction, bad.position) == (BAD_BAR, None, None)
    assert "high_below_low" in bad.detail
    (late,) = predictor.decide("RND", {**bars[50], "high": bars[50]["high"] * 1.1})
    assert (late.reason, late.time) == (STALE, bars[50]["time"])
    for bar in bars[:100]:  # a repeated bar changes nothing, and is answered as it was
        assert all(one.time == bar["time"] for one in predictor.decide("RND", bar))
    rows = store.rows()
    merged = before.merge(rows, how="left", on=list(before.columns))
    assert len(merged) == len(before)
    assert len(rows) <= len(before) + 2
    with pytest.raises(DataError, match="time, open, high, low, close, volume: close is missing"):
        predictor.decide("RND", {name: value for name, value in bars[101].items() if name != "close"})
    with pytest.raises(DataError, match="with a time zone"):
        predictor.decide("RND", {**bars[101], "time": "2024-01-01"})
    with pytest.raises(ConfigError, match="nobody answers for EURUSD: symbols with a model are RND"):
        predictor.decide("EURUSD", bars[101])


def test_a_bad_bar_leaves_no_trace_in_what_follows(run, version, series):
    def new():
        return Predictor(trusting(answered_by(run), version), history=lambda _: series)

    bars, broken, whole = records(series.iloc[4000:4200]), new(), new()
    for number, bar in enumerate(bars):
        if number % 7 == 3:
            broken.decide("RND", {**bar, "open": float("nan")})
        assert broken.decide("RND", bar) == whole.decide("RND", bar)


def test_behind_a_gap_that_no_bar_of_the_run_had_there_is_no_decision(run, version, series):
    late = series.iloc[4000:].copy()
    late.index = late.index + pd.Timedelta("30D")
    config = {**run.config, "events": {"_target_": "smc.events.every.Every"}}
    at_every_bar = replace(version, config=config, components=replace(version.components, events=Every()))
    predictor = Predictor(trusting(answered_by(run), at_every_bar), history=lambda _: series.iloc[:4000])
    made = asked_at_once(predictor, late)
    assert [one.reason for one in made[:3]] == [GAP, None, None]
    assert not any(one.reason for one in made[1:])


def test_a_sealed_test_part_is_not_decided_on_until_it_is_opened(series, tmp_path):
    run = api.train([*QUICK, f"paths.output={tmp_path / 'outputs'}"], bars={"RND": series.iloc[:4000]})
    part = run.record["test_part"]["RND"]
    first, last = pd.Timestamp(part["first"]), pd.Timestamp(part["last"])
    made = asked_at_once(Predictor(trusting(answered_by(run))), series)
    inside = [one for one in made if first <= one.time <= last]
    assert len(inside) > 60
    assert {(one.reason, one.prediction, one.position) for one in inside} == {(SEALED, None, None)}
    assert all(one.is_decided for one in made if one.time > last)
    ledger = Ledger(None, str(tmp_path / "outputs"))
    assert ledger.opening(run.run_id, "RND") is None
    open_test_part(run, tmp_path / "outputs", ["RND"])
    assert ledger.opening(run.run_id, "RND").by == "predict"
    assert load_version(run.path).sealed == {}
    made = asked_at_once(Predictor(trusting(answered_by(run))), series)
    assert {one.reason for one in made if one.time >= first} == {None}


def test_bars_that_a_model_learned_from_enter_no_figure(run, version, series, tmp_path):
    store = Decisions(tmp_path / "d.sqlite")
    asked_at_once(Predictor(trusting(answered_by(run), version), store=store), series)
    rows = store.rows()
    times = pd.to_datetime(rows["time"], utc=True)
    assert (rows["in_sample"].astype(bool) == (times <= version.last_training_bar)).all()
    live = store.predictions("RND", series)
    assert (live["time"] > version.last_training_bar).all()
    assert set(live["part"]) == {"live"}
    assert set(live["fold"]) == {run.run_id}
    known = run.predictions.query("part == 'test'")
    names = [name for name in known.columns if name not in ("part", "fold", "weight", "account", "symbol")]
    both = live.merge(known, on="event", suffixes=("", "_run"))
    assert len(both) > 60
    assert set(names) <= set(live.columns)
    assert np.array_equal(both["p_1"], both["p_1_run"])
    assert np.array_equal(both["ret"], both["ret_run"])
    assert (both["start"] == both["start_run"]).all()
    assert (both["end"] == both["end_run"]).all()
