"""Simulated markets: valid bars, known odds, an edge where one was planted and none elsewhere."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from smc import api, structure
from smc.data.bad_bars import check_bars
from smc.data.simulated import Simulated
from smc.data.simulation.history import TICK, History
from smc.data.simulation.planted import ACCURACY, DRIFT
from smc.data.simulation.truth import best_possible, traded
from smc.errors import DataError
from smc.events.cusum import Cusum
from smc.fingerprint import bars_fingerprint
from smc.labels.triple_barrier import TripleBarrier

WARM_UP = 2000


def labelled(bars, **barriers):
    """Label the events of a default run; also the structure rows of all bars, and the sides."""
    rows = structure.compute(bars)
    events = Cusum().compute(bars)
    events = events[events >= WARM_UP]
    side = np.where(rows["st_dir"].to_numpy()[events] >= 0, 1, -1)
    labels = TripleBarrier(**barriers).compute(bars, events, side)
    return rows, labels, side[: len(labels)]


@pytest.fixture(scope="module")
def market():
    return Simulated()


@pytest.fixture(scope="module")
def events(market):
    """Events of S01 with their labels, and their true odds."""
    rows, labels, side = labelled(market.load("S01"))
    truth = market.truth("S01", labels.index.to_numpy(), side, n_paths=200)
    return rows, labels, truth


# Bars


@pytest.mark.parametrize("freq", ["1min", "15min", "1h", "4h", "1D"])
@pytest.mark.parametrize("symbol", ["S01", "S02"])
def test_bars_keep_every_rule_and_lie_on_the_grid(freq, symbol):
    bars = Simulated(n_bars=4000, freq=freq).load(symbol)
    account = check_bars(bars).attrs["account"]
    assert account["dropped"] == account["repaired"] == {}
    assert account["gaps"] == account["zero_volume"] == account["missing_volume"] == 0
    ticks = bars[["open", "high", "low", "close"]] / TICK
    np.testing.assert_allclose(ticks, ticks.round(), atol=1e-4)


@pytest.mark.parametrize(("freq", "a_day"), [("15min", 96), ("4h", 6), ("1D", 1)])
def test_markets_are_closed_on_weekends(freq, a_day):
    index = Simulated(n_bars=40 * a_day, freq=freq).load("S01").index
    shifted = index + pd.Timedelta(hours=2)  # a trading day begins at 22:00
    assert set(shifted.day_of_week) == {0, 1, 2, 3, 4}
    assert (shifted.normalize().value_counts() == a_day).all()


def test_weekends_leave_gaps_that_other_bars_do_not(market):
    bars = market.load("S02")
    jump = np.abs(np.log(bars["open"].to_numpy()[1:] / bars["close"].to_numpy()[:-1]))
    after_weekend = np.diff(bars.index.asi8) > 24 * 3.6e12
    assert np.median(jump[after_weekend]) > 10 * np.median(jump[~after_weekend])


def test_volatility_clusters_and_tails_are_fat(market):
    returns = pd.Series(np.log(market.load("S02")["close"]).diff().dropna().to_numpy())
    assert returns.kurt() > 5
    assert min(returns.abs().autocorr(lag) for lag in (1, 6, 12, 24, 48)) > 0.03
    assert abs(returns.autocorr(1)) < 3 / np.sqrt(len(returns)) * 2  # fat tails double the error


def test_volatility_and_correlation_are_those_that_were_asked_for():
    market = Simulated(n_bars=30_000, edge_frac=0, correlation=0.6, volatility=0.2, freq="1h")
    a, b = (np.log(market.load(name)["close"]).diff().dropna() for name in ("S01", "S02"))
    assert np.corrcoef(a, b)[0, 1] == pytest.approx(0.5, abs=0.1)  # tails of its own cost each some of it
    assert a.std() * np.sqrt(52 * 120) == pytest.approx(0.2, rel=0.25)


def test_symbols_share_the_path_within_a_bar_too():
    """Else one market's first step would tell the next steps of another, through the end that they share."""
    market = Simulated(2, 10_000, correlation=1.0, edge_frac=0)
    above = []
    for bars in (market.load(name) for name in market.symbols()):
        wick = bars["high"] - bars[["open", "close"]].max(axis=1)
        above.append(wick / (bars["high"] - bars["low"]))
    assert np.corrcoef(*above)[0, 1] > 0.9


