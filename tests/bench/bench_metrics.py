"""Time of metrics and intervals beside scikit-learn and arch: python tests/bench/bench_metrics.py"""

import sys
import time
import warnings
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd
import sklearn.metrics as sk
from arch.bootstrap import CircularBlockBootstrap

from smc import metrics
from smc.evaluation.default import Evaluation
from smc.evaluation.tables import metric_table


def seconds(call: Callable[[], object], repeats: int = 7) -> float:
    """Median wall time of a call after one that warms up."""
    call()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return median(times)


def predictions(n_events: int, n_bars: int, seed: int = 0) -> pd.DataFrame:
    """Binary predictions on the last bars of a series, split as a run splits them."""
    rng = np.random.default_rng(seed)
    event = n_bars - 40 - 4 * np.arange(n_events)[::-1]
    label, told = rng.integers(0, 2, n_events), rng.random(n_events)
    table = pd.DataFrame({"event": event, "start": event + 1, "end": event + rng.integers(1, 20, n_events)})
    table = table.assign(label=label, p_0=1 - told, p_1=told, prediction=(told > 0.5).astype(int), weight=1.0)
    table = table.assign(ret=rng.normal(0, 0.01, n_events), side=rng.choice([-1, 1], n_events))
    cuts = {"train": (0, 0.6), "out_of_fold": (0.1, 0.8), "val": (0.6, 0.8), "test": (0.8, 1)}
    parts = [
        table[int(a * n_events) : int(b * n_events)].assign(part=part, fold=0)
        for part, (a, b) in cuts.items()
    ]
    return pd.concat(parts, ignore_index=True)


def random_bars(n_bars: int) -> pd.DataFrame:
    """Four-hour bars of a random walk; only open and close are looked at."""
    close = 100 * np.exp(np.random.default_rng(1).normal(0, 0.01, n_bars).cumsum())
    time = pd.date_range("1990", periods=n_bars, freq="4h", tz="UTC", name="time")
    return pd.DataFrame({"open": np.roll(close, 1), "close": close}, index=time)


def scikit_learn_table(rows: pd.DataFrame) -> None:
    """The same ten figures."""
    y, guess, told = rows["label"], rows["prediction"], rows["p_1"]
    hard = (sk.accuracy_score, sk.precision_score, sk.recall_score, sk.f1_score, sk.balanced_accuracy_score)
    for metric in (*hard, sk.matthews_corrcoef, sk.confusion_matrix):
        metric(y, guess)
    for metric in (sk.roc_auc_score, sk.log_loss, sk.brier_score_loss):
        metric(y, told)


def main() -> None:
    """Print times and ratios."""
    warnings.simplefilter("ignore")
    write = sys.stdout.write
    for n_events in (300, 5000):
        rows = predictions(n_events, 40_000)
        ours = seconds(lambda rows=rows: metric_table(rows, np.array([0, 1])))
        peer = seconds(lambda rows=rows: scikit_learn_table(rows))
        write(
            f"table of {len(rows)} events: {ours * 1e3:.2f} ms, scikit-learn {peer / ours:.0f} times that\n"
        )
    for n in (1000, 100_000):
        values, size = np.random.default_rng(0).normal(size=(n, 1)), metrics.block_size(n)
        ours = seconds(lambda values=values, size=size: metrics.block_means(values, block_size=size))
        sampler = CircularBlockBootstrap(size, values[:, 0], seed=0)
        peer = seconds(lambda sampler=sampler: sampler.apply(np.mean, 1000), repeats=3)
        write(f"1,000 block resamples of {n:,}: {ours * 1e3:.1f} ms, arch {peer / ours:.0f} times that\n")
    for n_events, n_bars in ((300, 5000), (300, 60_000), (5000, 60_000)):
        table, bars, evaluation = predictions(n_events, n_bars), random_bars(n_bars), Evaluation()
        taken = seconds(
            lambda t=table, b=bars, e=evaluation: e.compute(
                t, t, b, lambda guess: np.where(guess > 0, 1.0, -1.0)
            )
        )
        write(f"evaluation of {n_events} events on {n_bars:,} bars: {taken * 1e3:.0f} ms\n")


if __name__ == "__main__":
    main()
