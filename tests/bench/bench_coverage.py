"""How often the 95 % intervals hold the truth: python tests/bench/bench_coverage.py [DRAWS] > coverage.txt

Classes: hits of probability p in events that overlap 0, 2 or 5 others, dependent in two ways: ``moving`` (a
moving average of as many normal shocks as bars, cut at p) and ``runs`` (one hit or miss for as many events);
labels are the sign of such an average of their own, and the probabilities told are uniform in [0.55, 0.95].
Values: averages of normal shocks, forecast with skill 0 or 0.3. The seed of a cell is its number behind
one declared here; every cell is told as soon as it is done, whatever it says. About ten minutes on one core for
2,000 draws a cell.
"""

import itertools
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import norm

from smc.evaluation.intervals import Intervals

SEED = 20_240
N_EVENTS, OVERLAPS, SHARES, SKILLS = (10, 30, 60, 200), (0, 2, 5), (0.5, 0.75, 0.95), (0.0, 0.3)
N_BOOTSTRAP = 300
CLASSES, NO_CLASSES = np.array([0, 1]), np.empty(0, dtype=np.int64)
Table = tuple[pd.DataFrame, pd.DataFrame]


def averages(n: int, overlap: int, rng: np.random.Generator) -> np.ndarray:
    """Moving averages of shocks, of variance 1: each shares terms with `overlap` others behind it."""
    kernel = np.ones(overlap + 1) / np.sqrt(overlap + 1)
    return np.convolve(rng.normal(size=n + overlap), kernel, "valid")


def moving(n: int, overlap: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Hits that depend as the labels' overlap says."""
    return averages(n, overlap, rng) < norm.ppf(share)


def runs(n: int, overlap: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Hits and misses in runs, the strongest dependence that an overlap allows."""
    length = overlap + 1
    hits = np.repeat(rng.random(n // length + 2) < share, length)
    return hits[rng.integers(length) :][:n]


def spans(n: int, overlap: int) -> dict[str, np.ndarray]:
    """An event a bar, its label as long as the overlap."""
    return {"start": np.arange(n), "end": np.arange(n) + overlap}


def named(hits: np.ndarray, overlap: int, rng: np.random.Generator) -> Table:
    """Predictions of two classes, and a baseline that tells one half for both."""
    n = len(hits)
    label = (averages(n, overlap, rng) > 0).astype(int)
    prediction, told = np.where(hits, label, 1 - label), rng.uniform(0.55, 0.95, n)
    p_1 = np.where(prediction == 1, told, 1 - told)
    rows = pd.DataFrame(
        {**spans(n, overlap), "label": label, "prediction": prediction, "p_0": 1 - p_1, "p_1": p_1}
    )
    return rows, rows.assign(p_0=0.5, p_1=0.5)


def named_truth(share: float) -> dict[str, float]:
    """The figures of `named` in infinitely many events."""
    told = np.linspace(0.55, 0.95, 100_001)
    loss = -share * np.log(told).mean() - (1 - share) * np.log(1 - told).mean()
    skill = 1 - loss / np.log(2)
    return {"accuracy": share, "balanced_accuracy": share, "log_loss": loss, "log_loss_skill": skill}


def forecast(n: int, overlap: int, skill: float, rng: np.random.Generator) -> Table:
    """Forecasts of values, and a baseline of 0."""
    label, noise = averages(n, overlap, rng), averages(n, overlap, rng)
    rows = pd.DataFrame({**spans(n, overlap), "label": label, "prediction": skill * label + 0.3 * noise})
    return rows, rows.assign(prediction=0.0)


def forecast_truth(skill: float) -> dict[str, float]:
    """The figures of `forecast` in infinitely many events."""
    square = (1 - skill) ** 2 + 0.3**2
    return {"mae": float(np.sqrt(square * 2 / np.pi)), "r2": 1 - square, "mse_skill": 1 - square}


def coverage(
    draw: Callable[[np.random.Generator], Table],
    truth: Mapping[str, float],
    classes: np.ndarray,
    n_draws: int,
    seed: list[int],
) -> dict[str, tuple[float, float, float]]:
    """By metric: share of the intervals that hold the truth, their median width, share of draws with one."""
    rng = np.random.default_rng(seed)
    held, width = {name: [] for name in truth}, {name: [] for name in truth}
    for number in range(n_draws):
        found = Intervals(n_bootstrap=N_BOOTSTRAP, seed=number).of_events(*draw(rng), classes)
        for name, interval in found.items():
            held[name].append(interval["low"] <= truth[name] <= interval["high"])
            width[name].append(interval["high"] - interval["low"])
    return {
        name: (float(np.mean(held[name])), float(np.median(width[name])), len(held[name]) / n_draws)
        for name in truth
        if held[name]
    }


def cells() -> Iterator[tuple[str, Callable[[np.random.Generator], Table], dict[str, float], np.ndarray]]:
    """Give each cell's title, how its events are drawn, their figures and classes."""
    for how, n, overlap, share in itertools.product((moving, runs), N_EVENTS, OVERLAPS, SHARES):
        title = f"{how.__name__} n={n} overlap={overlap} p={share}"
        draw = partial(_named, how=how, n=n, overlap=overlap, share=share)
        yield title, draw, named_truth(share), CLASSES
    for n, overlap, skill in itertools.product(N_EVENTS, OVERLAPS, SKILLS):
        title, draw = f"values n={n} overlap={overlap} skill={skill}", partial(forecast, n, overlap, skill)
        yield title, draw, forecast_truth(skill), NO_CLASSES


def _named(
    rng: np.random.Generator, *, how: Callable[..., np.ndarray], n: int, overlap: int, share: float
) -> Table:
    return named(how(n, overlap, share, rng), overlap, rng)


def main() -> None:
    """Print coverage, median width and how often there is an interval, cell by cell, and the least of each."""
    n_draws = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    least: dict[str, tuple[float, str]] = {}
    for number, (title, draw, truth, classes) in enumerate(cells()):
        table = coverage(draw, truth, classes, n_draws, [SEED, number])
        told = (
            f"{name} {held:.3f} (width {width:.2f}, told {often:.0%})"
            for name, (held, width, often) in table.items()
        )
        sys.stdout.write(f"{title:<36}{'  '.join(told) or 'no interval'}\n")
        sys.stdout.flush()
        for name, (held, _, _) in table.items():
            least[name] = min(least.get(name, (2.0, "")), (held, title))
    for name, (held, title) in least.items():
        sys.stdout.write(f"least coverage of {name}: {held:.3f} ({title})\n")


if __name__ == "__main__":
    main()
