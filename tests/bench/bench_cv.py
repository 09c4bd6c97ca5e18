"""Time of a combinatorial split beside purgedcv, with identical answers: python tests/bench/bench_cv.py

purgedcv is compared where it is installed; its intervals are half-open, so its ends are one bar later.
"""

import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd

from smc.cv.cpcv import CPCV
from smc.cv.plan import SplitPlan

SIZES = (10_000, 100_000, 1_000_000)
PEER_SIZE = 100_000


def events(n_events: int) -> np.ndarray:
    """Events on about every other bar, labels of 1 to 20 bars."""
    rng = np.random.default_rng(0)
    starts = rng.integers(0, 4, n_events).cumsum()
    return np.column_stack([starts, starts + rng.integers(0, 20, n_events)])


def seconds(call: Callable[[], object], repeats: int = 7) -> float:
    """Median wall time of a call after one that warms up."""
    call()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return median(times)


def peer(spans: np.ndarray):
    """purgedcv's splitter on the same spans as seconds, or None where it is not installed."""
    try:
        from purgedcv import CombinatorialPurgedCV
    except ImportError:
        return None
    start, known = (pd.Series(pd.to_datetime(each, unit="s")) for each in (spans[:, 0], spans[:, 1] + 1))
    return CombinatorialPurgedCV(
        6, 2, prediction_times=start, evaluation_times=known, purge_horizon=pd.Timedelta(0)
    )


def main() -> None:
    """Print seconds, growth and ratio."""
    write = sys.stdout.write
    before = None
    for n_events in SIZES:
        spans = events(n_events)
        taken = seconds(lambda spans=spans: list(CPCV().split(spans, groups=spans)))
        growth = f", {taken / before:.1f} times the size before" if before else ""
        write(f"CPCV(6, 2), {n_events:>9,} events: {taken:.4f} s{growth}\n")
        before = taken
    spans = events(PEER_SIZE)
    taken = seconds(lambda: SplitPlan.from_spans(spans, CPCV()), repeats=3)
    write(f"audited plan, {PEER_SIZE:>7,} events: {taken:.4f} s\n")
    other = peer(spans)
    if other is None:
        write("purgedcv is not installed: no ratio\n")
        return
    cv = CPCV(embargo_size=0)
    for (train, test), (their_train, their_test) in zip(
        cv.split(spans, groups=spans), other.split(spans), strict=True
    ):
        if not (np.array_equal(train, their_train) and np.array_equal(test, their_test)):
            raise AssertionError("purgedcv gives other folds")
    ours = seconds(lambda: list(cv.split(spans, groups=spans)))
    theirs = seconds(lambda: list(other.split(spans)), repeats=1)
    write(f"purgedcv, {PEER_SIZE:,} events, same folds: {theirs:.2f} s, {theirs / ours:.0f} times as long\n")


if __name__ == "__main__":
    main()
