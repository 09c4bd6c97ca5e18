"""Speed of triple barriers and uniqueness beside a plain loop and mlfinpy: python tests/bench/bench_labels.py

mlfinpy is compared where it is installed (it pins old versions: give it an environment of its own, with this
folder's parent project on PYTHONPATH). It looks at closes only, so it is given what it can do, and less.
"""

import sys
import time
import warnings
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd

from smc.labels.label_table import average_uniqueness
from smc.structure.barriers import touch

SIZES = (10_000, 100_000, 1_000_000)
PEER_SIZE = 1_000
MAX_HOLDING = 20


def seconds(call: Callable[[], object], repeats: int = 5) -> float:
    """Median wall time of a call after one that warms up (and compiles)."""
    call()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return median(times)


def market(n_bars: int) -> np.ndarray:
    """Draw open, high, low, close of a random walk, one row a bar."""
    rng = np.random.default_rng(0)
    path = 100 * np.exp(rng.normal(0, 0.0005, (n_bars, 4)).cumsum().reshape(-1, 4))
    return np.column_stack([path[:, 0], path.max(axis=1), path.min(axis=1), path[:, -1]])


def trades(n_events: int):
    """Give arguments of `touch`: an event at every bar, targets twice as far as stops."""
    prices = market(n_events + MAX_HOLDING)
    start = np.arange(n_events)
    side = np.random.default_rng(1).choice([-1, 1], n_events)
    barriers = prices[start, :1] + side[:, None] * np.array([[-0.25, 0.5]])
    return prices, start, side, barriers, MAX_HOLDING


def plain_touch(prices, start, side, barriers, max_holding):
    """Find first touches with loops over Python numbers."""
    bars, found = prices.tolist(), []
    for first, sign, (stop, target) in zip(start.tolist(), side.tolist(), barriers.tolist(), strict=True):
        for bar in range(first, first + max_holding):
            open_, high, low, close = bars[bar]
            worst, best = (low, high) if sign > 0 else (high, low)
            if sign * open_ <= sign * stop or sign * open_ >= sign * target:
                found.append((bar, open_))
                break
            if sign * worst <= sign * stop:
                found.append((bar, stop))
                break
            if sign * best >= sign * target:
                found.append((bar, target))
                break
        else:
            found.append((bar, close))
    return found


def plain_uniqueness(start, end):
    """Average uniqueness with loops over Python numbers."""
    alive = [0] * (int(end.max()) + 1)
    spans = list(zip(start.tolist(), end.tolist(), strict=True))
    for first, last in spans:
        for bar in range(first, last + 1):
            alive[bar] += 1
    return [sum(1 / n for n in alive[first : last + 1]) / (last + 1 - first) for first, last in spans]


def report(what: str, ours: float, n_events: int, other: float | None = None, peer: str = "") -> None:
    """Print a rate, and how many times the other one's it is."""
    ratio = f", {other / ours:,.0f} times {peer}" if other else ""
    sys.stdout.write(f"{what:<20} {n_events:>9,} events: {n_events / ours:>12,.0f} a second{ratio}\n")


def own() -> None:
    """Print rates by size, beside the plain loops."""
    for n_events in SIZES:
        arguments = trades(n_events)
        loop = seconds(lambda a=arguments: plain_touch(*a), 3) if n_events == SIZES[0] else None
        report("first touch", seconds(lambda a=arguments: touch(*a)), n_events, loop, "a Python loop")
    for n_events in SIZES:
        arguments = trades(n_events)
        start, end = arguments[1], touch(*arguments)[0]
        loop = seconds(lambda s=start, e=end: plain_uniqueness(s, e), 3) if n_events == SIZES[0] else None
        mine = seconds(lambda s=start, e=end: average_uniqueness(s, e))
        report("average uniqueness", mine, n_events, loop, "a Python loop")


def whole_label() -> None:
    """Print the time of a whole label as a run asks for it: structure, barriers, weights, table."""
    from smc.events.cusum import Cusum
    from smc.labels.triple_barrier import TripleBarrier

    prices = market(15_000)
    index = pd.date_range("2015-01-05", periods=len(prices), freq="4h", tz="UTC", name="time")
    bars = pd.DataFrame(prices, index, columns=["open", "high", "low", "close"]).assign(volume=1.0)
    events = Cusum().compute(bars)
    side = np.ones(len(events), dtype=np.int64)
    taken = seconds(lambda: TripleBarrier().compute(bars, events, side))
    sys.stdout.write(f"TripleBarrier on 15,000 bars, {len(events):,} events: {1e3 * taken:.1f} ms\n")
    taken = seconds(lambda: Cusum().compute(bars))
    sys.stdout.write(f"Cusum on 15,000 bars: {1e3 * taken:.1f} ms\n")


def peers() -> None:
    """Print rates beside mlfinpy's, on the same closes."""
    try:
        from mlfinpy.labeling.labeling import get_events
        from mlfinpy.sampling.concurrent import get_av_uniqueness_from_triple_barrier
    except ImportError:
        sys.stdout.write("mlfinpy is not installed: not compared\n")
        return
    warnings.simplefilter("ignore")
    prices, start, side, barriers, max_holding = trades(PEER_SIZE)
    stamps = pd.date_range("2015-01-05", periods=len(prices), freq="4h")
    close = pd.Series(prices[:, 3], stamps)
    at = stamps[start]
    vertical = pd.Series(stamps[start + max_holding - 1], at)
    width = pd.Series(0.0025, at)
    sides = pd.Series(side, at).astype(float)

    def label():
        return get_events(close, at, [2, 1], width, 0, 1, vertical, sides, verbose=False)

    closes = np.repeat(prices[:, 3:], 4, axis=1)
    arguments = (closes, start, side, barriers, max_holding)
    report("first touch", seconds(lambda: touch(*arguments)), PEER_SIZE, seconds(label, 1), "mlfinpy")
    table, end = label(), touch(*arguments)[0]
    theirs = seconds(lambda: get_av_uniqueness_from_triple_barrier(table, close, 1, verbose=False), 1)
    mine = seconds(lambda: average_uniqueness(start, end))
    report("average uniqueness", mine, PEER_SIZE, theirs, "mlfinpy")


if __name__ == "__main__":
    own()
    whole_label()
    peers()
