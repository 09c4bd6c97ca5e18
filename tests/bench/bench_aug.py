"""Time of the samplers beside imblearn's SMOTE and a plain loop over rows: python tests/bench/bench_aug.py"""

import sys
import time
import warnings
from collections.abc import Callable
from statistics import median

import numpy as np
from imblearn.over_sampling import SMOTE

from smc.aug.aggressive import Aggressive
from smc.aug.block_bootstrap import BlockBootstrap
from smc.aug.light import Light
from smc.aug.sampler import Sampler
from smc.aug.smote import Smote
from smc.windows import Windows

N_ROWS, N_FEATURES, LOOKBACK = 1000, 57, 20
SAMPLERS = (Light(), Aggressive(), Smote(), BlockBootstrap())


def seconds(call: Callable[[], object], repeats: int = 9) -> float:
    """Median wall time of a call after one that warms up."""
    call()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return median(times)


def loop(X: np.ndarray) -> np.ndarray:
    """Light's copies, one row at a time."""
    rng, spread = np.random.default_rng(0), X.std(axis=0)
    return np.array([*X, *(row + 0.1 * spread * rng.standard_normal(row.shape) for row in X)])


def main() -> None:
    """Print milliseconds by sampler, for rows and for sequences, and ratios to the peers."""
    rng = np.random.default_rng(0)
    bars = rng.normal(size=(3 * N_ROWS, N_FEATURES))
    ends = LOOKBACK + 5 + 2 * np.arange(N_ROWS)
    rows, windows = bars[ends], Windows(bars.astype(np.float32), ends, LOOKBACK)
    y = (rng.random(N_ROWS) < 0.3).astype(int)

    def resample(sampler: Sampler, X: np.ndarray | Windows) -> None:
        def lagged_rows(some: np.ndarray, n_bars: np.ndarray) -> np.ndarray | Windows:
            moved = ends[some] - n_bars
            return bars[moved] if X is rows else Windows(windows.bars, moved, LOOKBACK)

        sampler.fit_resample(X, y, lagged_rows)

    sys.stdout.write(f"{N_ROWS} rows of {N_FEATURES} features, sequences of {LOOKBACK} bars, milliseconds\n")
    for sampler in SAMPLERS:
        times = [1e3 * seconds(lambda X=X, s=sampler: resample(s, X)) for X in (rows, windows)]
        sys.stdout.write(f"{type(sampler).__name__:<16} rows {times[0]:7.1f}   sequences {times[1]:7.1f}\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = seconds(lambda: SMOTE(random_state=0).fit_resample(rows, y))
    smote = theirs / seconds(lambda: resample(Smote(), rows))
    plain = seconds(lambda: loop(rows)) / seconds(lambda: resample(Light(), rows))
    sys.stdout.write(f"imblearn's SMOTE / Smote: {smote:.1f}   loop / Light: {plain:.1f}\n")


if __name__ == "__main__":
    main()
