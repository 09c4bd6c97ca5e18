"""How often a selection deploys what it should not, and finds what is there: python tests/bench/bench_selection.py

Simulated markets, each symbol with twelve configurations: logistic, random_forest, xgboost, lightgbm under the
profiles baseline, strong, tiny; folds, sampler, fits and figures are those of `python -m smc.train`, the verdicts those
of `python -m smc.select` on one symbol. Nothing is written but one line a symbol, so that the bench goes on where
it was ended, and any number of processes may share the work:

    python tests/bench/bench_selection.py --cells 300:0 1000:0.74 --symbols 200 --output figures --part 0/2

A cell is n:best, n the number of most recent events, best the accuracy of the best possible classifier (0: no edge).
"""

import argparse
import json
import logging
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import beta

from smc.config import compose
from smc.data.simulated import Simulated
from smc.dataset import Dataset, label_events, pool
from smc.parts import Parts
from smc.record import describe, evaluate
from smc.selection.classic import Classic
from smc.selection.honest import Honest
from smc.selection.reading import candidates_of
from smc.selection.tried import Tried
from smc.train import make_plan
from smc.trained import fit_all

MODELS = ("logistic", "random_forest", "xgboost", "lightgbm")
PROFILES = ("baseline", "strong", "tiny")
#: Bars behind so many of the most recent events, warm-up included.
BARS_AN_EVENT, WARM_UP = 7.6, 2_300
RULES = {
    "classic": Classic(),
    "honest": Honest(),
    "honest, balanced accuracy": Honest(evidence="balanced_accuracy"),
    "honest, log-loss": Honest(evidence="log_loss"),
}
CELLS = ("300:0", "200:0", "1000:0", "1000:0.74", "300:0.74")


def configurations(n_events: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Compose each configuration once; intervals, which no rule looks at, are left out as far as they can be."""
    for model in MODELS:
        for profile in PROFILES:
            asked = [
                f"model={model}",
                f"reg={profile}",
                f"events.last={n_events}",
                "evaluation.n_bootstrap=2",
            ]
            yield f"{model} {profile}", compose([*asked, "data=simulated", "features=default", "symbol=S01"])


def market(n_events: int, best: float, seed: int) -> Simulated:
    """Draw one symbol with or without an edge."""
    n_bars = int(WARM_UP + BARS_AN_EVENT * n_events)
    edge = {"edge_frac": 1.0, "best_accuracy": best} if best else {"edge_frac": 0.0}
    return Simulated(n_symbols=1, n_bars=n_bars, seed=seed, **edge)


def runs_of(bars: Any, configs: dict[str, Any], parts: dict[str, Parts]) -> Iterator[tuple[Any, ...]]:
    """Carry out every configuration on one symbol: id, record, predictions, returns."""
    data: Dataset | None = None
    for name, config in configs.items():
        part = parts[name]
        if data is None:
            features = part.features.compute(bars["S01"])
            data = pool(
                {"S01": (bars["S01"], label_events(bars["S01"], features, part.features.warm_up, part))}
            )
            plan, failure = make_plan(data, part, config["split"])
            if failure:
                raise RuntimeError(failure)
        trained = fit_all(part, data, plan, config, lambda _: None)
        facts = describe(config, bars, data, plan, part.labels.task)
        figures, predictions, returns = evaluate(part, bars, trained.fits, trained.baseline)
        record = {**facts, **figures, "data_hash": "d", "choices": {"model": name}, "warnings": []}
        yield name.replace(" ", "_"), record, predictions, returns


def judge(
    n_events: int, best: float, seed: int, configs: dict[str, Any], parts: dict[str, Parts]
) -> dict[str, Any]:
    """Return the verdict of every rule on one symbol."""
    bars = {"S01": market(n_events, best, seed).load("S01")}
    runs = list(runs_of(bars, configs, parts))
    found = {}
    for name, rule in RULES.items():
        candidates = [each for run in runs for each in candidates_of(*run, rule.evidence)]
        (verdict,) = rule.select([Tried("S01", candidates, len(candidates))])
        decided = verdict.decided_by.name if verdict.decided_by else None
        chosen = verdict.candidate
        found[name] = {
            "verdict": verdict.verdict,
            "decided_by": decided,
            "candidate": chosen.run_id if chosen else None,
            "test_accuracy": chosen.test.accuracy if chosen and chosen.test else None,
            "p_value": (verdict.evidence.get("p_values") or {}).get("corrected"),
        }
    return found


def interval(n_hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Clopper and Pearson)."""
    low = beta.ppf(0.025, n_hits, n - n_hits + 1) if n_hits else 0.0
    high = beta.ppf(0.975, n_hits + 1, n - n_hits) if n_hits < n else 1.0
    return float(low), float(high)


def report(folder: Path) -> None:
    """Write a table of all symbols judged so far."""
    sys.stdout.write(
        f"{'cell':>10} {'rule':<26} {'symbols':>7} {'DEPLOY':>7} {'95 % interval':>15} {'WATCH':>6} {'test':>5}\n"
    )
    for cell in sorted({path.name.partition(".")[0] for path in folder.glob("*.jsonl")}):
        lines = [json.loads(line) for path in sorted(folder.glob(f"{cell}.*jsonl")) for line in path.open()]
        symbols = {line["seed"]: line["verdicts"] for line in lines}
        for rule in RULES:
            told = [each[rule] for each in symbols.values()]
            deployed = [each for each in told if each["verdict"] == "DEPLOY"]
            low, high = interval(len(deployed), len(told))
            watched = sum(each["verdict"] == "WATCH" for each in told) / len(told)
            test = np.mean([each["test_accuracy"] for each in deployed]) if deployed else math.nan
            sys.stdout.write(
                f"{cell:>10} {rule:<26} {len(told):>7} {len(deployed) / len(told):>7.1%} "
                f"{f'{low:.1%} to {high:.1%}':>15} {watched:>6.1%} {test:>5.3f}\n"
            )


def main() -> None:
    """Judge what is left to be judged, then report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cells", nargs="*", default=CELLS)
    parser.add_argument("--symbols", type=int, default=200)
    parser.add_argument("--output", type=Path, default=Path("outputs/bench_selection"))
    parser.add_argument("--part", default="0/1", help="which part of the symbols, of how many")
    asked = parser.parse_args()
    logging.getLogger("smc").setLevel(logging.ERROR)
    number, n_parts = map(int, asked.part.split("/"))
    asked.output.mkdir(parents=True, exist_ok=True)
    for cell in asked.cells:
        n_events, best = int(cell.partition(":")[0]), float(cell.partition(":")[2])
        configs = dict(configurations(n_events))
        parts = {name: Parts.from_config(config) for name, config in configs.items()}
        path = asked.output / f"{cell.replace(':', '_').replace('.', '')}.{number}.jsonl"
        done = {json.loads(line)["seed"] for line in path.open()} if path.is_file() else set()
        for seed in sorted(set(range(number, asked.symbols, n_parts)) - done):
            started = time.perf_counter()
            verdicts = judge(n_events, best, seed, configs, parts)
            with path.open("a") as file:
                file.write(json.dumps({"seed": seed, "verdicts": verdicts}) + "\n")
            told = {name: each["verdict"] for name, each in verdicts.items()}
            sys.stderr.write(f"{cell} {seed}: {told} {time.perf_counter() - started:.1f} s\n")
    report(asked.output)


if __name__ == "__main__":
    main()
