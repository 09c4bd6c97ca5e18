"""Forests and stacks of trees on simulated markets: python tests/bench/bench_forests.py [N_SYMBOLS] [N_STACKED]

Each symbol is fitted once, on its development part (`reg=strong`, no sampler), and judged on its test part by
log-loss. Markets have an edge of best accuracy .74 at 300
and 1,000 events, or none at 300; seeds are 5000, 5001 and so on. Differences from the first line are told with their
standard error over the symbols. Stacks take some twenty times as long: the first N_STACKED symbols alone. One line of
JSON a symbol is kept under outputs/bench_forests, so that the bench goes on where it was ended.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss

from smc.config.compose import compose
from smc.selftest.configuration import ASKED_FIRST, Configuration
from smc.selftest.parallel import quiet
from smc.selftest.scenario import Scenario
from smc.selftest.simulated_run import SYMBOL
from smc.training.cross_fit import CrossFitter
from smc.training.dataset import Dataset, make_dataset
from smc.training.prepare import make_plan

FOLDER = Path("outputs/bench_forests")
SCENARIOS = ("300:0.74", "1000:0.74", "300:0")
FIRST_SEED = 5000
FOREST = ("model=random_forest",)
VARIANTS = {
    "forest, sqrt": (*FOREST, "model.max_features=sqrt"),
    "forest, .33": FOREST,
    "forest, .33, no class weight": (*FOREST, "model.class_weight=null"),
    "forest, all": (*FOREST, "model.max_features=null"),
    "extra_trees": ("model=extra_trees",),
    "extra_trees, no class weight": ("model=extra_trees", "model.class_weight=null"),
    "xgboost": ("model=xgboost",),
}
STACKS = {
    "stack of three": ("model=stacking",),
    "stack with extra_trees for xgboost": (
        "model=stacking",
        "model.members=[logistic,random_forest,extra_trees]",
    ),
    "stack of logistic, extra_trees": ("model=stacking", "model.members=[logistic,extra_trees]"),
}


def main() -> None:
    """Fit what is left, then tell all."""
    n_symbols = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    n_stacked = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    FOLDER.mkdir(parents=True, exist_ok=True)
    composed = {
        name: Configuration("", "", compose([*ASKED_FIRST, "symbol=S01", "aug=none", "reg=strong", *typed]))
        for name, typed in {**VARIANTS, **STACKS}.items()
    }
    for scenario in map(Scenario.parse, SCENARIOS):
        path = FOLDER / f"{scenario.file_name}.jsonl"
        known = {row["seed"] for row in read(path)}
        for seed in range(FIRST_SEED, FIRST_SEED + n_symbols):
            if seed not in known:
                wanted = VARIANTS | STACKS if seed < FIRST_SEED + n_stacked else VARIANTS
                with quiet():
                    row = losses_of(scenario, seed, {name: composed[name].on(scenario) for name in wanted})
                with path.open("a") as file:
                    file.write(json.dumps({"seed": seed, "losses": row}) + "\n")
                sys.stderr.write(f"{scenario} {seed}\n")
        tell(scenario, [row["losses"] for row in read(path)])


def losses_of(scenario: Scenario, seed: int, configurations: dict[str, Configuration]) -> dict[str, float]:
    """Return the log-loss of each variant on the test part of one symbol, and of the prior."""
    first = next(iter(configurations.values()))
    bars = first.market(seed).load(SYMBOL)
    data = make_dataset({SYMBOL: bars}, first.components)
    plan, _ = make_plan(data, first.components, first.config["split"])
    label = data.events["label"].to_numpy()[plan.test]
    prior = data.events["label"].to_numpy()[plan.development].mean()
    told = {"prior": log_loss(label, np.full(len(label), prior), labels=[0, 1])}
    for name, configuration in configurations.items():
        told[name] = loss_of(configuration, data, plan.development, plan.test)
    return told


def loss_of(configuration: Configuration, data: Dataset, train: np.ndarray, test: np.ndarray) -> float:
    """Fit on some events, and return the log-loss on others."""
    fitter = CrossFitter(data, configuration.components.pipeline)
    rows = fitter.predict(fitter.fit(train, "fit").model, test, "test")
    return float(log_loss(rows["label"], rows["p_1"].clip(1e-6, 1 - 1e-6), labels=[0, 1]))


def read(path: Path) -> list[dict]:
    """Return the rows that are there."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def tell(scenario: Scenario, rows: list[dict[str, float]]) -> None:
    """Write the mean log-loss of each variant, and its difference from the first."""
    table = pd.DataFrame(rows)
    sys.stdout.write(f"{scenario}, {len(table)} symbols\n")
    for name in table:
        change = (table[name] - table["forest, sqrt"]).dropna()
        error = change.std(ddof=1) / len(change) ** 0.5 if len(change) > 1 else float("nan")
        sys.stdout.write(
            f"  {name:<36}{len(change):>4} symbols  log-loss {table[name].mean():.4f}  "
            f"against the first {change.mean():+.4f} ({error:.4f})\n"
        )


if __name__ == "__main__":
    main()
