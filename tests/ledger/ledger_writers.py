"""One of several processes that write to a ledger at once: python ledger_writers.py URL WRITER COUNT PLACE.

Each says in PLACE that it is ready and starts when the file `go` is there: the database is created by all.
"""

import sys
import time
from pathlib import Path

import sqlalchemy  # noqa: F401 - so that no writer is late because it still imports

from smc.ledger import Ledger


def main(url: str, writer: str, count: int, place: Path) -> None:
    (place / f"ready-{writer}").touch()
    while not (place / "go").exists():
        time.sleep(0.001)
    ledger = Ledger(url)
    facts = {"model": "m", "config_hash": "c", "data_hash": "d", "split_hash": "p", "code_version": "v"}
    for number in range(count):
        own, shared = f"{writer}-{number}", f"shared-{number}"
        for trial_id in (own, shared):
            ledger.open_trial(
                trial_id, ["A", "B"], seed=0, seedless_hash=trial_id, evidence=None, output=".", **facts
            )
        ledger.close_trial(own, "finished")
        ledger.close_trial(shared, "finished")
        ledger.reap(".", lambda trial_id: "started")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
