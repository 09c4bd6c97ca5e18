"""What a fit that ends when it only gets worse saves, and costs: python tests/bench/bench_early_stopping.py MODEL ...

Networks of the profile `reg=baseline` on planted signals: 57 features of noise, of which a few tell the class; the best
possible classifier is right in 50 (no signal), 60 or 74 of 100 rows. Each fit is carried out to the end of its patience,
and what it would have kept and when it would have ended by `smc.model.rounds.MAX_WORSE` is read off the same course, so
that both rules speak of the same weights. What was kept is scored on 4,000 fresh rows. Cells are n x best, seeds are 0,
1, ...; each fit is stored as it ends, and the bench goes on where it was ended.

    python tests/bench/bench_early_stopping.py mlp lstm --seeds 30 --output figures
    python tests/bench/bench_early_stopping.py mlp lstm --judge --output figures
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.model import rounds
from smc.windows import Windows

SIZES, BEST = (300, 1000, 2000), (0.5, 0.6, 0.74)
N_FEATURES, N_TELLING, N_TEST, TAIL = 57, 5, 4000, 0.15


@dataclass
class Course:
    """What each epoch measured, and how each kept state scores on fresh rows."""

    epochs: list[dict[str, float]] = field(default_factory=list)
    kept: list[tuple[int, float, float]] = field(default_factory=list)


def rows_of(seed: int, n: int, best: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw bars, each of which tells as much of its own label as a classifier of that accuracy can use."""
    rng = np.random.default_rng([seed, n, round(100 * best)])
    X = rng.normal(size=(n + N_TEST, N_FEATURES))
    strength = slope_of(best)
    odds = strength * X[:, :N_TELLING].sum(axis=1) / math.sqrt(N_TELLING)
    return X, (rng.random(len(X)) < 1 / (1 + np.exp(-odds))).astype(np.int64)


def slope_of(best: float) -> float:
    """Return the slope of a logistic law in a standard normal variable whose best classifier is so accurate."""
    z = np.random.default_rng(0).normal(size=200_000)
    low, high = 0.0, 50.0
    for _ in range(40):
        middle = (low + high) / 2
        accuracy = (1 / (1 + np.exp(-np.abs(middle * z)))).mean()
        low, high = (middle, high) if accuracy < best else (low, middle)
    return low if best > 0.5 else 0.0


def fit(name: str, seed: int, n: int, best: float) -> dict[str, Any]:
    """Fit once to the end of the patience; return the course and the scores of what was kept on the way."""
    import torch
    from torch.nn import functional

    from smc.model.network.batches import InputTensors
    from smc.model.network.callbacks import KeepBest
    from smc.model.network.inference import outputs_of

    torch.set_num_threads(1)
    node = compose([f"model={name}", "reg=baseline", f"seed={seed}"])["model"]
    lookback, n_fitted = node.get("lookback", 1), n - round(TAIL * n)
    bars, y = rows_of(seed, n, best)

    def inputs(first: int, stop: int) -> np.ndarray | Windows:
        ends = np.arange(max(first, lookback - 1), stop)
        return Windows(bars, ends, lookback) if lookback > 1 else bars[ends]

    fresh, target = InputTensors(inputs(n, len(bars))), torch.from_numpy(y[n:])
    course, take, keep = Course(), rounds.Rounds.take, KeepBest._take

    def told(self: rounds.Rounds, measured: dict[str, float]) -> bool:
        course.epochs.append({key: measured[key] for key in ("val_loss", "margin") if key in measured})
        return take(self, measured)

    def scored(self: KeepBest, module: Any) -> bool:
        before = module.rounds.n_kept
        is_last = keep(self, module)
        if module.rounds.n_kept > before:
            module.network.eval()
            logits = outputs_of(module.network, fresh)
            module.network.train()
            loss = float(functional.cross_entropy(logits, target))
            right = float((logits.argmax(dim=1) == target).float().mean())
            course.kept.append((module.rounds.n_kept, loss, right))
        return is_last

    model: Any = instantiate({**node, "seed": seed}, "model").set_params(task="classification")
    started = time.process_time()
    with (
        patch.object(rounds, "MAX_WORSE", 10**9),
        patch.object(rounds.Rounds, "take", told),
        patch.object(KeepBest, "_take", scored),
    ):
        model.fit(
            inputs(0, n_fitted), y[lookback - 1 : n_fitted], eval_set=(inputs(n_fitted, n), y[n_fitted:n])
        )
    return {"seconds": time.process_time() - started, "epochs": course.epochs, "kept": course.kept}


