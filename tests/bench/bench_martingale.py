"""What models and trades seem to know on prices that go nowhere: python tests/bench/bench_martingale.py [--cells WORD]

Each cell draws markets whose price is a martingale in simple returns (`data=simulated` without an edge), fits one
configuration on each and prints the mean over the markets, and its t, of four things: the out-of-fold evidence that
a selection judges by, what an event returns, what an event that is taken earns before costs, and what the account
earns a bar. None should be told from 0 by more than luck (|t| < 3.5); a bar that holds both barriers counts as the
stop, so trades may earn a little less than nothing. The cells of `a planted rule` put back what stood here before,
side x log return, which pays a short half the variance: what an event returns sees it.

One factor differs from the base cell at a time. Market k of a cell has the seed ``--first`` + k, so that cells share
their luck. Answers are kept in ``--store`` as they come, so that a run that was cut short goes on where it ended.
"""

import argparse
import json
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc.config.compose import compose
from smc.evaluation.predictions import of_part
from smc.selection.candidates import split_result
from smc.training.baseline import baseline_of
from smc.training.components import Components
from smc.training.cross_fit import OUT_OF_FOLD, CrossFitter
from smc.training.dataset import Dataset
from smc.training.evaluate import Evaluated, evaluate
from smc.training.prepare import cached_dataset, make_plan
from smc.typing import Config

N_MARKETS, N_BARS = 200, 5000
BASE = {
    "daily": 0.02,
    "side": "structure",
    "labels": "triple_barrier",
    "cv": "walk_forward",
    "rule": "simple",
}
NEAR = ["labels.stop_atr=3", "labels.target_atr=1"]
FAR = ["labels.stop_atr=1", "labels.target_atr=3"]
#: Name -> what differs from the base cell, and overrides.
CELLS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "2 % a day, the base cell": ({}, []),
    "1 % a day": ({"daily": 0.01}, []),
    "4 % a day": ({"daily": 0.04}, []),
    "side long": ({"side": "long"}, []),
    "side short": ({"side": "short"}, []),
    "side at random": ({"side": "random"}, []),
    "4 % a day, side long": ({"daily": 0.04, "side": "long"}, []),
    "4 % a day, side short": ({"daily": 0.04, "side": "short"}, []),
    "direction": ({"labels": "direction"}, []),
    "forward return": ({"labels": "forward_return"}, []),
    "three classes": ({"labels": "triple_barrier_3"}, ["labels.stop_atr=2", "labels.target_atr=2"]),
    "near target": ({}, NEAR),
    "near stop": ({}, FAR),
    "expanding": ({"cv": "expanding"}, []),
    "holdout": ({"cv": "holdout"}, []),
    "time series": ({"cv": "time_series"}, []),
    "purged k-fold": ({"cv": "purged_kfold"}, []),
    "combinatorial": ({"cv": "cpcv"}, []),
    "monte carlo": ({"cv": "monte_carlo"}, []),
    "4 % a day, direction, long": ({"labels": "direction", "daily": 0.04, "side": "long"}, []),
    "4 % a day, direction, short": ({"labels": "direction", "daily": 0.04, "side": "short"}, []),
    "a planted rule, long": ({"labels": "direction", "rule": "log", "daily": 0.04, "side": "long"}, []),
    "a planted rule, short": ({"labels": "direction", "rule": "log", "daily": 0.04, "side": "short"}, []),
    "a planted rule, barriers": ({"rule": "log", "daily": 0.04, "side": "short"}, []),
}


class OtherSide:
    """A label whose events take another side than the run says, and maybe the return of another rule."""

    def __init__(self, label: Any, side: str, rule: str, seed: int) -> None:
        self._label, self._side, self._rule, self._seed = label, side, rule, seed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._label, name)

    def compute(self, bars: pd.DataFrame, events: np.ndarray, side: np.ndarray) -> pd.DataFrame:
        """Label the events to the side that was asked for."""
        side = self.sides(events, side)
        table = self._label.compute(bars, events, side)
        if self._rule == "log":
            kept = side[np.searchsorted(events, table.index)]
            table["ret"] = kept * np.log1p(kept * table["ret"].to_numpy())
        return table

    def sides(self, events: np.ndarray, side: np.ndarray) -> np.ndarray:
        """Return the side of each event."""
        if self._side == "random":
            return np.random.default_rng([self._seed, 1]).choice([-1, 1], N_BARS)[events]
        return -np.abs(side) if self._side == "short" else side