def test_symbols_share_their_wild_stretches():
    market = Simulated(2, 15_000, correlation=0.0, edge_frac=0)
    size = [
        np.log(market.load(name)["close"]).diff().abs().rolling(60).mean().dropna()
        for name in market.symbols()
    ]
    assert np.corrcoef(*size)[0, 1] > 0.15


# Streams


def test_another_process_draws_the_same_bars_and_odds(market):
    code = (
        "from smc.data.simulated import Simulated; from smc.fingerprint import bars_fingerprint; import numpy as np;"
        "m = Simulated(); print(bars_fingerprint(m.load('S03')), m.truth('S03', np.array([2500]))['ret'].item())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    odds = market.truth("S03", np.array([2500]))["ret"].item()
    assert done.stdout.split() == [bars_fingerprint(market.load("S03")), str(odds)]


def test_seeds_and_symbols_differ(market):
    found = [bars_fingerprint(each.load(s)) for each in (market, Simulated(seed=1)) for s in market.symbols()]
    assert len(set(found)) == 22


@pytest.mark.parametrize("leak", [False, True])
def test_more_bars_and_more_symbols_leave_those_that_were_there(leak):
    few = Simulated(3, 2500, half_life=800, leak=leak)
    many = Simulated(30, 4000, half_life=800, leak=leak)
    for symbol in few.symbols():
        pd.testing.assert_frame_equal(few.load(symbol), many.load(symbol)[:2500], check_exact=True)
        assert few.has_edge(symbol) == many.has_edge(symbol)


@pytest.mark.parametrize(("frac", "edges"), [(0, 0), (0.1, 2), (0.5, 6), (0.8, 9), (1, 11)])
def test_the_share_of_symbols_with_an_edge(frac, edges):
    market = Simulated(edge_frac=frac)
    assert sum(map(market.has_edge, market.symbols())) == edges
    assert market.has_edge("S01") == (frac > 0)


# Truth


def rewritten(n_past, n_bars, seed):
    """Draw a history whose past is that of S01 and whose future another seed draws."""
    market = Simulated(1, n_past)
    history = market._history("S01", n_bars - n_past)
    history.advance(n_past)
    history._streams = np.random.default_rng([99, seed]), np.random.default_rng([98, seed])
    history.advance(n_bars)
    return pd.DataFrame(history.bars, history.stamps, ["open", "high", "low", "close", "volume"])


@pytest.mark.parametrize(
    ("event", "barriers"), [(310, {}), (345, {}), (400, {"stop_atr": 2.0, "target_atr": 2.0})]
)
def test_continuations_of_one_past_win_as_often_as_stated(event, barriers):
    """Whole histories are drawn anew after the event and labelled by smc's own label."""
    n_draws, label = 400, TripleBarrier(**barriers)
    rows = structure.compute(Simulated(1, event + 1).load("S01"))
    side = np.array([1 if rows["st_dir"].iloc[event] >= 0 else -1])
    wins = returns = 0.0
    for seed in range(n_draws):
        labels = label.compute(rewritten(event + 1, event + 21, seed), np.array([event]), side)
        wins += labels["label"].item() / n_draws
        returns += labels["ret"].item() / n_draws
    truth = Simulated(1, 500).truth("S01", np.array([event]), n_paths=4000, **barriers).loc[event]
    p = truth["probability"]
    assert abs(wins - p) < 3.5 * np.sqrt(p * (1 - p) * (1 / n_draws + 1 / 4000))
    assert abs(returns - truth["ret"]) < 3.5 * truth["ret_sd"] * np.sqrt(1 / n_draws + 1 / 4000)


@pytest.mark.parametrize(("side", "returns"), [(1, [-0.2, 0.1, 0.05]), (-1, [0.1, -0.2, -0.05])])
def test_a_trade_returns_what_an_account_earns(side, returns):
    """From 100 to 80 a long trade loses a fifth; a short one gains it, in logarithms it would be .22."""
    low, high = ([100, 100, 70, 75, 9], [100, 130, 99, 125, 9])
    paths = np.array([[low], [high], [[100, 106, 99, 105, 9]]], dtype=float)
    distance = np.array([20.0, 10.0])  # of stop and target
    assert traded(paths, side, distance) == pytest.approx(returns)


def check_odds_are_calibrated(labels, truth):
    p, y = truth["probability"].to_numpy(), labels["label"].to_numpy()
    overlap = 1 / labels["weight"].mean()
    for low, high in [(0, 0.25), (0.25, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 1.01)]:
        here = (p >= low) & (p < high)
        error = np.sqrt((p * (1 - p))[here].sum() * overlap) / max(here.sum(), 1)
        assert here.sum() > 50, (low, high)
        assert abs(y[here].mean() - p[here].mean()) < 3.5 * error, (low, high)
    surplus = labels["ret"].to_numpy() - truth["ret"].to_numpy()
    assert abs(surplus.mean()) < 3.5 * surplus.std() * np.sqrt(overlap / len(y))


def test_stated_odds_are_calibrated_on_the_history_itself(events):
    _, labels, truth = events
    check_odds_are_calibrated(labels, truth)


def without_drift(memory):
    memory[0]["follow"] = memory[0]["fade"] = 0.0


def to_the_other_side(memory):
    memory[1]["dir"] *= -1


@pytest.mark.parametrize("spoil", [without_drift, to_the_other_side])
def test_the_law_notices_futures_of_another_law(market, events, spoil, monkeypatch):
    _, labels, _ = events
    honest = History.futures

    def spoiled(history, n_paths, n_bars):
        kept = [each.copy() for each in history._memory]
        spoil(history._memory)
        paths = honest(history, n_paths, n_bars)
        for record, before in zip(history._memory, kept, strict=True):
            record[:] = before
        return paths

    monkeypatch.setattr(History, "futures", spoiled)
    truth = market.truth("S01", labels.index.to_numpy(), n_paths=100)
    with pytest.raises(AssertionError):
        check_odds_are_calibrated(labels, truth)


def test_who_knows_the_odds_reaches_the_stated_accuracy_and_no_constant_does(events):
    _, labels, truth = events
    p, y = truth["probability"].to_numpy(), labels["label"].to_numpy()
    best = best_possible(truth)
    assert best["accuracy"] == pytest.approx(0.75, abs=0.02)
    band = 3 * np.sqrt(np.mean(p * (1 - p)) / labels["weight"].sum())
    assert np.mean((p > 0.5) == y) == pytest.approx(best["accuracy"], abs=band)
    assert max(y.mean(), 1 - y.mean()) < 0.6
    assert best["majority"] < 0.6
    loss = -np.mean(np.log(np.where(y == 1, p, 1 - p).clip(1e-3)))
    assert loss == pytest.approx(best["log_loss"], abs=0.04)
    assert best["sharpe"] > 0.3


@pytest.mark.parametrize(("drift", "accuracy"), list(zip(DRIFT, ACCURACY, strict=True)))
def test_measured_accuracies_hold(drift, accuracy):
    market = Simulated(1, 12_000, 11, best_accuracy=float(accuracy))
    assert market._drift == pytest.approx(drift)
    _, labels, side = labelled(market.load("S01"))
    truth = market.truth("S01", labels.index.to_numpy()[::3], side[::3], n_paths=100)
    assert best_possible(truth)["accuracy"] == pytest.approx(accuracy, abs=0.02)


@pytest.mark.parametrize(("freq", "n_bars"), [("15min", 9000), ("1D", 9000)])
def test_the_accuracy_is_the_same_for_any_length_of_bars(freq, n_bars):
    market = Simulated(1, n_bars, 3, freq, volatility=0.15)
    _, labels, side = labelled(market.load("S01"))
    truth = market.truth("S01", labels.index.to_numpy()[::2], side[::2], n_paths=100)
    assert best_possible(truth)["accuracy"] == pytest.approx(0.755, abs=0.03)


def test_odds_follow_what_was_asked_for(market):
    events = np.arange(3000, 4000, 40)
    ours, other = (market.truth("S01", events, np.full(25, sign), n_paths=100) for sign in (1, -1))
    assert (ours["probability"] + other["probability"]).mean() < 1.1
    assert np.corrcoef(ours["probability"], other["probability"])[0, 1] < -0.5
    near = market.truth("S01", events, target_atr=0.5, stop_atr=4.0, n_paths=100)
    brief = market.truth("S01", events, target_atr=0.5, stop_atr=4.0, max_holding=1, n_paths=100)
    assert near["probability"].mean() > 0.85
    assert 0.2 < brief["probability"].mean() < near["probability"].mean() - 0.1


def test_an_event_without_barriers_has_no_odds(market):
    truth = market.truth("S01", np.array([3, 3000]), n_paths=50)
    assert truth["probability"].isna().tolist() == [True, False]
    assert np.isfinite(list(best_possible(truth).values())).all()


def test_the_last_bar_has_odds_too(market):
    assert 0 <= market.truth("S01", np.array([14_999]), n_paths=50)["probability"].item() <= 1


# The edge


def auc(features, label):
    """Learn from the first half, score the second; also the band that chance stays in."""
    half = len(label) // 2
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=500))
    model.fit(features[:half], label[:half])
    score = roc_auc_score(label[half:], model.predict_proba(features[half:])[:, 1])
    wins = label[half:].mean()
    return score, 3 * np.sqrt(1 / (12 * wins * (1 - wins) * (len(label) - half)))


