"""Whether more resamples make a model better: python tests/bench/bench_resamples.py

The same model (boosted trees, as sure of themselves as they come) with 1, 10 and 50 splits of `cv=monte_carlo` on the
same markets, some with an edge and some without. Of every out-of-fold figure the mean over the markets with its
error, and how far 50 splits differ from 1, in errors of that difference. Below stands what was scored here before:
the mean of an event's predictions, which is an ensemble and better the more splits there are.

Market k has the seed k. Answers are kept in ``--store`` as they come; a run that was cut short goes on.
"""

import argparse
import json
import sys
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from smc import metrics
from smc.config.compose import compose
from smc.evaluation.predictions import of_part
from smc.selection.candidates import split_result
from smc.selftest.configuration import Configuration
from smc.selftest.simulated_run import SYMBOL, SimulatedRun, carry_out
from smc.training.cross_fit import OUT_OF_FOLD
from smc.training.prepare import cached_dataset

N_MARKETS, N_SPLITS = 100, (1, 10, 50)
SCORES = ("accuracy", "balanced_accuracy", "f1_score", "mcc", "auc", "log_loss", "brier")
EARNED = ("sharpe", "sortino", "calmar", "max_drawdown", "win_rate", "var_95", "turnover", "mean_return")
Case = tuple[int, int, int]  # edge or none, splits, seed


def measure(case: Case, store: str) -> dict[str, float]:
    """Return every figure of one market."""
    warnings.simplefilter("ignore")
    edge, n_splits, seed = case
    config = compose(
        [
            "data=simulated", "data.n_symbols=1", f"data.edge_frac={edge}", "data.n_bars=5000", f"data.seed={seed}",
            "symbol=S01", "model=xgboost", "reg=none", "model.n_estimators=50", "aug=none", "events.last=300",
            "cv=monte_carlo", f"cv.n_splits={n_splits}", f"cv.seed={seed}",
        ]
    )  # fmt: skip
    run = carried_out(Configuration("xgboost", "none", config), store)
    record = run.record
    rows = of_part(run.predictions, OUT_OF_FOLD)
    returns = run.returns.loc[run.returns["part"] == OUT_OF_FOLD]
    result = split_result(rows, returns)
    return {
        **{name: record["out_of_fold_metrics"][name] for name in SCORES},
        **{name: record["financial_metrics"][name] for name in EARNED},
        "evidence": result.evidence.mean,
        **averaged(rows),
    }


def carried_out(configuration: Configuration, store: str) -> SimulatedRun:
    """Carry out one configuration on S01; features are kept under ``store``."""
    components = configuration.components
    bars = components.data.load(SYMBOL)
    data = cached_dataset({SYMBOL: bars}, components, Path(store))
    failures: dict[str, str] = {}
    (run,) = carry_out(bars, data, [configuration], failures)
    return run


def averaged(rows: pd.DataFrame) -> dict[str, float]:
    """Score the mean of an event's predictions."""
    chances = [name for name in rows if str(name).startswith(("p_", "baseline_"))]
    mean = rows.groupby("event", as_index=False)[[*chances, "label", "ret", "end", "weight"]].mean()
    mean = mean.assign(
        prediction=(mean["p_1"] >= 0.5).astype(int), time=pd.to_datetime(mean["event"], utc=True)
    )
    mean["label"] = mean["label"].astype(int)
    result = split_result(mean, pd.DataFrame())
    return {
        "averaged accuracy": metrics.accuracy(mean["label"], mean["prediction"]),
        "averaged log_loss": metrics.log_loss(mean["label"], mean["p_1"]),
        "averaged evidence": result.evidence.mean,
    }


def results(
    cases: list[Case], path: Path, pool: ProcessPoolExecutor, cache: str
) -> Iterator[dict[str, float]]:
    """Give what each case says; those that are known are read."""
    known = list(map(json.loads, path.read_text().splitlines())) if path.exists() else []
    yield from known
    done = {tuple(row["case"]) for row in known}
    missing = [case for case in cases if case not in done]
    with path.open("a") as file:
        for case, row in zip(missing, pool.map(partial(measure, store=cache), missing), strict=True):
            file.write(json.dumps({"case": case, **row}) + "\n")
            file.flush()
            yield {"case": case, **row}


def say(table: pd.DataFrame) -> None:
    """Print mean and error by number of splits, and the difference of the most and the fewest."""
    for edge, own in table.groupby("edge"):
        sys.stdout.write(f"{own['seed'].nunique()} markets {'with' if edge else 'without'} an edge\n")
        for name in [name for name in own if name not in ("edge", "splits", "seed")]:
            wide = own.pivot(index="seed", columns="splits", values=name).dropna()
            told = (f"{wide[n].mean():+.4f} +- {wide[n].sem():.4f}" for n in wide)
            change = wide[max(N_SPLITS)] - wide[min(N_SPLITS)]
            t = change.mean() / change.sem() if change.std() > 0 else 0.0
            sys.stdout.write(f"  {name:18} {', '.join(told)}; 50 less 1: {change.mean():+.4f} (t {t:+.1f})\n")


def main() -> None:
    """Run all cases, market by market."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", type=Path, default=Path("outputs/bench/resamples.jsonl"))
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    asked.store.parent.mkdir(parents=True, exist_ok=True)
    cases = [(edge, n, seed) for seed in range(N_MARKETS) for edge in (0, 1) for n in N_SPLITS]
    with tempfile.TemporaryDirectory() as cache, ProcessPoolExecutor(asked.jobs) as pool:
        table = pd.DataFrame(results(cases, asked.store, pool, cache))
    table[["edge", "splits", "seed"]] = np.array(table.pop("case").tolist())
    say(table)


if __name__ == "__main__":
    main()
