"""Speed of the statistics of selection, and size and power of the stepdown test.

python tests/bench/bench_stats.py speed
python tests/bench/bench_stats.py size --panels 2000
python tests/bench/bench_stats.py size --panels 2000 --edge 0.2
python tests/bench/bench_stats.py size --panels 2000 --tails 3 --serial 0.2
"""

import argparse
import math
import resource
import sys
import time
from collections.abc import Callable
from itertools import combinations
from statistics import median

import numpy as np

from smc.stats import probability_of_backtest_overfitting, romano_wolf
from smc.typing import FloatArray

write = sys.stdout.write


def seconds(call: Callable[[], object], repeats: int = 5) -> float:
    """Median wall time of a call after one that warms up."""
    call()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return median(times)


def plain_overfitting(panel: FloatArray, n_blocks: int) -> float:
    """Probability of backtest overfitting as the paper words it: a loop over the splits."""
    edges = np.arange(1, n_blocks) * len(panel) // n_blocks
    blocks = np.split(np.arange(len(panel)), edges)
    overfitted = n_splits = 0
    for chosen in combinations(range(n_blocks), n_blocks // 2):
        inside = np.concatenate([blocks[each] for each in chosen])
        outside = np.concatenate([rows for each, rows in enumerate(blocks) if each not in chosen])
        one, other = (
            panel[rows].mean(axis=0) / panel[rows].std(axis=0, ddof=1) for rows in (inside, outside)
        )
        rank = (other <= other[one.argmax()]).sum() / (panel.shape[1] + 1)
        overfitted += math.log(rank / (1 - rank)) <= 0
        n_splits += 1
    return overfitted / n_splits


def speed() -> None:
    """Print times, and the ratio to a plain loop."""
    panel = np.random.default_rng(0).normal(size=(1000, 100))
    for n_blocks in (10, 16):
        ours = seconds(lambda n=n_blocks: probability_of_backtest_overfitting(panel, n_blocks=n))
        plain = seconds(lambda n=n_blocks: plain_overfitting(panel, n), repeats=1)
        same = probability_of_backtest_overfitting(panel, n_blocks=n_blocks).probability
        write(
            f"PBO of 100 x 1,000 rows, {n_blocks} blocks: {ours:.3f} s with its spread, a plain loop without"
            f" {plain / ours:.1f} times that; same answer: {same == plain_overfitting(panel, n_blocks)}\n"
        )
    for n_rows, n_columns in ((500, 60), (10_000, 200)):
        panel = np.random.default_rng(0).normal(size=(n_rows, n_columns))
        ours = seconds(lambda panel=panel: romano_wolf(panel, block_size=5), repeats=3)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        write(
            f"Romano-Wolf, 2,000 draws of {n_columns} x {n_rows:,}: {ours:.2f} s; peak of the process"
            f" {peak:.0f} MiB\n"
        )


def noise(rng: np.random.Generator, options: argparse.Namespace, correlation: float) -> FloatArray:
    """Correlated columns without skill, with Student tails and an autoregression if asked for."""
    shape = (options.rows + 50, options.columns)
    shared, own = rng.normal(size=(shape[0], 1)), rng.normal(size=shape)
    values = math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own
    if options.tails:
        values *= np.sqrt(options.tails / rng.chisquare(options.tails, size=(shape[0], 1)))
    for row in range(1, shape[0] if options.serial else 0):
        values[row] += options.serial * values[row - 1]
    return values[50:]


def size(options: argparse.Namespace) -> None:
    """Print how often the test rejects at 5 %: any column, and the one with an edge."""
    rng = np.random.default_rng(options.seed)
    for correlation in (0.0, 0.5, 0.9):
        any_false = found = 0
        begin = time.perf_counter()
        for number in range(options.panels):
            panel = noise(rng, options, correlation)
            panel[:, 0] += options.edge
            p_values = romano_wolf(
                panel, n_draws=options.draws, block_size=options.block_size, seed=number
            ).p_values
            any_false += bool((p_values[1 if options.edge else 0 :] <= 0.05).any())
            found += bool(p_values[0] <= 0.05)
        write(f"correlation {correlation}: some false rejection {share(any_false, options.panels)}")
        if options.edge:
            write(f", the edge of {options.edge} found {share(found, options.panels)}")
        write(f"; {(time.perf_counter() - begin) / options.panels * 1e3:.0f} ms a panel\n")
        sys.stdout.flush()


def share(count: int, total: int) -> str:
    """Format a share with its standard error."""
    value = count / total
    return f"{value:.4f} (standard error {math.sqrt(value * (1 - value) / total):.4f})"


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["speed", "size"])
    parser.add_argument("--panels", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--columns", type=int, default=60)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument(
        "--block-size", type=float, default=None, help="rows; chosen from the data by default"
    )
    parser.add_argument("--edge", type=float, default=0.0, help="true Sharpe ratio a bar of the first column")
    parser.add_argument("--tails", type=float, default=0.0, help="degrees of freedom; 0: normal")
    parser.add_argument("--serial", type=float, default=0.0, help="autoregression of every column")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.what == "speed":
        speed()
    else:
        size(options)


if __name__ == "__main__":
    main()