def inputs(rows, labels):
    return rows[list(structure.FEATURES)].iloc[labels.index].fillna(0.0).to_numpy()


def test_features_reveal_the_edge_and_the_age_of_the_change_alone_most_of_it(events):
    rows, labels, _ = events
    score, _ = auc(inputs(rows, labels), labels["label"].to_numpy())
    assert score > 0.7
    age = rows["choch_age"].iloc[labels.index].to_numpy()
    assert np.mean((age < 24) == labels["label"]) > 0.69


@pytest.fixture(scope="module")
def noise():
    return Simulated(1, 120_000, edge_frac=0, freq="1h").load("S01")


@pytest.mark.parametrize(("risk", "reward"), [(1.5, 3.0), (2.0, 2.0), (3.0, 1.0)])
def test_without_an_edge_wins_come_at_risk_over_risk_plus_reward(noise, risk, reward):
    events = np.arange(WARM_UP, len(noise), 12)
    side = np.ones(len(events), dtype=np.int64)  # of one side only, or a drift would cancel
    labels = TripleBarrier(500, stop_atr=risk, target_atr=reward).compute(noise, events, side)
    fair = risk / (risk + reward)
    error = np.sqrt(fair * (1 - fair) / labels["weight"].sum())
    assert error < 0.008
    assert labels["label"].mean() == pytest.approx(fair, abs=3 * error)
    assert labels["ret"].mean() == pytest.approx(
        0, abs=3 * labels["ret"].std() / np.sqrt(labels["weight"].sum())
    )