def ended(epochs: list[dict[str, float]], max_worse: int) -> tuple[int, int]:
    """Return after how many epochs the fit ends by the rule, and how many are kept then."""
    least, kept, n_worse = math.inf, 0, 0
    for number, epoch in enumerate(epochs, start=1):
        loss, margin = epoch["val_loss"], epoch.get("margin", 0.0)
        if loss < least - (max(margin, rounds.ROUNDING * abs(least)) if math.isfinite(least) else 0.0):
            least, kept = loss, number
        n_worse = n_worse + 1 if margin > 0 and loss > least + margin else 0
        if n_worse >= max_worse:
            return number, kept
    return len(epochs), kept


def judge(folder: Path, name: str, max_worse: int) -> Iterator[str]:
    """Give a line a cell."""
    rows = []
    for n, best in product(SIZES, BEST):
        for path in sorted(folder.glob(f"{name}-{n}-{best:g}-*.json")):
            told = json.loads(path.read_text())
            end, kept = ended(told["epochs"], max_worse)
            whole, whole_kept = ended(told["epochs"], 10**9)
            scores = {number: (loss, right) for number, loss, right in told["kept"]}
            change = np.subtract(scores[kept], scores[whole_kept])
            rows.append(
                (n, best, end, whole, kept != whole_kept, *change, told["seconds"] * (1 - end / whole))
            )
    columns = ["n", "best", "end", "whole", "other", "loss", "accuracy", "saved"]
    table = pd.DataFrame(rows, columns=columns)
    for key, own in [*table.groupby(["n", "best"]), (("all", ""), table)] if rows else ():
        told = [own[column].mean() for column in ("loss", "accuracy")]
        errors = [own[column].std() / math.sqrt(len(own)) for column in ("loss", "accuracy")]
        yield (
            f"{name:>5} {key[0]!s:>5} {key[1]!s:>5}: {len(own):>3} fits, {own['end'].sum()} of {own['whole'].sum()} epochs "
            f"({own['whole'].sum() / own['end'].sum():.2f}x), other epoch kept in {own['other'].sum()}; log-loss "
            f"{told[0]:+.4f} +- {errors[0]:.4f}, accuracy {told[1]:+.4f} +- {errors[1]:.4f}"
        )


def main() -> None:
    """Fit what is missing, or judge what is there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="+", choices=("mlp", "lstm"))
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--output", type=Path, default=Path("outputs/bench_early_stopping"))
    parser.add_argument("--judge", action="store_true")
    parser.add_argument("--max-worse", type=int, default=rounds.MAX_WORSE)
    asked = parser.parse_args()
    asked.output.mkdir(parents=True, exist_ok=True)
    if asked.judge:
        for name in asked.models:
            for line in judge(asked.output, name, asked.max_worse):
                sys.stdout.write(line + "\n")
        return
    for name, n, seed, best in product(asked.models, asked.sizes, range(asked.seeds), BEST):
        path = asked.output / f"{name}-{n}-{best:g}-{seed:03}.json"
        if not path.is_file():
            told = fit(name, seed, n, best)
            path.with_suffix(".new").write_text(json.dumps(told))
            path.with_suffix(".new").rename(path)
            sys.stderr.write(f"{path.stem}: {len(told['epochs'])} epochs, {told['seconds']:.1f} CPU-s\n")


if __name__ == "__main__":
    main()
