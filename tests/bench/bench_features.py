"""Speed and memory of the 57 features, and the sum of a peer's indicators in the same run.

python tests/bench/bench_features.py [--peer PYTHON]

The peer is smartmoneyconcepts 0.0.27; PYTHON is the interpreter of an environment of its own that has it. It
takes minutes. Times are CPU seconds of one process, so that a busy machine does not blur them.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

SIZES = (10_000, 100_000, 1_000_000)
PEER_SIZE = 100_000

PEER = """
import contextlib, io, json, sys, time, warnings
warnings.simplefilter("ignore")
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    import pandas as pd
    from smartmoneyconcepts.smc import smc
    bars = pd.read_parquet(sys.argv[1]).tz_localize(None)
    swings, taken = smc.swing_highs_lows(bars, swing_length=5), {}
    for name, call in {
        "swing_highs_lows": lambda: smc.swing_highs_lows(bars, swing_length=5),
        "bos_choch": lambda: smc.bos_choch(bars, swings),
        "ob": lambda: smc.ob(bars, swings),
        "fvg": lambda: smc.fvg(bars),
        "liquidity": lambda: smc.liquidity(bars, swings),
        "previous_high_low": lambda: smc.previous_high_low(bars, time_frame="1D"),
        "sessions": lambda: smc.sessions(bars, "London"),
        "retracements": lambda: smc.retracements(bars, swings),
    }.items():
        begin = time.process_time()
        call()
        taken[name] = time.process_time() - begin
print(json.dumps(taken))
"""


def feature_set():
    """The 57 columns of conf/features/default.yaml."""
    from smc.config.compose import compose
    from smc.config.instantiate import instantiate

    return instantiate(compose(["features=default"])["features"])


def bars_of(n_bars: int) -> pd.DataFrame:
    """Random-walk bars of an hour."""
    from smc.features.laws import random_walk

    index = pd.date_range("1900-01-01", periods=n_bars, freq="1h", tz="UTC", name="time")
    return random_walk(index, np.random.default_rng(0), price=100.0)


def seconds(call: Callable[[], object], repeats: int = 7) -> float:
    """Median CPU time of a call."""
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        call()
        times.append(time.process_time() - begin)
    return median(times)


def measure(n_bars: int) -> None:
    """Print CPU seconds and megabytes of one size; run in a process of its own."""
    features, bars = feature_set(), bars_of(n_bars)
    features.compute(bars[:3000])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = seconds(lambda: features.compute(bars), 5)
    megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    sys.stdout.write(json.dumps([taken, megabytes]))


def first_use(cache: str) -> float:
    """CPU seconds from the start of a process to its first rows, Numba's files in ``cache``."""
    begin = sum(os.times()[2:4])
    code = "import bench_features as b; b.feature_set().compute(b.bars_of(3000))"
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=Path(__file__).parent,
        env={**os.environ, "NUMBA_CACHE_DIR": cache},
    )
    return sum(os.times()[2:4]) - begin


def compare(python: str, taken: float) -> None:
    """Print the peer's times on the same bars, and how many times ours fits into their sum."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bars.parquet"
        bars_of(PEER_SIZE).to_parquet(path)
        answer = subprocess.run([python, "-c", PEER, path], check=True, capture_output=True, text=True).stdout
    theirs = json.loads(answer.splitlines()[-1])
    for name, each in theirs.items():
        sys.stdout.write(f"  smartmoneyconcepts {name:>17}: {each:8.3f} s\n")
    total = sum(theirs.values())
    sys.stdout.write(
        f"  sum {total:.1f} s on {PEER_SIZE:,} bars: {total / taken:.0f} times the 57 features\n"
    )


def main() -> None:
    """Print seconds, bars a second, megabytes, growth, cost of the first use, and the peer's ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="interpreter of an environment with smartmoneyconcepts==0.0.27")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        return measure(options.measure)
    write, taken = sys.stdout.write, {}
    for size in SIZES:
        command = [sys.executable, __file__, "--measure", str(size)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        taken[size], megabytes = json.loads(answer)
        write(f"57 features, {size:>9,} bars: {taken[size]:.4f} s CPU, {size / taken[size]:,.0f} bars/s, ")
        write(f"{megabytes:,.0f} MB more\n")
    with tempfile.TemporaryDirectory() as cache:
        write(
            f"first use: {first_use(cache):.1f} s CPU with compilation, {first_use(cache):.1f} s from its cache\n"
        )
    features, bars = feature_set(), bars_of(3000)
    state, records = features.state(), bars.reset_index().to_dict("records")
    live = seconds(lambda: [state.update(bar) for bar in records], 1) / len(records)
    write(f"live: {1e6 * live:.0f} us a bar\n")
    if options.peer:
        compare(options.peer, taken[PEER_SIZE])
    return None


if __name__ == "__main__":
    main()
