"""What a run costs beside the fits of its model library, by part: python tests/bench/bench_run.py

The default run with `model=logistic` on 15,000 simulated H4 bars, features cached, everything imported. Time inside
scikit-learn's own `fit` and `predict_proba` is taken off. Ratio: the whole run against the bare fits in it.
"""

import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from smc.config.compose import compose
from smc.training import run as command

N_BARS, N_RUNS = 15_000, 9
PARTS = (
    "load_bars",
    "bars_fingerprint",
    "prepare",
    "run_facts",
    "fit_models",
    "evaluate",
    "run_record",
    "save",
)


def write_bars(path: Path) -> None:
    """Write simulated H4 bars as Parquet."""
    steps = np.random.default_rng(0).normal(0.0, 0.001, size=(N_BARS, 8)).cumsum(axis=1)
    opens = np.exp(np.concatenate([[0.0], steps[:-1, -1].cumsum()]))
    walk = opens[:, None] * np.exp(np.column_stack([np.zeros(N_BARS), steps]))
    bars = {"open": walk[:, 0], "high": walk.max(axis=1), "low": walk.min(axis=1), "close": walk[:, -1]}
    time_ = pd.date_range("2012-01-02", periods=N_BARS, freq="4h", tz="UTC", name="time")
    pd.DataFrame({**bars, "volume": 100.0}, index=time_).reset_index().to_parquet(path)


class Clock:
    """Seconds spent in each named function, the outermost only."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            start = time.process_time()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds[name] += time.process_time() - start

        return call


@contextmanager
def patched(clock: Clock) -> Iterator[None]:
    """Time the parts of a run and the library's own work."""
    places = [(command, name) for name in PARTS]
    places += [(LogisticRegression, "fit"), (LogisticRegression, "predict_proba")]
    kept = [(owner, name, getattr(owner, name)) for owner, name in places]
    for owner, name, function in kept:
        label = "library" if owner is LogisticRegression else name
        setattr(owner, name, clock.timed(label, function))
    try:
        yield
    finally:
        for owner, name, function in kept:
            setattr(owner, name, function)


def main() -> None:
    """Run, and print medians in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        write_bars(Path(folder) / "SIM.parquet")
        overrides = [
            "model=logistic",
            "aug=none",
            "data=files",
            f"data.root={folder}",
            f"paths.output={folder}/out",
            f"ledger.url=sqlite:///{folder}/ledger.sqlite",
        ]
        start = time.process_time()
        config = compose(overrides)
        composition = time.process_time() - start
        command.train({**config, "seed": 10_000})
        rows = [one_run({**config, "seed": seed}) for seed in range(N_RUNS)]
    table = {name: 1000 * statistics.median(row.get(name, 0.0) for row in rows) for name in rows[0]}
    own = table["whole run"] - table["library"]
    lines = [f"{name:<18}{value:8.1f} ms" for name, value in table.items()]
    lines += [
        f"{'framework alone':<18}{own:8.1f} ms",
        f"{'composition':<18}{1000 * composition:8.1f} ms (first)",
    ]
    lines.append(f"whole run / its bare fits: {table['whole run'] / table['library']:.1f}")
    sys.stdout.write("\n".join(lines) + "\n")


def one_run(config: dict[str, Any]) -> dict[str, float]:
    """Carry out one run and return seconds by part; `fit_models` is without the library's own work."""
    clock = Clock()
    with patched(clock):
        start = time.process_time()
        command.train(config)
        whole = time.process_time() - start
    parts = dict(clock.seconds)
    parts["fit_models"] -= parts["library"]
    rest = whole - sum(parts.values())
    return {**parts, "rest (ids, lock, ledger, commit)": rest, "whole run": whole}


if __name__ == "__main__":
    main()
