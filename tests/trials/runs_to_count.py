"""Small bars, registrations and evidence for the ledger's tests."""

from functools import cache

import numpy as np
import pandas as pd

from smc.fingerprint import bars_fingerprint
from smc.trials import PanelRows, Registration

DAY = 86_400_000_000_000


@cache
def random_bars(seed=0, n_bars=260):
    """A random walk of daily bars; more bars of one seed continue fewer."""
    steps = np.random.default_rng(seed).normal(size=(2000, 2))
    closes = 100 * np.exp(0.01 * steps[:n_bars, 0].cumsum())
    index = pd.date_range("2015", periods=n_bars, freq="D", tz="UTC", name="time")
    return pd.DataFrame({"close": closes, "volume": np.abs(steps[:n_bars, 1])}, index=index)


@cache
def fingerprint(seed=0, n_bars=260):
    return bars_fingerprint(random_bars(seed, n_bars))


def bars_of(*keys):
    """Bars by fingerprint, for the (seed, n_bars) given."""
    return {fingerprint(*key): random_bars(*key) for key in keys or [(0, 260)]}


def period(start, end):
    return pd.Timestamp(start, tz="UTC"), pd.Timestamp(end, tz="UTC")


def registration(run_id="aa", trial=None, *, symbols=("EURUSD",), bars=(0, 260), **facts):
    """Register a run of the trial ``trial``, one of its own if it is not given."""
    default = {
        **{"version": "1.0", "code_version": "v", "question": "q", "seed": 0, "model": "xgboost"},
        **{"development": period("2015-02", "2015-06"), "output": "outputs", "hashes": {}},
    }
    where = symbols if isinstance(symbols, dict) else dict.fromkeys(symbols, fingerprint(*bars))
    return Registration(run_id, where, trial or f"trial of {run_id}", **{**default, **facts})


def panel(n_rows=10, key="panel"):
    start = np.arange(n_rows, dtype=np.int64) * DAY
    return PanelRows(key, start, start + 2 * DAY)


def evidence(values=None, symbol="EURUSD", key="panel"):
    """Evidence of one symbol: ``values``, or ten random ones."""
    said = np.random.default_rng(0).normal(size=10) if values is None else values
    said = np.asarray(said, dtype=np.float32)
    return {symbol: (panel(len(said), key), said)}