def test_without_an_edge_no_feature_knows_better(noise):
    rows, labels, _ = labelled(noise, max_holding=500, stop_atr=1.5, target_atr=4.5)
    score, band = auc(inputs(rows, labels), labels["label"].to_numpy())
    assert band < 0.035
    assert abs(score - 0.5) < band


def best_by_part(market, part):
    """The best possible figures in two stretches of a history."""
    _, labels, side = labelled(market.load("S01"))
    truth = market.truth("S01", labels.index.to_numpy(), side, n_paths=50)
    return [best_possible(each) for _, each in truth.groupby(part(labels.index.to_numpy()))]


def test_an_edge_decays_by_its_half_life():
    market = Simulated(1, 10_000, half_life=2500, best_accuracy=0.85)
    early, late = best_by_part(market, lambda event: event > 6000)
    assert early["accuracy"] > late["accuracy"] + 0.05
    assert late["accuracy"] < 0.7


@pytest.mark.parametrize("regime", ["calm", "wild"])
def test_an_edge_bound_to_a_regime_is_absent_in_the_other(regime):
    market = Simulated(1, 12_000, regime=regime, best_accuracy=0.85)
    history = market._history("S01", 0)
    regimes = []
    for end in range(1, 12_001):
        history.advance(end)
        regimes.append(history._memory[0]["regime"][0])
    in_force = np.array(regimes) == (regime == "wild")
    without, within = best_by_part(market, lambda event: in_force[event])
    assert within["accuracy"] > without["accuracy"] + 0.08


