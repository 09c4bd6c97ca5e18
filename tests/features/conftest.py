"""Families of one's own."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest


class Body:
    """Size of the candle's body over its range: looks at one bar."""

    names, warm_up = ("body",), 0

    def compute(self, bars):
        return ((bars["close"] - bars["open"]) / (bars["high"] - bars["low"])).to_frame("body")


class Drift:
    """Mean return of a window; an array of two columns, and a constructor argument."""

    def __init__(self, *, window: int = 10) -> None:
        self.window, self.warm_up, self.names = window, window + 1, [f"drift{window}", "up"]

    def compute(self, bars):
        drift = np.log(bars["close"]).diff().rolling(self.window).mean()
        return np.column_stack([drift, drift > 0])


class Counted:
    """Bars so far: only a state of its own can know it live."""

    names, warm_up = ("count",), 0

    def compute(self, bars):
        return np.arange(len(bars))

    def state(self):
        counter = iter(range(10**9))
        return SimpleNamespace(update=lambda bar: next(counter))


@pytest.fixture
def own():
    """The families above."""
    return SimpleNamespace(Body=Body, Drift=Drift, Counted=Counted)


@pytest.fixture
def records(bars):
    """The bars as live data gives them."""
    return bars.reset_index().to_dict("records")


@pytest.fixture
def odd_family():
    """Return a function that makes a family which computes ``values(bars)`` under ``names``."""

    def _make(values, names=("x",), warm_up=0):
        return SimpleNamespace(names=names, warm_up=warm_up, compute=lambda bars: values(bars))

    return _make


@pytest.fixture
def frame(bars):
    """Return a function: a constant column under any name."""
    return lambda name: pd.DataFrame({name: np.ones(len(bars))}, bars.index)
