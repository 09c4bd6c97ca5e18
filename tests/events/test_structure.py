"""Structure events on bars drawn by hand: each kind where it must be, one bar later than its cause."""

import numpy as np
import pandas as pd
import pytest

from smc import structure
from smc.events.structure import Structure


def only(kind, **arguments):
    kinds = ("order_block", "fair_value_gap", "liquidity_sweep")
    return Structure(**{each: each == kind for each in kinds}, **arguments)


def drawn(*shapes):
    """Quiet bars of range 1 around 100, so that ATR is 1, then the given (open, high, low, close)."""
    bars = [(100.0, 100.5, 99.5, 100.0)] * 20 + list(shapes)
    time = pd.date_range("2024-01-01", periods=len(bars), freq="4h", tz="UTC")
    return pd.DataFrame(bars, time, columns=["open", "high", "low", "close"]).assign(volume=1.0)


def test_gap_is_an_event_when_it_is_filled_in_full():
    bars = drawn(
        (100, 102, 100, 102),  # 20: closes up
        (102, 103, 101.5, 103),  # 21: low 101.5 above the high of bar 19, 100.5: a gap
        (103, 103, 101, 102),  # 22: fills half of it
        (102, 102, 100.5, 101),  # 23: fills it
        (101, 101.2, 100.9, 101),
    )
    assert only("fair_value_gap").compute(bars).tolist() == [23]


@pytest.mark.parametrize("column", ["ob_retest", "fvg_filled", "liq_sweep"])
def test_kinds_are_those_of_the_structure_machine(bars, column):
    kind = {"ob_retest": "order_block", "fvg_filled": "fair_value_gap", "liq_sweep": "liquidity_sweep"}[
        column
    ]
    expected = np.flatnonzero(structure.compute(bars)[column])
    assert len(expected) > 3
    np.testing.assert_array_equal(only(kind).compute(bars), expected)


def test_sweeps_are_the_bars_where_the_age_of_a_sweep_is_zero(bars):
    rows = structure.compute(bars)
    swept = (rows[["liq_sweep_high_age", "liq_sweep_low_age"]] == 0).sum(axis=1) == 1
    np.testing.assert_array_equal(only("liquidity_sweep").compute(bars), np.flatnonzero(swept))


def test_kinds_add_up(bars):
    parts = [only(kind).compute(bars) for kind in ("order_block", "fair_value_gap", "liquidity_sweep")]
    np.testing.assert_array_equal(Structure().compute(bars), np.unique(np.concatenate(parts)))


def test_rates_are_about_those_of_the_docstring(shared_data):
    bars = pd.read_parquet(shared_data / "data/bars/EURUSD_H4_ejtrader.parquet").set_index("timestamp")
    rates = {
        kind: len(bars) / len(only(kind).compute(bars))
        for kind in ("fair_value_gap", "order_block", "liquidity_sweep")
    }
    assert rates == pytest.approx(
        {"fair_value_gap": 7.3, "order_block": 26, "liquidity_sweep": 244}, rel=0.05
    )
