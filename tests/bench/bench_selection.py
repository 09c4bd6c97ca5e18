"""How often a selection deploys what it should not, and finds what is there: python tests/bench/bench_selection.py

Simulated markets, each symbol with twelve configurations: logistic, random_forest, xgboost, lightgbm under the
profiles baseline, strong, tiny; folds, sampler, fits and figures are those of `python -m smc.train`, the verdicts those
of `python -m smc.select` on one symbol. Nothing is written but one line a symbol, so that the bench goes on where
it was ended, and any number of processes may share the work:

    python tests/bench/bench_selection.py --scenarios 300:0 1000:0.74 --symbols 200 --output figures --part 0/2

A scenario is n:best: n most recent events, and the accuracy of the best possible classifier (0: no edge).
"""

import argparse
import json
import math
import sys
import time
from pathlib import Path

import numpy as np

from smc.selection.classic import Classic
from smc.selection.honest import Honest
from smc.selftest.configuration import Configuration, compose_configurations
from smc.selftest.interval import share
from smc.selftest.parallel import quiet
from smc.selftest.scenario import Scenario
from smc.selftest.simulated_run import SYMBOL, carry_out
from smc.selftest.store import Store
from smc.selftest.verdicts import judge, plain_verdict
from smc.training.dataset import make_dataset

MODELS = ("logistic", "random_forest", "xgboost", "lightgbm")
PROFILES = ("baseline", "strong", "tiny")
RULES = {
    "classic": Classic(),
    "honest": Honest(),
}
SCENARIOS = ("300:0", "200:0", "1000:0", "1000:0.74", "300:0.74")


def verdicts(seed: int, configurations: list[Configuration]) -> dict[str, dict[str, object]]:
    """Return the verdict of every rule on one symbol."""
    bars = configurations[0].market(seed).load(SYMBOL)
    runs = list(
        carry_out(
            bars, make_dataset({SYMBOL: bars}, configurations[0].components), configurations, failures := {}
        )
    )
    if failures:
        raise RuntimeError(failures)
    return {name: plain_verdict(each) for name, each in judge(runs, RULES, len(runs)).items()}


def report(folder: Path) -> None:
    """Write a table of all symbols judged so far."""
    sys.stdout.write(
        f"{'scenario':>10} {'rule':<26} {'symbols':>7} {'DEPLOY':>7} {'95 % interval':>15} {'WATCH':>6} {'test':>5}\n"
    )
    for scenario in sorted({path.name.partition(".")[0] for path in folder.glob("*.jsonl")}):
        lines = [
            json.loads(line) for path in sorted(folder.glob(f"{scenario}.*jsonl")) for line in path.open()
        ]
        symbols = {line["seed"]: line["verdicts"] for line in lines}
        for rule in RULES:
            told = [each[rule] for each in symbols.values()]
            deployed = [each for each in told if each["verdict"] == "DEPLOY"]
            found = share([float(each in deployed) for each in told])
            watched = sum(each["verdict"] == "WATCH" for each in told) / len(told)
            test = np.mean([each["test_accuracy"] for each in deployed]) if deployed else math.nan
            sys.stdout.write(
                f"{scenario:>10} {rule:<26} {len(told):>7} {found.value:>7.1%} "
                f"{f'{found.low:.1%} to {found.high:.1%}':>15} {watched:>6.1%} {test:>5.3f}\n"
            )


def main() -> None:
    """Judge what is left to be judged, then report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenarios", nargs="*", default=SCENARIOS)
    parser.add_argument("--symbols", type=int, default=200)
    parser.add_argument("--output", type=Path, default=Path("outputs/bench_selection"))
    parser.add_argument("--part", default="0/1", help="which part of the symbols, of how many")
    asked = parser.parse_args()
    number, n_parts = map(int, asked.part.split("/"))
    store = Store(asked.output, suffix=f".{number}")
    # no rule looks at intervals: they are left out as far as they can be
    composed = compose_configurations(MODELS, PROFILES, ["evaluation.n_bootstrap=2"])
    for scenario in map(Scenario.parse, asked.scenarios):
        configurations = [each.on(scenario) for each in composed]
        for seed in sorted(set(range(number, asked.symbols, n_parts)) - set(store.read(scenario))):
            started = time.perf_counter()
            with quiet():
                found = verdicts(seed, configurations)
            store.append(scenario, {"seed": seed, "verdicts": found})
            told = {name: each["verdict"] for name, each in found.items()}
            sys.stderr.write(f"{scenario} {seed}: {told} {time.perf_counter() - started:.1f} s\n")
    report(asked.output)


if __name__ == "__main__":
    main()
