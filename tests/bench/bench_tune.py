"""What a search for parameters gains, and what it deploys where nothing is: python tests/bench/bench_tune.py

Each simulated symbol has a ledger of its own for the profile (reg=strong), for tune.scope=first_block and for
tune.scope=fold. Losses and accuracies are compared on the events that all of them
predict out of fold, symbol by symbol; a selection says p and verdict. Symbols FIRST to FIRST + N - 1 are declared by
``--first`` and ``--symbols``; what is done is kept in ``outputs/bench_tune.jsonl``, and the same command goes on.
``--tell`` only prints what is there.
"""

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from smc import api
from smc.results import Run
from smc.training.judge import losses_of

KEPT = Path("outputs", "bench_tune.jsonl").resolve()
#: Best possible accuracy where there is an edge; trials of a search.
BEST, N_TRIALS = 0.74, 20
#: Symbols with an edge stand at even places of the simulated market, those without at odd ones.
CELLS = {"edge": 0, "null": 1}
#: What tells one row from another.
KEYS = ("model", "n_events_asked", "ways", "cell", "symbol")
WAYS = {
    "profile": [],
    "first_block": ["tune=tpe", f"tune.n_trials={N_TRIALS}"],
    "fold": ["tune=tpe", f"tune.n_trials={N_TRIALS}", "tune.scope=fold", "cv.min_initial_size=70"],
}


def main() -> None:
    """Carry out what is missing, two symbols at once, and tell all of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", default="logistic,xgboost")
    parser.add_argument("--ways", default=",".join(WAYS), help="fold costs hours where fits are dear")
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--cells", default=",".join(CELLS))
    parser.add_argument("--first", type=int, default=1000)
    parser.add_argument("--symbols", type=int, default=60)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tell", action="store_true")
    asked = parser.parse_args()
    known = {tuple(row[name] for name in KEYS) for row in rows()}
    work = [
        each
        for number in range(asked.first, asked.first + asked.symbols)
        for model in asked.models.split(",")
        for cell in asked.cells.split(",")
        if (each := (model, asked.events, asked.ways, cell, number)) not in known
    ]
    if work and not asked.tell:
        KEPT.parent.mkdir(exist_ok=True)
        with multiprocessing.get_context("spawn").Pool(asked.processes) as pool:
            for row in pool.imap_unordered(measured, work):
                with KEPT.open("a") as file:
                    file.write(json.dumps(row) + "\n")
    for asked in sorted({tuple(row[name] for name in KEYS[:-1]) for row in rows()}):
        tell(asked)


def measured(work: tuple[str, int, str, str, int]) -> dict[str, Any]:
    """Train one symbol in each way, and have each judged in a ledger of its own."""
    model, n_events, ways, cell, number = work
    row: dict[str, Any] = dict(zip(KEYS, work, strict=True))
    market = ["data=simulated", "data.n_symbols=2", f"data.seed={number}", f"symbol=S0{1 + CELLS[cell]}"]
    market += [f"data.best_accuracy={BEST}", f"events.last={n_events}", f"model={model}", "keep_bars=false"]
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        runs: dict[str, Run] = {}
        for way in ways.split(","):
            typed = WAYS[way]
            own = [f"paths.output={way}", f"ledger.url=sqlite:///{place}/{way}.sqlite"]
            begun = time.process_time()
            runs[way] = api.train([*market, *typed, *own])
            row[f"{way}_seconds"] = time.process_time() - begun
            manifest = api.select(own).manifest
            (entry,) = manifest["selections"].values()
            row[f"{way}_verdict"] = entry["verdict"]
            row[f"{way}_p"] = (entry["evidence"].get("p_values") or {}).get("corrected")
        row |= compared(runs)
        searches = runs[ways.split(",")[-1]].record["tuning"]
        row["trials"] = [search["trials"] for search in searches]
        row["kept"] = [search["trial"] == 0 for search in searches]
    return row


def compared(runs: dict[str, Run]) -> dict[str, float]:
    """Return mean loss and accuracy of each way on the events that all predict out of fold."""
    tables = {way: run.predictions.query("part == 'out_of_fold'") for way, run in runs.items()}
    shared = set.intersection(*(set(table["event"]) for table in tables.values()))
    found: dict[str, float] = {"n_events": len(shared)}
    for way, table in tables.items():
        own = table[table["event"].isin(shared)].sort_values("event")
        found[f"{way}_loss"] = float(losses_of(own).mean())
        found[f"{way}_accuracy"] = float((own["label"] == own["prediction"]).mean())
    return found


def rows() -> Iterator[dict[str, Any]]:
    """Give what is done."""
    if KEPT.exists():
        yield from map(json.loads, KEPT.read_text().splitlines())


def tell(asked: tuple[Any, ...]) -> None:
    """Print one cell: differences to the profile with standard errors, share of verdicts and of small p-values."""
    model, n_events, ways, cell = asked
    own = [row for row in rows() if tuple(row[name] for name in KEYS[:-1]) == asked]
    events = np.mean([row["n_events"] for row in own])
    print(f"{model}, n={n_events}, {cell}: {len(own)} symbols, {events:.0f} events in common")  # noqa: T201
    for way in ways.split(","):
        n_deployed = sum(row[f"{way}_verdict"] == "DEPLOY" for row in own)
        n_small = sum(row[f"{way}_p"] is not None and row[f"{way}_p"] <= 0.05 for row in own)
        line = f"  {way:<12} DEPLOY {n_deployed}, p <= .05 {n_small}"
        for figure in ("loss", "accuracy"):
            values = np.array([row[f"{way}_{figure}"] for row in own])
            less = values - [row[f"profile_{figure}"] for row in own]
            error = less.std(ddof=1) / np.sqrt(len(own)) if len(own) > 1 else float("nan")
            line += f"; {figure} {values.mean():.4f} ({less.mean():+.4f}, se {error:.4f})"
        seconds = np.median([row[f"{way}_seconds"] for row in own])
        print(f"{line}; {seconds:.1f} CPU-s")  # noqa: T201
    statuses = [trials for row in own for trials in row["trials"]]
    n_made = sum(sum(each.values()) for each in statuses)
    n_pruned = sum(each["pruned"] for each in statuses)
    kept = [each for row in own for each in row["kept"]]
    print(  # noqa: T201
        f"  {n_pruned / n_made:.0%} of the trials were ended early; {sum(kept)} of {len(kept)} searches kept the profile"
    )


if __name__ == "__main__":
    main()
