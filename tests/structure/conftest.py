"""Tiny series, drawn by hand."""

from collections.abc import Callable

import pandas as pd
import pytest

from smc import structure

QUIET = 20  # bars of preamble: ATR is exactly 1 after them


@pytest.fixture(scope="session")
def draw() -> Callable[..., pd.DataFrame]:
    """Return a function: 20 quiet bars (10, 10.5, 9.5, 10), then the given ones (open, high, low, close)."""

    def _draw(*bars, freq="4h", volume=1.0):
        table = [(10.0, 10.5, 9.5, 10.0)] * QUIET + list(bars)
        index = pd.date_range("2024-01-01", periods=len(table), freq=freq, tz="UTC", name="time")
        return pd.DataFrame(table, index, ["open", "high", "low", "close"]).assign(volume=volume)

    return _draw


@pytest.fixture(scope="session")
def follow(draw) -> Callable[..., pd.DataFrame]:
    """Return a function: the machine's rows (swing size 2) of a drawn series, by bar position."""

    def _follow(*bars, **rules):
        rows = structure.compute(draw(*bars), **{"swing_size": 2, **rules})
        return rows.reset_index(drop=True)

    return _follow
