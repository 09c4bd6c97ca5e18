"""Time a selection over many runs: python tests/bench/bench_select.py [N_RUNS]

One real run (baseline model, a simulated market) is copied N_RUNS times under other ids, each a trial with noise of its
own, counted in a ledger beside them. Prints milliseconds a run of a first and of a second selection, and the share of
the time that reading the ledger takes.
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from smc import api
from smc.results import Run, load_run
from smc.results.manifest import write_manifest
from smc.training.evidence import columns_of
from smc.training.take_over import registration_of_folder
from smc.trials import Ledger

N_RUNS = 2000
MARKET = (
    "data=simulated",
    "data.n_bars=4000",
    "data.n_symbols=1",
    "symbol=S01",
    "model=baseline",
    "aug=none",
)


def main() -> None:
    """Make the runs, select twice, print."""
    n_runs = int(sys.argv[1]) if len(sys.argv) > 1 else N_RUNS
    with tempfile.TemporaryDirectory() as place:
        url, output = f"sqlite:///{place}/ledger.sqlite", Path(place, "outputs")
        shared = [f"paths.output={output}", f"ledger.url={url}"]
        first, ledger = api.train([*MARKET, *shared]), Ledger(url)
        rng = np.random.default_rng(0)
        for number in range(1, n_runs):
            copy_run(first, f"{number:016x}", ledger, rng)
        reading = [timed(lambda: ledger.market_trials(ledger.trials()["market"].iloc[0])) for _ in range(3)]
        seconds = [timed(lambda: api.select(shared)) for _ in range(2)]
    sys.stdout.write(f"{n_runs} runs, one market\n")
    for name, taken in zip(("first selection", "second selection"), seconds, strict=True):
        sys.stdout.write(f"{name:<18}{taken:8.1f} s{1000 * taken / n_runs:8.2f} ms a run\n")
    sys.stdout.write(f"{'the ledger alone':<18}{statistics.median(reading):8.1f} s\n")


def copy_run(run: Run, run_id: str, ledger: Ledger, rng: np.random.Generator) -> None:
    """Commit a copy of a run under another id, as another trial with evidence of its own."""
    folder = run.path.with_name(run_id)
    shutil.copytree(run.path, folder)
    record = json.loads((folder / "run.json").read_bytes())
    registration = replace(registration_of_folder(run), run_id=run_id, trial=run_id)
    head = ledger.start(registration, {}).head
    record |= {"run_id": run_id, "trial_hash": run_id, "ledger": {"number": head.number, "hash": head.hash}}
    (folder / "run.json").write_text(json.dumps(record))
    (folder / "MANIFEST.json").unlink()
    write_manifest(folder, run_id=run_id, packed=[])
    assert run.evidence is not None
    evidence = {
        symbol: (rows, (values + rng.normal(0, 1, len(values))).astype(np.float32))
        for symbol, rows, values in columns_of(run.evidence)
    }
    ledger.scored(run_id)
    ledger.finish(run_id, evidence, digest=load_run(folder).digest)


def timed(work) -> float:
    """Seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