def measure(name: str, seed: int, store: str) -> dict[str, float]:
    """Fit one configuration on one market without an edge, and say what it seems to know."""
    warnings.simplefilter("ignore")
    changed, overrides = CELLS[name]
    cell = {**BASE, **changed}
    side = cell["side"] if cell["side"] in ("structure", "long") else "long"
    config = compose(
        [
            "data=simulated", "data.n_symbols=1", "data.edge_frac=0", f"data.n_bars={N_BARS}", f"data.seed={seed}",
            f"data.volatility={cell['daily'] * 365.25**0.5}", "symbol=S01", "model=logistic", "aug=none",
            f"side={side}", f"labels={cell['labels']}", f"cv={cell['cv']}", *overrides,
        ]
    )  # fmt: skip
    components = Components.from_config(config)
    label = OtherSide(components.labels, cell["side"], cell["rule"], seed)
    components = replace(components, labels=label)
    evaluated = evaluated_run(components, config, store, lambda data: with_sides(data, label))
    rows = of_part(evaluated.predictions, OUT_OF_FOLD)
    returns = evaluated.returns.loc[evaluated.returns["part"] == OUT_OF_FOLD]
    result = split_result(rows, returns)
    position = components.labels.position(rows["prediction"].to_numpy())
    earned = (position * rows["ret"].to_numpy())[position != 0]
    return {
        "evidence": result.evidence.mean if result else 0.0,
        "event": float(evaluated.predictions.drop_duplicates("event")["ret"].mean()),
        "trade": float(earned.mean()) if len(earned) else 0.0,
        "bar": float(returns["gross"].mean()),
    }


def evaluated_run(
    components: Components,
    config: Config,
    store: str,
    change: Callable[[Dataset], Dataset] = lambda data: data,
) -> Evaluated:
    """Fit and score one configuration on S01; features are kept under ``store``."""
    bars = {"S01": components.data.load("S01")}
    data = change(cached_dataset(bars, components, Path(store)))
    plan, _ = make_plan(data, components, config["split"])
    fitter = CrossFitter(data, components.pipeline)
    fits = fitter.run(plan, lambda _: None)
    baseline = baseline_of(fitter, components.labels.task).run(plan, lambda _: None)
    return evaluate(components, bars, fits, baseline)


def with_sides(data: Dataset, label: OtherSide) -> Dataset:
    """Write down the sides that the labels took."""
    events = data.events
    return replace(
        data, events=events.assign(side=label.sides(events["event"].to_numpy(), events["side"].to_numpy()))
    )


def say(name: str, values: pd.DataFrame) -> None:
    """Print mean and t of each figure."""
    t = values.mean() / values.std() * np.sqrt(len(values))
    columns = (f"{figure} {values[figure].mean():+.5f} (t {t[figure]:+.1f})" for figure in values)
    sys.stdout.write(f"{name:28} {len(values)} markets: {', '.join(columns)}\n")
    sys.stdout.flush()


def results(
    name: str, path: Path, pool: ProcessPoolExecutor, cache: str, first: int
) -> Iterator[dict[str, float]]:
    """Give what each market of a cell says; those that are known are read."""
    rows = map(json.loads, path.read_text().splitlines()) if path.exists() else ()
    known = {row["seed"]: row for row in rows if first <= row["seed"] < first + N_MARKETS}
    yield from known.values()
    missing = [seed for seed in range(first, first + N_MARKETS) if seed not in known]
    with path.open("a") as file:
        for seed, row in zip(missing, pool.map(partial(measure, name, store=cache), missing), strict=True):
            file.write(json.dumps({"seed": seed, **row}) + "\n")
            file.flush()
            yield row


def main() -> None:
    """Run the cells whose name holds a word."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", default="", help="part of their names (default: all)")
    parser.add_argument("--store", type=Path, default=Path("outputs/bench/martingale"))
    parser.add_argument("--first", type=int, default=0, help="seed of the first market")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    asked.store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as cache, ProcessPoolExecutor(asked.jobs) as pool:
        for name in CELLS:
            if asked.cells in name:
                rows = list(results(name, asked.store / f"{name}.jsonl", pool, cache, asked.first))
                say(name, pd.DataFrame(rows)[["evidence", "event", "trade", "bar"]])


if __name__ == "__main__":
    main()
