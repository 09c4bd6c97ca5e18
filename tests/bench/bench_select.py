"""Time a selection over many runs: python tests/bench/bench_select.py [N_RUNS]

One real run is copied N_RUNS times (`speed.select.folder`), each a trial with noise of its own, counted in a ledger
beside them. Prints milliseconds a run of a first and of a second selection, and the seconds that reading the ledger
takes.
"""

import os
import statistics
import sys
import tempfile
import time

from smc import api
from smc.trials import Ledger

N_RUNS = 2000


def main() -> None:
    """Make the runs, select twice, print."""
    from speed.select import folder  # it stands beside this script

    n_runs = int(sys.argv[1]) if len(sys.argv) > 1 else N_RUNS
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        output, url = folder(n_runs)
        ledger, shared = Ledger(url), [f"paths.output={output}", f"ledger.url={url}"]
        reading = [timed(lambda: ledger.market_trials(ledger.trials()["market"].iloc[0])) for _ in range(3)]
        seconds = [timed(lambda: api.select(shared)) for _ in range(2)]
    sys.stdout.write(f"{n_runs} runs, one market\n")
    for name, taken in zip(("first selection", "second selection"), seconds, strict=True):
        sys.stdout.write(f"{name:<18}{taken:8.1f} s{1000 * taken / n_runs:8.2f} ms a run\n")
    sys.stdout.write(f"{'the ledger alone':<18}{statistics.median(reading):8.1f} s\n")


def timed(work) -> float:
    """Seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
