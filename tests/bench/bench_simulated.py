"""Simulated markets: speed, real bars beside them, what models learn: python tests/bench/bench_simulated.py --bars FOLDER

`--bars` names a folder of Parquet files of real H4 bars; without it only simulated markets are described.
`--out` takes the picture. `--calibrate` measures the values of `smc.data.simulation.planted` anew (minutes).
`--martingale` prints what trades earn on 200 markets without an edge, by the rules of
`tests/data/test_martingale.py`.
"""

import argparse
import importlib.util
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from smc.data.simulated import Simulated
from smc.data.simulation import planted
from smc.data.simulation.truth import best_possible
from smc.events.cusum import Cusum
from smc.labels.triple_barrier import TripleBarrier
from smc.structure import FEATURES
from smc.structure import compute as structure

LAGS = range(1, 51)
WARM_UP, N_TEST = 2000, 1000
SIZES, SEEDS = (300, 1000, 3000), range(4)
N_MARKETS = 200


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def seconds(call: Callable[[], object], repeats: int = 3) -> float:
    """Median wall time of a call after one that compiles."""
    call()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return median(times)


def speed() -> None:
    """Print the time of a million bars, and of the truth of an event."""
    market = Simulated(n_bars=1_000_000, freq="15min")
    taken = seconds(lambda: market.load("S01"))
    generator = np.random.default_rng(0)
    plain = seconds(lambda: generator.standard_normal((1_000_000, 24)).cumsum(axis=1))
    say(
        f"1,000,000 bars: {taken:.2f} s, {taken / plain:.1f} times a bare random walk of as many steps in NumPy"
    )
    market, events = Simulated(), np.arange(WARM_UP, 15_000, 130)
    taken = seconds(lambda: market.truth("S01", events)) - seconds(lambda: market.truth("S01", events[:1]))
    say(f"true odds of an event from 400 futures: {1e3 * taken / (len(events) - 1):.1f} ms")


