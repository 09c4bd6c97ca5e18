"""Families put together: order, switches, families of one's own, and what is refused."""

import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from smc.config.check import check_config
from smc.config.instantiate import instantiate
from smc.errors import ConfigError, LeakageError
from smc.features.family import MachineFamily
from smc.features.feature_set import FeatureSet
from smc.features.momentum import Momentum
from smc.features.session import Session
from smc.features.trend import Trend


def test_order_is_that_of_the_definitions_then_of_the_map(bars, own):
    features = FeatureSet(
        {"body": own.Body(), "trend": Trend(), "count": own.Counted(), "session": Session()}
    )
    assert features.names == [
        "ses_hour_sin", "ses_hour_cos", "ses_kz_london", "ses_kz_ny",
        "ema50_dist_atr", "ema200_dist_atr", "ema50_slope_atr", "adx14", "body", "count",
    ]  # fmt: skip
    rows = features.compute(bars)
    assert rows.columns.tolist() == features.names
    assert rows.index.equals(bars.index)
    assert (rows.dtypes == np.float64).all()
    assert rows["count"].tolist() == list(range(len(bars)))


def test_null_switches_a_family_off():
    on = FeatureSet({"momentum": Momentum(), "trend": Trend()})
    off = FeatureSet({"momentum": Momentum(), "trend": None})
    assert (on.warm_up, off.warm_up) == (2000, 300)
    assert off.names == list(Momentum.names)


def test_the_longest_family_sets_the_warm_up(own):
    assert FeatureSet({"momentum": Momentum(), "drift": own.Drift(window=999)}).warm_up == 1000


def test_families_of_ones_own_need_no_machine(bars, own):
    features = FeatureSet({"drift": own.Drift(window=3)})
    rows = features.compute(bars)
    assert features.names == ["drift3", "up"]
    assert rows["drift3"].iloc[3] == pytest.approx(np.log(bars["close"].iloc[3] / bars["close"].iloc[0]) / 3)


def test_one_line_of_configuration_adds_a_family(tmp_path, monkeypatch, bars):
    (tmp_path / "my_module.py").write_text(
        "class MyFamily:\n"
        "    def __init__(self, *, window: int = 2) -> None:\n"
        "        self.names, self.warm_up, self.window = ['mine'], window, window\n"
        "    def compute(self, bars):\n"
        "        return bars['close'].diff(self.window).to_frame('mine')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "my_module")
    node = {"_target_": "smc.features.feature_set.FeatureSet", "families": {}}
    node["families"]["mine"] = {"_target_": "my_module.MyFamily", "window": 3}
    features = instantiate(node, "features")
    assert features.compute(bars)["mine"].iloc[3] == bars["close"].iloc[3] - bars["close"].iloc[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"swing_sise": 5}, "features.swing_sise: no such argument of FeatureSet; did you mean swing_size"),
        ({"swing_size": "5"}, "features.swing_size: must be int, got '5'"),
        ({"families": {"trend": {"_target_": "smc.features.trend.Trend", "slow": 1.5}}}, "slow: must be int"),
    ],
)
def test_configuration_is_bound_to_the_constructor(change, message):
    base = {"_target_": "smc.features.feature_set.FeatureSet", "families": {}}
    with pytest.raises(ConfigError, match=message):
        check_config({"features": base | change})


@pytest.mark.parametrize(
    ("families", "error", "message"),
    [
        ({}, ConfigError, "no family is on"),
        ({"trend": None}, ConfigError, "no family is on"),
        ({"mine": object()}, ConfigError, "features.families.mine: a family needs names, warm_up, compute"),
        ({"a": Trend(), "b": Trend()}, ConfigError, "families.b: the column ema50_dist_atr is also in a"),
        ({"a": MachineFamily()}, ConfigError, "families.a: `names` must be a list of column names, got ()"),
    ],
)
def test_wrong_families_are_refused(families, error, message):
    with pytest.raises(error, match=re.escape(message)):
        FeatureSet(families)


def test_a_column_of_ones_own_may_not_have_a_known_name(odd_family):
    with pytest.raises(ConfigError, match="the column rsi14 is also in momentum"):
        FeatureSet({"momentum": Momentum(), "mine": odd_family(None, names=["rsi14"])})
    with pytest.raises(ConfigError, match="must be a list of column names, got 'rsi14'"):
        FeatureSet({"mine": odd_family(None, names="rsi14")})


@pytest.mark.parametrize(
    "name",
    [
        "TBM_Label",
        "label",
        "TBM_Bars_to_Hit",
        "TBM_Hit_TP",
        "MitigatedIndex",
        "BrokenIndex",
        "Swept",
        "End",
        "end_bar",
    ],
)
def test_names_of_outcomes_are_refused(odd_family, name):
    with pytest.raises(LeakageError, match=f"{name} is the name of an outcome, no feature"):
        FeatureSet({"mine": odd_family(None, names=["fine", name])})


def test_names_that_merely_resemble_outcomes_are_allowed(odd_family):
    fine = ["trend", "weekend", "hit_rate", "sweep_age", "ob_mitigated", "blending"]
    assert FeatureSet({"mine": odd_family(None, names=fine)}).names == fine


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (lambda bars: bars[["close"]], r"declares \['x'\], but computes \['close'\]"),
        (lambda bars: np.ones((len(bars), 2)), "must give 3000 rows of 1 columns, got 3000 of 2"),
        (lambda bars: np.ones(len(bars) - 1), "must give 3000 rows of 1 columns, got 2999 of 1"),
        (lambda bars: np.where(np.arange(len(bars)) == 4, np.inf, 1.0), "x is infinite at 2015-01-05 16:00"),
    ],
)
def test_a_family_must_give_what_it_declares(bars, odd_family, values, message):
    with pytest.raises(ConfigError, match=f"features.families.mine.*{message}"):
        FeatureSet({"mine": odd_family(values)}).compute(bars)


def test_a_series_and_a_flat_array_are_columns(bars, odd_family):
    for values in (lambda bars: bars["close"], lambda bars: bars["close"].to_numpy()):
        assert FeatureSet({"mine": odd_family(values)}).compute(bars)["x"].equals(bars["close"].rename("x"))


def test_rules_reach_the_machine(bars):
    from smc.features.structure import Structure

    families = {"structure": Structure()}
    usual = FeatureSet(families).compute(bars)
    for rule in ({"swing_size": 8}, {"max_age": 20}):
        assert not FeatureSet(families, **rule).compute(bars).equals(usual)
    with pytest.raises(ValueError, match="`swing_size` must be"):
        FeatureSet(families, swing_size=0)


def test_building_a_set_imports_no_numba():
    code = (
        "import sys; from smc.features.feature_set import FeatureSet; from smc.features.trend import Trend;"
        "FeatureSet({'trend': Trend()}).names; assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_attribute_object_is_a_family(bars):
    simple = SimpleNamespace(names=["one"], warm_up=0, compute=lambda bars: np.ones(len(bars)))
    assert FeatureSet({"one": simple}).compute(bars)["one"].eq(1).all()
