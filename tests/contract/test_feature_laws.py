"""Laws that every feature keeps, for every option of conf/features and for every family alone."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.errors import LeakageError
from smc.features.feature_set import FeatureSet
from smc.features.laws import check_causal, check_replay, check_warm_up, random_walk
from smc.structure.barriers import TARGET, touch

CONF = Path(__file__).parents[2] / "conf"
OPTIONS = sorted(path.stem for path in (CONF / "features").glob("*.yaml"))
FAMILIES = {
    "structure", "order_blocks", "fvg", "liquidity", "premium",
    "session", "momentum", "volatility", "trend", "tbm",
}  # fmt: skip

#: Every column with the range that its definition gives it; CAP is the largest age of an event or a zone.
CAP = "cap"
RANGES = {
    "st_sh_dist_atr": (-np.inf, np.inf),
    "st_sl_dist_atr": (-np.inf, np.inf),
    "st_sh_age": (5, np.inf),
    "st_sl_age": (5, np.inf),
    "st_hhll": (-2, 2),
    "st_dir": (-1, 1),
    "bos_age": (0, CAP),
    "choch_age": (0, CAP),
    "break_dist_atr": (-np.inf, np.inf),
    "ob_bull_age": (0, CAP),
    "ob_bull_dist_atr": (-np.inf, np.inf),
    "ob_bull_size_atr": (0, 14),
    "ob_bull_volstr": (0, 20 / 3),
    "ob_bull_mitigated": (0, 1),
    "ob_bull_active": (0, 32),
    "ob_bear_age": (0, CAP),
    "ob_bear_dist_atr": (-np.inf, np.inf),
    "ob_bear_size_atr": (0, 14),
    "ob_bear_volstr": (0, 20 / 3),
    "ob_bear_mitigated": (0, 1),
    "ob_bear_active": (0, 32),
    "fvg_bull_age": (0, CAP),
    "fvg_bull_size_atr": (0.1, 14),
    "fvg_bull_dist_atr": (-np.inf, np.inf),
    "fvg_bull_fill": (0, 1 - 1e-12),
    "fvg_bear_age": (0, CAP),
    "fvg_bear_size_atr": (0.1, 14),
    "fvg_bear_dist_atr": (-np.inf, np.inf),
    "fvg_bear_fill": (0, 1 - 1e-12),
    "liq_above_dist_atr": (0, np.inf),
    "liq_below_dist_atr": (0, np.inf),
    "liq_sweep_high_age": (0, CAP),
    "liq_sweep_low_age": (0, CAP),
    "pd_pos": (-1, 2),
    "pd_prevday_pos": (-np.inf, np.inf),
    "ses_hour_sin": (-1, 1),
    "ses_hour_cos": (-1, 1),
    "ses_kz_london": (0, 1),
    "ses_kz_ny": (0, 1),
    "rsi14": (0, 100),
    "macd_atr": (-np.inf, np.inf),
    "macd_hist_atr": (-np.inf, np.inf),
    "bb_pctb": (0.5 - 19**0.5 / 4, 0.5 + 19**0.5 / 4),  # the largest z-score in 20 values is sqrt(19)
    "bb_bw": (0, np.inf),
    "atr_pct": (0, np.inf),
    "rvol20": (0, np.inf),
    "ret1": (-np.inf, np.inf),
    "ret5": (-np.inf, np.inf),
    "ret20": (-np.inf, np.inf),
    "vol_z20": (-(19**0.5), 19**0.5),
    "ema50_dist_atr": (-np.inf, np.inf),
    "ema200_dist_atr": (-np.inf, np.inf),
    "ema50_slope_atr": (-np.inf, np.inf),
    "adx14": (0, 100),
    "tbm_risk_atr": (0.5, 4),
    "tbm_reward_atr": (0.5, 8),
    "tbm_rr": (1, 16),
}


@cache
def config(option, *overrides):
    return compose([f"features={option}", *overrides])["features"]


def build(option, *overrides):
    return instantiate(config(option, *overrides), "features")


def alone(family):
    return build("default", *(f"features.families.{other}=null" for other in FAMILIES - {family}))


SETS = [(option, build, option) for option in OPTIONS] + [(name, alone, name) for name in sorted(FAMILIES)]
every_set = pytest.mark.parametrize(
    "features", [make(name) for _, make, name in SETS], ids=[s[0] for s in SETS]
)
every_option = pytest.mark.parametrize("option", OPTIONS)


@cache
def walk(n_bars, freq="4h", seed=0):
    index = pd.date_range("2021-01-04", periods=n_bars, freq=freq, tz="UTC", name="time")
    return random_walk(index, np.random.default_rng(seed), price=100.0)


def market(option, n_bars):
    return walk(n_bars, "1D" if option == "daily" else "4h")


def test_discovery_found_what_exists():
    assert OPTIONS == ["daily", "default"]
    assert set(config("default")["families"]) == FAMILIES


def test_default_has_the_57_columns_in_order():
    assert build("default").names == list(RANGES)
    assert len(RANGES) == 57
    assert build("default").warm_up == 2000


def test_daily_has_another_slow_mean_and_no_hours():
    daily = build("daily")
    expected = ["ema100_dist_atr" if name == "ema200_dist_atr" else name for name in RANGES]
    assert daily.names == [name for name in expected if not name.startswith("ses_")]
    assert daily.warm_up == 700


@every_set
def test_no_value_depends_on_later_bars(features):
    check_causal(features, walk(1200), n_cuts=61)


@every_set
def test_live_equals_batch(features):
    check_replay(features, walk(600))


@every_option
def test_warm_up_is_true(option):
    features = build(option)
    check_warm_up(features, market(option, features.warm_up + 3000), n_starts=40, tol=5e-5)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_warm_up_of_a_family_alone_is_true(family):
    features = alone(family)
    check_warm_up(features, walk(features.warm_up + 3000), n_starts=15, tol=1e-5)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("size", [{"swing_size": 12}, {"max_age": 60}, {"swing_size": 2, "max_age": 900}])
def test_warm_up_follows_the_rules(option, size):
    features = build(option, *(f"structure.{name}={value}" for name, value in size.items()))
    assert features.warm_up >= 3 * features.rules["max_age"] + 30 * features.rules["swing_size"]
    check_warm_up(features, market(option, features.warm_up + 2000), n_starts=10, tol=5e-5)


@every_option
def test_values_are_finite_and_in_range(option):
    features = build(option)
    rows = features.compute(market(option, 20_000))
    assert not np.isinf(rows.to_numpy()).any()
    for name in features.names:
        low, high = RANGES[name.replace("ema100", "ema200")]
        column = rows[name].dropna()
        assert column.min() >= low, name
        assert column.max() <= (features.rules["max_age"] if high == CAP else high), name
        assert column.nunique() > 1 or name.startswith("ses_kz"), name


@every_option
def test_settled_rows_miss_only_objects_that_do_not_exist(option):
    features = build(option)
    rows = features.compute(market(option, 6000))[features.warm_up :]
    may_miss = ("ob_", "fvg_", "liq_above", "liq_below", "pd_pos")
    missing = rows.columns[rows.isna().any()]
    assert all(name.startswith(may_miss) for name in missing)
    assert not rows.filter(regex="_active$").isna().any(axis=None)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_alone_gives_the_columns_of_the_whole(family):
    whole, part = build("default").compute(walk(1500)), alone(family).compute(walk(1500))
    pd.testing.assert_frame_equal(part, whole[part.columns], check_exact=True)


@every_option
def test_real_bars_keep_the_laws(shared_data, option):
    name = "EURUSD_D1_ejtrader" if option == "daily" else "EURUSD_H4_ejtrader"
    bars = pd.read_parquet(shared_data / "data" / "bars" / f"{name}.parquet").set_index("timestamp")
    features = build(option)
    check_causal(features, bars[:8000])
    check_replay(features, bars[:1500])
    check_warm_up(features, bars, n_starts=40, tol=5e-5)


class Planted:
    """A family that looks ahead."""

    names, warm_up = ("planted",), 10

    def __init__(self, rule):
        self.rule = rule

    def compute(self, bars):
        return self.rule(bars["close"]).to_frame("planted")


LEAKS = {
    "shift": lambda close: close.pct_change().shift(-1),
    "centred": lambda close: close.rolling(9, center=True).mean() / close,
    "back_fill": lambda close: close.where(close > close.shift()).bfill() / close,
    "whole_file": lambda close: (close - close.mean()) / close.std(),
    "rank": lambda close: close.rank(pct=True),
    "late": lambda close: close.where(np.arange(len(close)) < 1000, close.shift(-1)) / close,
}


@pytest.mark.parametrize("leak", sorted(LEAKS))
def test_a_planted_leak_is_found(leak):
    features = FeatureSet({"planted": Planted(LEAKS[leak]), "trend": build("default").families["trend"]})
    with pytest.raises(
        LeakageError, match=r"`planted` at .* \(row \d+\) changes .* after row \d+ are removed"
    ):
        check_causal(features, walk(1200))


@pytest.mark.parametrize(
    ("leak", "what"),
    [
        (lambda close: (close.shift(-1) / close - 1).abs().between(0.007, 0.02), "shuffled"),
        (lambda close: close.shift(-1) < 0.8 * close, "replaced by noise"),
    ],
)
def test_a_warning_of_rare_bars_is_found(leak, what):
    """It is silent on usual bars, with or without the later ones; only unusual ones wake it."""
    with pytest.raises(LeakageError, match=f"`planted` .* are {what}"):
        check_causal(FeatureSet({"planted": Planted(leak)}), walk(300))


def test_driftless_bars_pay_what_the_barriers_say_and_no_feature_knows_better():
    """Random-walk law: wins come at risk / (risk + reward), whatever any column says at the decision."""
    rng = np.random.default_rng(5)
    n_bars, steps = 60_000, 24
    path = 100 * np.exp(rng.normal(0, 2e-4, n_bars * steps).cumsum().reshape(n_bars, steps))
    opens = np.concatenate([[100.0], path[:-1, -1]])
    table = np.column_stack(
        [opens, np.maximum(path.max(1), opens), np.minimum(path.min(1), opens), path[:, -1]]
    )
    index = pd.date_range("2010-01-01", periods=n_bars, freq="1h", tz="UTC", name="time")
    bars = pd.DataFrame(table, index, ["open", "high", "low", "close"]).assign(volume=rng.random(n_bars))
    rows = build("default").compute(bars)
    events = np.arange(2000, n_bars - 600, 40)
    at = rows.iloc[events]
    side = np.where(at["st_dir"] >= 0, 1, -1)
    close = bars["close"].to_numpy()[events]
    atr = at["atr_pct"].to_numpy() * close
    barriers = np.column_stack(
        [close - side * at["tbm_risk_atr"] * atr, close + side * at["tbm_reward_atr"] * atr]
    )
    _, _, outcome = touch(np.ascontiguousarray(table), events + 1, side, barriers, 600)
    won = outcome == TARGET
    fair = (at["tbm_risk_atr"] / (at["tbm_risk_atr"] + at["tbm_reward_atr"])).to_numpy()
    assert abs(won.mean() - fair.mean()) < 0.03
    surplus = won - fair
    for name in rows.columns:
        known = at[name].notna().to_numpy()
        if at[name][known].nunique() > 1:
            correlation = np.corrcoef(at[name][known], surplus[known])[0, 1]
            assert abs(correlation) < 4.5 / np.sqrt(known.sum()), name