@pytest.mark.slow
@pytest.mark.parametrize(("symbol", "learns"), [("S01", True), ("S02", False)])
def test_a_default_run_learns_the_edge_and_finds_none_where_there_is_none(symbol, learns, tmp_path):
    run = api.train(["data=simulated", "model=xgboost", f"symbol={symbol}", f"paths.output={tmp_path}"])
    gain, _ = run.sealed_tables()
    accuracy = np.mean(gain["prediction"] == gain["label"])
    majority = max(gain["label"].mean(), 1 - gain["label"].mean())
    assert (accuracy > majority + 0.1) == learns
    assert accuracy < majority + 0.03 or learns


# The leak


def leaked_auc(market):
    rows, labels, _ = labelled(market.load("S01"))
    return roc_auc_score(labels["label"], rows["vol_z20"].iloc[labels.index])


def test_the_leak_shows_in_volume_alone_and_only_if_asked_for():
    clean, leaking = (Simulated(1, 8000, edge_frac=0, leak=leak) for leak in (False, True))
    prices = ["open", "high", "low", "close"]
    pd.testing.assert_frame_equal(clean.load("S01")[prices], leaking.load("S01")[prices], check_exact=True)
    assert abs(leaked_auc(clean) - 0.5) < 0.05
    assert leaked_auc(leaking) > 0.65  # what an audit calls too good to be true


# Refusals


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"freq": "7h"}, "whole minutes that divide a day, got '7h'"),
        ({"freq": "soon"}, "must be a time such as"),
        ({"freq": "30s"}, "whole minutes"),
        ({"best_accuracy": 0.99}, "`best_accuracy` must lie between"),
        ({"best_accuracy": 0.5}, "edge_frac=0"),
        ({"edge_frac": 1.5}, r"`edge_frac` must lie in \[0, 1\], got 1.5"),
        ({"correlation": -0.1}, "`correlation` must lie in"),
        ({"half_life": 0.0}, "`half_life` must be positive"),
        ({"regime": "warm"}, "`regime` must be one of any, calm, wild"),
        ({"seed": -1}, "`seed` must not be negative"),
        ({"n_symbols": 0}, "`n_symbols` must be positive"),
        ({"n_bars": 0}, "`n_bars` must be positive"),
        ({"n_bars": 10**6}, "end after the year 2260: use fewer, or a shorter `freq`"),
        ({"volatility": 0.0}, "`volatility` must be positive"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Simulated(**arguments)


@pytest.mark.parametrize(
    ("events", "side", "message"),
    [
        ([5, 5], None, "strictly increasing"),
        ([-1, 5], None, "within 0..14999"),
        ([15_000], None, "within 0..14999"),
        ([5.5], None, "bar positions"),
        ([5, 6], [1], r"\+1 or -1"),
        ([5, 6], [1, 0], r"\+1 or -1"),
    ],
)
def test_what_has_no_odds_is_refused(market, events, side, message):
    with pytest.raises(DataError, match=message):
        market.truth("S01", np.array(events), None if side is None else np.array(side))
