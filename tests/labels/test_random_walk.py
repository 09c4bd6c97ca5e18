"""The random-walk law: without drift, risk / (risk + reward) of the trades win, and nothing tells which.

A pipeline that wins more on noise looks ahead somewhere. The planted features of the last tests show that the
law would notice: bars to the outcome, or a return that reaches one bar into the label.
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from smc import structure
from smc.labels.barrier_levels import barrier_distances
from smc.labels.triple_barrier import TripleBarrier

N_BARS, N_STEPS = 60_000, 100  # ten steps are one standard deviation of a bar: barriers are hardly overshot


def driftless_bars(seed):
    """Arithmetic random walk, traded without a pause: each bar opens where the last one closed."""
    rng = np.random.default_rng(seed)
    steps = rng.standard_normal((N_BARS, N_STEPS), dtype=np.float32) * np.float32(0.002)
    within = np.cumsum(steps, axis=1, dtype=np.float64)
    close = 100 + np.cumsum(within[:, -1])
    open_ = np.concatenate([[100.0], close[:-1]])
    high = open_ + np.maximum(within.max(axis=1), 0)
    low = open_ + np.minimum(within.min(axis=1), 0)
    time = pd.date_range("2000-01-03", periods=N_BARS, freq="1h", tz="UTC", name="time")
    prices = {"open": open_, "high": np.maximum(high, close), "low": np.minimum(low, close), "close": close}
    return pd.DataFrame({**prices, "volume": rng.exponential(100.0, N_BARS)}, index=time)


@pytest.fixture(scope="module")
def noise():
    return driftless_bars(seed=1)


@pytest.fixture(scope="module")
def rows(noise):
    return structure.compute(noise)


@pytest.fixture(scope="module")
def events():
    return np.arange(2_000, N_BARS, 12)


@pytest.fixture(scope="module")
def side(rows, events):
    return np.where(rows["st_dir"].to_numpy()[events] >= 0, 1, -1)


@pytest.mark.parametrize(("risk", "reward"), [(1.5, 3.0), (2.0, 2.0), (3.0, 1.0)])
def test_win_rate_is_risk_over_risk_plus_reward(noise, events, side, risk, reward):
    labels = TripleBarrier(500, stop_atr=risk, target_atr=reward).compute(noise, events, side)
    fair = risk / (risk + reward)
    error = np.sqrt(fair * (1 - fair) / labels["weight"].sum())  # overlapping labels count in part
    assert error < 0.011
    assert labels["label"].mean() == pytest.approx(fair, abs=3 * error)
    assert labels["ret"].mean() == pytest.approx(0, abs=3 * standard_error(labels))


@pytest.mark.parametrize("sign", [1, -1], ids=["with the last break", "against it"])
def test_structural_barriers_win_as_often_as_they_promise(noise, events, side, sign):
    labels = TripleBarrier(500).compute(noise, events, sign * side)
    risk_share = fair_odds(noise, labels, sign * side[: len(labels)])
    error = np.sqrt(np.mean(risk_share * (1 - risk_share)) / labels["weight"].sum())
    # A bar that holds both barriers is called a stop: that many wins may be missing.
    missing = labels.attrs["ambiguous"] / len(labels)
    assert -3 * error - missing <= labels["label"].mean() - risk_share.mean() <= 3 * error
    assert missing < 0.02


@pytest.mark.parametrize(("risk", "reward"), [(1.0, 3.0), (3.0, 1.0)])
def test_dropping_expired_trades_makes_an_edge_out_of_noise(noise, events, side, risk, reward):
    """Who is left touched a barrier in time, the nearer one more often than fair odds: that is no skill."""
    kept, touched = (
        TripleBarrier(10, stop_atr=risk, target_atr=reward, expiry=expiry).compute(noise, events, side)
        for expiry in ("sign", "drop")
    )
    assert touched.attrs["dropped"]["expired"] > 0.1 * len(kept)
    toward_the_nearer = np.sign(risk - reward)
    assert abs(kept["ret"].mean()) < 3 * standard_error(kept)
    assert toward_the_nearer * touched["ret"].mean() > 8 * standard_error(touched)
    assert toward_the_nearer * (touched["label"].mean() - risk / (risk + reward)) > 0.04
    assert abs(touched["label"].mean() - kept["label"].mean()) > 0.04


def standard_error(labels):
    return labels["ret"].std() / np.sqrt(labels["weight"].sum())


def fair_odds(noise, labels, side):
    found = barrier_distances(noise, labels.index.to_numpy(), side, stop_atr=None, target_atr=None)
    return found[:, 0] / found.sum(axis=1)


def auc(features, label):
    """Fit the first half, score the second; also the band that chance stays in."""
    half = len(label) // 2
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    model.fit(features[:half], label[:half])
    score = roc_auc_score(label[half:], model.predict_proba(features[half:])[:, 1])
    wins = label[half:].mean()
    return score, 3 * np.sqrt(1 / (12 * wins * (1 - wins) * (len(label) - half)))


@pytest.fixture(scope="module")
def labels(noise, events, side):
    return TripleBarrier(500, stop_atr=1.5, target_atr=4.5).compute(noise, events, side)


@pytest.fixture(scope="module")
def features(rows, labels):
    return rows[list(structure.FEATURES)].iloc[labels.index].fillna(0.0).to_numpy()


def test_features_do_not_tell_who_wins(features, labels):
    score, band = auc(features, labels["label"].to_numpy())
    assert band < 0.045
    assert abs(score - 0.5) < band


def test_law_notices_the_time_to_the_outcome(features, labels):
    duration = (labels["end"] - labels["start"]).to_numpy()
    score, band = auc(np.column_stack([features, duration]), labels["label"].to_numpy())
    assert score > 0.6 > 0.5 + band


def test_law_notices_one_bar_of_look_ahead(noise, features, labels, side):
    ahead = np.log(noise["close"] / noise["open"]).to_numpy()[labels["start"]] * side[: len(labels)]
    score, band = auc(np.column_stack([features, ahead]), labels["label"].to_numpy())
    assert score > 0.6 > 0.5 + band