def describe(bars: pd.DataFrame) -> dict[str, float]:
    """Measure what real markets have in common."""
    price = bars[["open", "high", "low", "close"]].to_numpy()
    returns = np.diff(np.log(price[:, 3]))
    steps = np.diff(bars.index.asi8) / 3.6e12
    open_, high, low, close = price[price[:, 1] > price[:, 2]].T
    tail = np.sort(np.abs(returns))[::-1][: len(returns) // 50]
    gaps = np.log(price[1:, 0] / price[:-1, 3])[steps > 40]
    memory = autocorrelation(np.abs(returns))
    return {
        "kurtosis": float(pd.Series(returns).kurt()),
        "tail index": 1 / np.mean(np.log(tail[:-1] / tail[-1])),
        "acf |r| 1-5": memory[:5].mean(),
        "6-20": memory[5:20].mean(),
        "21-50": memory[20:].mean(),
        "acf r 1": float(np.corrcoef(returns[1:], returns[:-1])[0, 1]),
        "body/range": np.mean(np.abs(close - open_) / (high - low)),
        "upper wick": np.mean((high - np.maximum(open_, close)) / (high - low)),
        "lower wick": np.mean((np.minimum(open_, close) - low) / (high - low)),
        "weekend gap": gaps.std() / returns.std(),
    }


def autocorrelation(values: np.ndarray) -> np.ndarray:
    centred = values - values.mean()
    return np.array([np.mean(centred[lag:] * centred[:-lag]) for lag in LAGS]) / np.mean(centred**2)


def facts(folder: Path | None, out: Path) -> None:
    """Print the facts of real and of simulated bars, and draw them."""
    real = {}
    for path in sorted(folder.glob("*_H4_*.parquet")) if folder else []:
        table = pd.read_parquet(path)
        stamps = next(name for name in table if str(table[name].dtype).startswith("datetime"))
        real[path.name.split("_")[0]] = table.set_index(stamps)
    market = Simulated()
    drawn = {name: market.load(name) for name in market.symbols()}
    rows = pd.DataFrame({name: describe(bars) for name, bars in {**real, **drawn}.items()}).T
    with_edge = [market.has_edge(name) for name in drawn]
    for label, names in {
        "real H4 bars": list(real),
        "simulated, no edge": [name for name, has in zip(drawn, with_edge, strict=True) if not has],
        "simulated, edge": [name for name, has in zip(drawn, with_edge, strict=True) if has],
    }.items():
        if names:
            say(f"{label} ({len(names)} symbols): median, least, most")
            say(rows.loc[names].agg(["median", "min", "max"]).round(2).to_string())
    draw({"real": real, "simulated": drawn}, out / "simulated.png")


def draw(groups: dict[str, dict[str, pd.DataFrame]], path: Path) -> None:
    """Draw tails, memory of volatility and the shape of bars."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    colours = {"real": "#888888", "simulated": "#1f77b4"}
    figure, (tails, memory, shape) = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
    for group, markets in groups.items():
        for i, bars in enumerate(markets.values()):
            look = {"color": colours[group], "alpha": 0.6, "lw": 1, "label": None if i else group}
            returns = np.diff(np.log(bars["close"].to_numpy()))
            ordered = np.sort(np.abs(returns) / returns.std())[::-1]
            tails.loglog(ordered, np.arange(1, len(ordered) + 1) / len(ordered), **look)
            memory.plot(LAGS, autocorrelation(np.abs(returns)), **look)
            span = (bars["high"] - bars["low"]).to_numpy()
            body = (bars["close"] - bars["open"]).abs().to_numpy()[span > 0] / span[span > 0]
            heights, edges = np.histogram(body, bins=20, range=(0, 1), density=True)
            shape.plot((edges[1:] + edges[:-1]) / 2, heights, **look)
    tails.set(xlim=(0.5, 30), ylim=(5e-5, 1), xlabel="|return|, standard deviations", title="share beyond")
    memory.set(xlabel="lag, bars", title="autocorrelation of |returns|", ylim=(-0.05, 0.5))
    shape.set(xlabel="body / range", title="density")
    memory.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    say(f"picture: {path}")


def events_of(market: Simulated, symbol: str) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Return features, labels and sides of the default run's events."""
    bars = market.load(symbol)
    rows = structure(bars)
    events = Cusum().compute(bars)
    events = events[events >= WARM_UP]
    side = np.where(rows["st_dir"].to_numpy()[events] >= 0, 1, -1)
    labels = TripleBarrier().compute(bars, events, side)
    return rows[list(FEATURES)].iloc[labels.index], labels, side[: len(labels)]


def models() -> dict[str, object]:
    """The models of the default run, as `model=...` and `reg=strong` build them."""
    from smc.config.compose import compose
    from smc.training.components import Components

    with_model = {name: compose([f"model={name}", "features=default"]) for name in ("logistic", "xgboost")}
    return {name: Components.from_config(config).pipeline for name, config in with_model.items()}


def learning() -> None:
    """Print accuracies on 1,000 events after the n that were learned from, beside the best possible."""
    from sklearn.base import clone

    warnings.simplefilter("ignore")
    for symbol in ("S01", "S02"):
        found: dict[tuple[str, int], list[float]] = {}
        for seed in SEEDS:
            market = Simulated(n_symbols=2, n_bars=36_000, seed=seed)
            X, labels, side = events_of(market, symbol)
            spans, y = labels[["start", "end"]].to_numpy(), labels["label"].to_numpy()
            test = slice(len(y) - N_TEST, None)
            truth = market.truth(symbol, labels.index.to_numpy()[test], side[test], n_paths=200)
            best = best_possible(truth)
            found.setdefault(("best possible", 0), []).append(best["accuracy"])
            found.setdefault(("majority", 0), []).append(best["majority"])
            known = np.flatnonzero(spans[:, 1] < spans[test][0, 0])
            for size in SIZES:
                rows = known[-size:]
                for name, pipeline in models().items():
                    fitted = clone(pipeline).fit(
                        X.iloc[rows], y[rows], labels["weight"].to_numpy()[rows], spans[rows]
                    )
                    hit = fitted.predict(X.iloc[test]) == y[test]
                    found.setdefault((name, size), []).append(float(np.mean(hit)))
        say(f"{symbol}: accuracy, mean and range over {len(SEEDS)} markets, {N_TEST} test events each")
        for (name, size), values in found.items():
            say(f"  {name:14} {size or '':>5} {np.mean(values):.3f} [{min(values):.3f}, {max(values):.3f}]")


def calibrate() -> None:
    """Print the best accuracy that each drift allows, over three markets."""
    for drift in planted.DRIFT:
        accuracies = []
        for seed in range(3):
            market = Simulated(1, seed=seed)
            market._drift = float(drift)
            _, labels, side = events_of(market, "S01")
            truth = market.truth("S01", labels.index.to_numpy(), side, n_paths=300)
            accuracies.append(best_possible(truth)["accuracy"])
        say(f"drift {drift:.2f}: best accuracy {np.mean(accuracies):.3f}")


def martingale() -> None:
    """Print mean simple returns in ATR, and the standard errors that they are from nothing."""
    file = Path(__file__).parents[1] / "data/test_martingale.py"
    spec = importlib.util.spec_from_file_location("laws", file)
    laws = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(laws)
    markets = laws.without_edge(N_MARKETS, 15_000)
    say(
        f"{N_MARKETS} markets; mean return in ATR (t) if bars that hold both barriers are stops, and if targets"
    )
    for name, rule in laws.RULES.items():
        for side in (1, -1):
            mean, t = laws.earned(markets, rule, side)
            stop, target = (f"{mean[i]:+.4f} ({t[i]:+.1f})" for i in (0, 1))
            say(f"  {name:26} {'long' if side > 0 else 'short':6} {stop}  {target}")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=Path)
    parser.add_argument("--out", type=Path, default=Path("outputs/bench"))
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--martingale", action="store_true")
    options = parser.parse_args()
    if options.calibrate or options.martingale:
        (calibrate if options.calibrate else martingale)()
        return
    speed()
    facts(options.bars, options.out)
    learning()


if __name__ == "__main__":
    main()
