"""What the ledger takes of a run, a sweep and a selection when it has counted for years."""

import statistics
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pandas as pd
from many_trials import STAMPS, bars_of, make, panel, prints_of, registration

from smc.trials import Ledger, list_id
from speed.row import Row, cpu_seconds

N_TRIALS, N_MARKETS = 100_000, 1000
#: A sweep's list, its symbols, and the trials of one market that a selection reads.
N_JOBS, N_SYMBOLS, N_READ = 50_000, 50, 5000


@cache
def many() -> Ledger:
    """Return the ledger that has counted for years; the rows share it."""
    ledger = make(Path(mkdtemp(dir=".")), N_TRIALS, N_MARKETS)
    ledger.close()  # the first statement of a process imports SQLAlchemy, the first of a ledger opens it
    ledger.head()
    return ledger


def each(work: Callable[[Any], object], over: Iterable[Any]) -> float:
    """Return the median CPU milliseconds of a call, over what it is called with."""

    def once(item: Any) -> float:
        start = time.process_time()
        work(item)
        return 1000 * (time.process_time() - start)

    return statistics.median([once(item) for item in over])


@cache
def of_a_run() -> dict[str, float]:
    """Return CPU milliseconds of everything that one run does, for runs that begin one after the other."""
    ledger, bars = many(), {"S0": bars_of(0)}
    prints = prints_of(bars)
    by_print = {prints["S0"]: bars["S0"]}
    runs = [registration(10**9 + number, "S0", prints["S0"]) for number in range(51)]
    evidence = {"S0": (panel(1000), np.zeros(1000, np.float32))}
    took = {
        "reap": each(lambda _: ledger.reap("/outputs", lambda _: "started"), runs),
        "start": each(lambda run: ledger.start(run, by_print), runs),
        "scored": each(lambda run: ledger.scored(run.run_id), runs),
        "finish": each(lambda run: ledger.finish(run.run_id, evidence), runs),
        "open": each(lambda run: ledger.open_test(run.run_id, "S0", STAMPS[0], STAMPS[9], "honest"), runs),
    }
    return took | {"together": sum(took.values())}


def counting(_: Path) -> float:
    """Return CPU milliseconds of counting the trials of one of the many markets."""
    ledger, market = many(), prints_of({"S0": bars_of(0)})["S0"]
    return each(lambda _: ledger.market_trials(market).n_trials, range(11))


def growth(place: Path) -> float:
    """Return how often longer a start takes in one market of 20,000 trials than in one of 2,000."""

    def took(n_trials: int) -> float:
        (folder := place / str(n_trials)).mkdir()
        ledger, bars = make(folder, n_trials, 1), {"S0": bars_of(0)}
        prints = prints_of(bars)
        runs = [registration(10**9 + number, "S0", prints["S0"]) for number in range(21)]
        return each(lambda run: ledger.start(run, {prints["S0"]: bars["S0"]}), runs)

    return took(20_000) / took(2_000)


