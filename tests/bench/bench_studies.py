"""What a search that looks at its evidence deploys where nothing is: python tests/bench/bench_studies.py

Each simulated symbol without an edge has 300 events. A study of 50 trials (hydra/sweeper=optuna, ten a batch) looks for
a small forest by its out-of-fold losses, and a selection judges its ledger: the study's own best. One search on the
first block, and one inside each fit, are each judged in a ledger of their own, and in a copy of the study's, where it
has been paid for. Symbols FIRST to FIRST + N - 1 are declared by ``--first`` and ``--symbols``; what is done is kept
in ``outputs/bench_studies.jsonl``, and the same command goes on. ``--tell`` only prints what is there, with exact 95 %
intervals.
"""

import argparse
import contextlib
import io
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from smc import api, train
from smc.selection.verdict import DEPLOY
from smc.selftest.interval import share

KEPT = Path("outputs", "bench_studies.jsonl").resolve()
N_EVENTS, N_TRIALS = 300, 50
FOREST = (
    "model=random_forest",
    "model.n_estimators=10",
    "aug=none",
    "evaluation.n_bootstrap=2",
    "keep_bars=false",
)
SPACE = (
    "model.max_depth=range(1,6)",
    "model.min_samples_leaf=range(3,31)",
    "model.max_features=interval(.1,.8)",
)
SEARCHES = {
    "first_block": ("tune=tpe", "tune.n_trials=20"),
    "fold": ("tune=tpe", "tune.n_trials=10", "tune.scope=fold", "cv.min_initial_size=70"),
}
#: What a selection judges, and in whose ledger.
WAYS = ("study", "first_block", "fold", "first_block after the study", "fold after the study")
CELLS = {"null": 1, "edge": 0}


def main() -> None:
    """Carry out what is missing, and tell all of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cell", choices=CELLS, default="null")
    parser.add_argument("--first", type=int, default=3000)
    parser.add_argument("--symbols", type=int, default=400)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tell", action="store_true")
    asked = parser.parse_args()
    known = {(row["cell"], row["symbol"]) for row in rows()}
    numbers = range(asked.first, asked.first + asked.symbols)
    work = [(asked.cell, number) for number in numbers if (asked.cell, number) not in known]
    if work and not asked.tell:
        KEPT.parent.mkdir(exist_ok=True)
        with multiprocessing.get_context("spawn").Pool(asked.processes) as pool:
            for row in pool.imap_unordered(measured, work):
                with KEPT.open("a") as file:
                    file.write(json.dumps(row) + "\n")
    for cell in CELLS:
        tell([row for row in rows() if row["cell"] == cell], cell)


def measured(work: tuple[str, int]) -> dict[str, Any]:
    """Carry out the study and the searches of one symbol, and have each judged."""
    cell, number = work
    row: dict[str, Any] = {"cell": cell, "symbol": number}
    market = ["data=simulated", "data.n_symbols=2", f"data.seed={number}", f"symbol=S0{1 + CELLS[cell]}"]
    market += ["data.best_accuracy=.74", f"events.last={N_EVENTS}", *FOREST]
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        begun = time.process_time()
        search(
            [
                "-m",
                "hydra/sweeper=optuna",
                f"hydra.sweeper.n_trials={N_TRIALS}",
                *market,
                *SPACE,
                *within("study"),
            ]
        )
        row["study_seconds"] = time.process_time() - begun
        for way in SEARCHES:
            shutil.copytree("study", f"{way} after the study")
            shutil.copy("study.sqlite", f"{way} after the study.sqlite")
        row["study"] = judged("study")
        for way, typed in SEARCHES.items():
            for output in (way, f"{way} after the study"):
                api.train([*market, *typed, *within(output)])
                row[output] = judged(output)
    return row


def search(words: Sequence[str]) -> None:
    """Carry out a study, in silence."""
    with (
        patch.object(sys, "argv", ["smc.train", *words]),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.suppress(SystemExit),
    ):
        train.main()


def within(output: str) -> list[str]:
    """Type an output folder and a ledger of its own."""
    return [f"paths.output='{output}'", f"ledger.url='sqlite:///{Path(output).resolve()}.sqlite'"]


def judged(output: str) -> dict[str, Any]:
    """Select, and keep what the verdict rests on."""
    manifest = api.select(within(output)).manifest
    (entry,) = manifest["selections"].values()
    values = entry["evidence"].get("p_values") or {}
    return {
        "verdict": entry["verdict"],
        "p_oof": values.get("corrected"),
        "p_test": values.get("test"),
        "n_trials": entry["evidence"].get("n_trials"),
        "round": entry["evidence"].get("round"),
    }


def rows() -> Iterator[dict[str, Any]]:
    """Give what is done."""
    if KEPT.exists():
        yield from map(json.loads, KEPT.read_text().splitlines())


def tell(own: Sequence[dict[str, Any]], cell: str) -> None:
    """Print how often each way deployed, and passed its gates."""
    if not own:
        return
    print(f"{cell}: {len(own)} symbols")  # noqa: T201
    verdicts = {way: [float(row[way]["verdict"] == DEPLOY) for row in own] for way in WAYS}
    for way, deployed in verdicts.items():
        small = {
            name: sum(row[way][name] is not None and row[way][name] <= 0.05 for row in own)
            for name in ("p_oof", "p_test")
        }
        print(  # noqa: T201
            f"  {way:<28} DEPLOY {told(deployed)}; p_oof <= .05 {small['p_oof']}, p_test <= .05 {small['p_test']}"
        )
    print(f"  {'pooled':<28} DEPLOY {told([each for deployed in verdicts.values() for each in deployed])}")  # noqa: T201


def told(values: Sequence[float]) -> str:
    """Say how many of how many, with an exact interval."""
    found = share(list(values))
    return f"{sum(values):.0f} of {len(values)}, {found.value:.1%} [{found.low:.1%}, {found.high:.1%}]"


if __name__ == "__main__":
    main()
