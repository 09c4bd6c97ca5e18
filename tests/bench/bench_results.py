"""Time of committing and reading a run beside plain writing and reading: python tests/bench/bench_results.py [FOLDER]

FOLDER chooses the disk: an fsync costs 0.1 ms on some and 10 ms on others. "Plain" writes the same eight
files without lock, hash, fsync or status.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pandas as pd

from smc.ledger import Ledger
from smc.results import RunStore, load_run, package_versions, run_id

FILES = {f"file{number}.bin": b"0123456789abcdef" * 1250 for number in range(7)}
RECORD = {"symbol": "EURUSD", "history": {f"figure_{number}": number / 7 for number in range(200)}}
CONFIG = {"data": {"root": "bars"}, "model": {f"key_{number}": number for number in range(200)}, "seed": 0}
REPEATS = 31


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def laps(*calls):
    """Run the calls in turn and return the milliseconds of each."""
    times = []
    for call in calls:
        begin = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - begin))
    return times


def write(folder: Path) -> None:
    for name, content in FILES.items():
        (folder / name).write_bytes(content)


def run(store: RunStore, name: str) -> list[float]:
    """One run through the protocol: claim, files, record, commit, release."""
    claiming = store.claim(name)
    begin = time.perf_counter()
    claim = claiming.__enter__()
    claimed = 1e3 * (time.perf_counter() - begin)
    steps = laps(
        lambda: write(claim.staging),
        lambda: claim.save_record(RECORD),
        claim.commit,
        lambda: claiming.__exit__(None, None, None),
    )
    return [claimed, *steps]


def plain(folder: Path) -> None:
    folder.mkdir()
    write(folder)
    (folder / "run.json").write_text(str(RECORD))


def ledger_steps(ledger: Ledger, name: str) -> list[float]:
    period = pd.Timestamp("2020", tz="UTC"), pd.Timestamp("2021", tz="UTC")
    hashes = ("config_hash", "seedless_hash", "data_hash", "split_hash", "code_version")
    facts = {"model": "m", "seed": 0, "evidence": period, "output": "o"} | dict.fromkeys(hashes, "0")
    return laps(
        lambda: ledger.reap("o", lambda _: "started"),
        lambda: ledger.open_trial(name, ["EURUSD"], **facts),
        lambda: ledger.close_trial(name, "finished"),
    )


def show(title: str, names: list[str], times: list[list[float]]) -> float:
    medians = [median(column) for column in zip(*times, strict=True)]
    parts = ", ".join(f"{name} {value:.2f}" for name, value in zip(names, medians, strict=True))
    say(f"{title}: {sum(medians):.2f} ms ({parts})")
    return sum(medians)


def main(root: Path) -> None:
    store, ledger = RunStore(root / "out"), Ledger(f"sqlite:///{root}/ledger.sqlite")
    (imported,) = laps(lambda: __import__("sqlalchemy"))
    ids = laps(lambda: package_versions(CONFIG), lambda: run_id(CONFIG, data_hash="d", seed=0))
    first = sum(ledger_steps(ledger, "first"))
    say(
        f"once a process: import SQLAlchemy {imported:.0f} ms, first trial {first:.0f} ms, id {sum(ids):.0f} ms"
    )
    runs = [run(store, f"run{number}") for number in range(REPEATS)]
    total = show("a run of 8 files", ["claim", "files", "record", "commit", "release"], runs)
    baseline = median(laps(*(lambda n=n: plain(root / f"plain{n}") for n in range(REPEATS))))
    say(f"plain writing: {baseline:.2f} ms, the protocol takes {total / baseline:.1f} times as long")
    show(
        "a trial",
        ["reap", "open", "close"],
        [ledger_steps(ledger, f"trial{number}") for number in range(REPEATS)],
    )
    folder = store.folder("run0")
    read, bare = (
        median(laps(*[call] * REPEATS))
        for call in (lambda: load_run(folder), lambda: [path.read_bytes() for path in folder.iterdir()])
    )
    say(f"load_run: {read:.2f} ms, plain reading {bare:.2f} ms, {read / bare:.1f} times as long")
    skip = median(laps(*[lambda: store.claim("run0").__enter__()] * REPEATS))
    told = median(laps(*[lambda: store.state("run0")] * REPEATS))
    say(f"a finished run is skipped in {skip:.2f} ms, its state told in {told:.3f} ms")
    ledger.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as place:
        main(Path(place))