def listing(place: Path) -> float:
    """Return CPU seconds of registering a sweep's list."""
    bars = {f"S{number}": bars_of(number, 1000) for number in range(N_SYMBOLS)}
    prints = prints_of(bars)
    symbols = list(bars) * (N_JOBS // N_SYMBOLS)
    runs = [registration(number, symbol, prints[symbol]) for number, symbol in enumerate(symbols)]
    ledger = Ledger(f"sqlite:///{place}/list.sqlite")
    ledger.head()
    return cpu_seconds(lambda: ledger.register(runs, {prints[name]: own for name, own in bars.items()}), 1)


def job_of_a_list(place: Path) -> float:
    """Return CPU milliseconds of starting one job of a list of 10,000."""
    bars = {"S0": bars_of(0)}
    prints = prints_of(bars)
    runs = [registration(number, "S0", prints["S0"]) for number in range(10_000)]
    ledger = Ledger(f"sqlite:///{place}/list.sqlite")
    ledger.register(runs, {prints["S0"]: bars["S0"]})
    name = list_id(run.run_id for run in runs)
    return each(lambda run: ledger.start(run, {}, name), runs[:51])


def walks(n_markets: int, n_bars: int, freq: str, share: float = 0.0) -> dict[str, pd.DataFrame]:
    """Return bars of markets that move together for a share of their variance."""
    common = np.random.default_rng(10**6).normal(size=n_bars)
    stamps = pd.date_range("2015", periods=n_bars, freq=freq, tz="UTC", name="time")

    def own(number: int) -> pd.DataFrame:
        alone = np.random.default_rng(number).normal(size=n_bars)
        moves = np.sqrt(share) * common + np.sqrt(1 - share) * alone
        return pd.DataFrame({"close": 100 * np.exp(0.001 * moves.cumsum())}, index=stamps)

    return {f"S{number}": own(number) for number in range(n_markets)}


def new_market(n_known: int, n_bars: int, freq: str, share: float) -> Callable[[Path], float]:
    """Return CPU seconds of finding that bars are a new market among 1,000, from fewer of the same kind."""

    def measure(place: Path) -> float:
        bars = walks(n_known + 2, n_bars, freq, share)
        prints = prints_of(bars)
        by_print = {prints[symbol]: own for symbol, own in bars.items()}
        runs = [registration(number, symbol, key) for number, (symbol, key) in enumerate(prints.items())]
        ledger = Ledger(f"sqlite:///{place}/bars.sqlite")
        ledger.register(runs[:-2], by_print)
        took = each(lambda run: ledger.start(run, by_print), runs[-2:])
        return took * N_MARKETS / n_known / 1000

    return measure


def list_of_new_markets(place: Path) -> float:
    """Return CPU seconds of registering 200 new markets in one list."""
    bars = walks(200, 2600, "D")
    prints = prints_of(bars)
    runs = [registration(number, symbol, key) for number, (symbol, key) in enumerate(prints.items())]
    ledger = Ledger(f"sqlite:///{place}/bars.sqlite")
    ledger.head()
    return cpu_seconds(lambda: ledger.register(runs, {prints[name]: own for name, own in bars.items()}), 1)


def reading(place: Path) -> float:
    """Return CPU milliseconds a trial of reading a market of 5,000 trials, each of 1,000 events."""
    ledger, market = make(place, N_READ, 1, n_events=1000), prints_of({"S0": bars_of(0)})["S0"]
    return 1000 * cpu_seconds(lambda: ledger.market_trials(market)) / N_READ


def part(name: str) -> Callable[[Path], float]:
    """Return the measure of one part of what a run does."""
    return lambda _: of_a_run()[name]


ROWS = [
    Row("looking for dead runs, 100,000 trials", "ms a run", 0.2, part("reap")),
    Row("start, 100,000 trials", "ms a run", 3, part("start")),
    Row("scored, 100,000 trials", "ms a run", 3, part("scored")),
    Row("finish, 100,000 trials", "ms a run", 3, part("finish")),
    Row("opened, 100,000 trials", "ms a run", 3, part("open")),
    Row("all of a run, 100,000 trials", "ms a run", 10, part("together")),
    Row("counting a market of 100 trials of 100,000", "ms", 10, counting),
    Row("start in a market of 20,000 trials, of 2,000", "ratio", 3, growth),
    Row("a list of 50,000 jobs", "s", 10, listing),
    Row("start of a job of a list of 10,000", "ms a run", 3, job_of_a_list),
    Row("a new market among 1,000, 10 years of days", "s", 5, new_market(100, 2600, "D", 0.0)),
    Row("a new market among 1,000, 5 years of hours", "s", 5, new_market(40, 43_800, "h", 0.0)),
    Row("the same, where markets move together", "s", 5, new_market(40, 43_800, "h", 0.8)),
    Row("a new market among 1,000, 150 days of minutes", "s", 5, new_market(10, 216_000, "min", 0.0)),
    Row("a list of 200 new markets, 10 years of days", "s", 5, list_of_new_markets),
    Row("reading a market of 5,000 trials", "ms a trial", 1, reading),
]
