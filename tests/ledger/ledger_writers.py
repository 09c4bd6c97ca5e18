"""One of several processes that write to a ledger at once: python ledger_writers.py URL WRITER COUNT."""

import sys

from smc.ledger import Ledger


def main(url: str, writer: str, count: int) -> None:
    ledger = Ledger(url)
    facts = {"model": "m", "config_hash": "c", "data_hash": "d", "split_hash": "p", "code_version": "v"}
    for number in range(count):
        own, shared = f"{writer}-{number}", f"shared-{number}"
        for trial_id in (own, shared):
            ledger.open_trial(
                trial_id, ["A", "B"], seed=0, seedless_hash=trial_id, evidence=None, output=".", **facts
            )
        ledger.close_trial(own, "finished")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
