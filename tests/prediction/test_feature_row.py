"""The features of one bar."""

import pandas as pd
import pytest

from smc import api
from smc.errors import ConfigError, DataError
from tests.conftest import random_bars

OWN = """
import numpy as np


class Gap:
    names = ("gap",)
    warm_up = 2

    def compute(self, bars):
        return (bars["open"] / bars["close"].shift(1) - 1).to_numpy()
"""


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Ask for H4 bars, with a family of one's own."""
    bars = random_bars(2600, seed=3)
    (tmp_path / "bars").mkdir()
    bars.to_parquet(tmp_path / "bars" / "RND.parquet")
    (tmp_path / "own_gap.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "own_gap")
    overrides = [
        "data=files",
        f"data.root={tmp_path / 'bars'}",
        f"paths.output={tmp_path / 'outputs'}",
        "+features.families.own._target_=own_gap.Gap",
    ]
    return bars, lambda at: api.features("RND", at, overrides)


def test_it_is_the_row_of_the_last_bar_that_was_closed_by_then(asked, tmp_path):
    bars, features = asked
    opens = bars.index[2400]
    before, after = features(opens + pd.Timedelta("3h59min")), features(opens + pd.Timedelta("4h"))
    assert (before.name, after.name) == (bars.index[2399], opens)
    assert after["gap"] == pytest.approx(bars["open"].iloc[2400] / bars["close"].iloc[2399] - 1)
    assert after["ret1"] == pytest.approx(0, abs=0.1)
    assert len(after) == 58
    assert list((tmp_path / "outputs" / "cache" / "features").glob("*.npy"))
    assert features(str(opens + pd.Timedelta("4h"))).equals(after)  # read from the cache


def test_a_row_knows_nothing_of_later_bars(asked, tmp_path):
    bars, features = asked
    at = bars.index[2400] + pd.Timedelta("4h")
    whole = features(at)
    bars.iloc[:2401].to_parquet(tmp_path / "bars" / "RND.parquet")
    pd.testing.assert_series_equal(features(at), whole, check_exact=True)


def test_mistakes_are_named(asked):
    _, features = asked
    with pytest.raises(DataError, match=r"RND: 0 bars are closed at 1999-01-01 .*bars run from 2015-01-05"):
        features("1999-01-01")
    with pytest.raises(ConfigError, match="at: must be a time, such as 2024-06-01 or a stamp, got 'soon'"):
        features("soon")
