"""One of several processes that write to a ledger at once: python ledger_writers.py URL WRITER COUNT PLACE.

Each says in PLACE that it is ready and starts when the file `go` is there: the database is created by all.
"""

import sys
import time
from pathlib import Path

import sqlalchemy  # noqa: F401 - so that no writer is late because it still imports

sys.path.insert(0, str(Path(__file__).parents[2]))
from smc.trials import Ledger
from tests.trials.runs_to_count import bars_of, evidence, registration


def main(url: str, writer: str, count: int, place: Path) -> None:
    (place / f"ready-{writer}").touch()
    while not (place / "go").exists():
        time.sleep(0.001)
    ledger = Ledger(url)
    for number in range(count):
        own, shared = f"{writer}-{number}", f"shared-{number}"
        for run_id in (own, shared):
            ledger.start(registration(run_id, symbols=["A", "B"], output="."), bars_of())
        ledger.scored(own)
        ledger.finish(own, evidence(symbol="A"))
        ledger.end(shared, "finished")
        ledger.reap(".", lambda run_id: "started")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
