"""Columns say what values they take, and on real and simulated bars take those."""

import numpy as np
import pandas as pd
import pytest

from smc import structure
from smc.errors import ConfigError
from smc.features.feature_set import FeatureSet
from smc.features.momentum import Momentum

NAMES = (
    "AUDJPY_H4_ejtrader",
    "EURUSD_H4_ejtrader",
    "XAUUSD_H4_ejtrader",
    "EURCHF_D1_ejtrader",
    "BTCUSD_H1_gymtradingenv",
)


def check_kinds(kinds, features):
    """Raise unless each column takes values of its kind, and of no narrower one."""
    for name, kind in kinds.items():
        known = features[name].dropna().to_numpy()
        values, is_whole = set(np.unique(known)[:1000]), (known == np.round(known)).all()
        assert is_whole == (kind in ("flag", "direction", "count")), name
        if kind == "flag":
            assert values == {0, 1}, name
        if kind == "direction":
            assert values <= {-2, -1, 0, 1, 2}, name
            assert known.min() < 0 < known.max(), name
        if kind == "count":
            assert known.min() >= 0, name
            assert known.max() > 1, name
        if not is_whole:
            assert (len(values) <= 24) == (kind == "clock"), name


def test_the_default_columns_take_values_of_their_kinds_on_simulated_bars(bars):
    features = structure.compute(bars)
    check_kinds(structure.KINDS, features.iloc[600:])


@pytest.mark.parametrize("name", NAMES)
def test_the_default_columns_take_values_of_their_kinds_on_real_bars(name, shared_data):
    bars = pd.read_parquet(shared_data / "data" / "bars" / f"{name}.parquet")
    bars = bars.set_index("timestamp").iloc[-6000:]
    kinds = {key: kind for key, kind in structure.KINDS.items() if "_D1_" not in name or key[:4] != "ses_"}
    check_kinds(kinds, structure.compute(bars).iloc[600:])


def test_every_column_of_the_machine_has_a_kind():
    assert list(structure.KINDS) == list(structure.FEATURES)


def test_a_set_says_the_kinds_of_the_machine_and_what_families_of_ones_own_say(own):
    told = own.Drift()
    told.kinds = {"up": "flag"}
    features = FeatureSet({"momentum": Momentum(), "told": told, "body": own.Body()})
    kinds = {"up": "flag"} | dict.fromkeys(Momentum.names, "continuous")
    assert features.kinds == kinds


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ({"down": "flag"}, "`kinds` names down, which is no column of it"),
        ({"up": "boolean"}, "the kind of up must be one of flag, direction, count, .*, got 'boolean'"),
    ],
)
def test_a_wrong_kind_is_named(own, kinds, said):
    family = own.Drift()
    family.kinds = kinds
    with pytest.raises(ConfigError, match=f"features.families.mine: {said}"):
        FeatureSet({"mine": family})
