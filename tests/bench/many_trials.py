"""A ledger that has counted for years: python tests/bench/many_trials.py FOLDER [--trials N] [--markets N]"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from smc.fingerprint import bars_fingerprint
from smc.trials import Ledger, PanelRows, Registration
from smc.trials.importing import ImportedRun

STAMPS = pd.date_range("2015", periods=2600, freq="D", tz="UTC", name="time")
DAY = 86_400_000_000_000
#: Runs that one event imports.
AT_ONCE = 5000


def bars_of(number: int, n_bars: int = 2) -> pd.DataFrame:
    """Return bars of a market of its own: a random walk of days."""
    moves = np.random.default_rng(number).normal(0, 0.01, n_bars)
    return pd.DataFrame({"close": 100 * np.exp(moves.cumsum())}, index=STAMPS[:n_bars])


def prints_of(bars: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Return the fingerprint of each symbol's bars."""
    return {symbol: bars_fingerprint(own) for symbol, own in bars.items()}


def registration(number: int, symbol: str, fingerprint: str, output: str = "/outputs") -> Registration:
    """Return what is told of one run before its fit."""
    return Registration(
        f"{number:016x}",
        {symbol: fingerprint},
        trial=f"{number:064x}",
        version="1.0",
        code_version="0123456789abcdef",
        question="0" * 64,
        seed=0,
        model="XGBoostClassifier",
        development=(STAMPS[0], STAMPS[-1]),
        output=output,
        hashes=dict.fromkeys(("config_hash", "data_hash", "split_hash"), "0" * 64),
        two_sided=False,
    )


def panel(n_events: int) -> PanelRows:
    """Return the events that all columns are about."""
    start = np.arange(n_events) * DAY
    return PanelRows("panel", start, start + 2 * DAY)


def finished_runs(n_trials: int, prints: dict[str, str], n_events: int) -> Iterator[ImportedRun]:
    """Give finished runs, the markets one after the other, in lists of `AT_ONCE`."""
    symbols, rows, random = list(prints), panel(n_events), np.random.default_rng(0)
    for number in range(n_trials):
        symbol = symbols[number * len(symbols) // n_trials]
        said = random.normal(size=n_events).astype(np.float32)
        yield ImportedRun(
            registration(number, symbol, prints[symbol]),
            evidence={symbol: (rows, said)},
            together=str(number // AT_ONCE),
            date=STAMPS[number // AT_ONCE],
        )


def make(place: Path, n_trials: int = 100_000, n_markets: int = 1000, n_events: int = 4) -> Ledger:
    """Return a ledger of its own that has counted so many trials; the product's import writes it."""
    ledger = Ledger(f"sqlite:///{place}/many.sqlite")
    bars = {f"S{number}": bars_of(number) for number in range(n_markets)}
    prints = prints_of(bars)
    by_print = {prints[symbol]: own for symbol, own in bars.items()}
    ledger.import_runs(list(finished_runs(n_trials, prints, n_events)), by_print, source="bench")
    return ledger


def main() -> None:
    """Write the ledger that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--markets", type=int, default=1000)
    asked = parser.parse_args()
    make(asked.folder, asked.trials, asked.markets).close()


if __name__ == "__main__":
    main()
