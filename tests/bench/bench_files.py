"""Files against pandas.read_csv with the same result: time, and peak memory over the final frame.

python tests/bench/bench_files.py [n_bars]
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

ROUNDS = 3
SMC = """
from smc.data.files import Files
bars = Files({root!r}, tz="UTC").load("X")
"""
PANDAS = """
import pandas as pd
bars = pd.read_csv({root!r} + "/X.csv", parse_dates=["time"], index_col="time").astype(float).tz_localize("UTC")
"""
MEASURE = """
import json, resource, time
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
import pandas, pyarrow, smc.data.files
before, start = peak(), time.perf_counter()
{body}
seconds = time.perf_counter() - start
print(json.dumps([seconds, (peak() - before) / bars.memory_usage().sum()]))
"""


def write(path: Path, n_bars: int) -> None:
    """Write minute bars of a random walk, a block at a time."""
    rng = np.random.default_rng(0)
    for first in range(0, n_bars, 250_000):
        size = min(250_000, n_bars - first)
        opens = 1.1 + rng.normal(0, 0.01, size)
        close = opens + rng.normal(0, 0.0005, size)
        columns = {
            "open": opens,
            "high": np.maximum(opens, close) + 0.0003,
            "low": np.minimum(opens, close) - 0.0003,
            "close": close,
            "volume": rng.integers(1, 999, size),
        }
        index = pd.date_range("2000-01-03", periods=n_bars, freq="min", name="time")[first : first + size]
        pd.DataFrame(columns, index).round(5).to_csv(path, mode="a", header=not first)


def measure(body: str) -> tuple[float, float]:
    """Run in a process of its own; median seconds and peak."""
    runs = []
    for _ in range(ROUNDS):
        code = MEASURE.format(body=body)
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        runs.append([float(each) for each in done.stdout.strip("[]\n").split(",")])
    seconds, peak = np.median(runs, axis=0)
    return seconds, peak


def main(n_bars: int) -> None:
    """Print one line for each reader, and the ratio."""
    with tempfile.TemporaryDirectory() as root:
        write(Path(root) / "X.csv", n_bars)
        ours, ours_peak = measure(SMC.format(root=root))
        theirs, theirs_peak = measure(PANDAS.format(root=root))
    sys.stdout.write(
        f"{n_bars:,} bars\n"
        f"Files.load   {ours:6.2f} s   peak {ours_peak:.2f} x the frame\n"
        f"read_csv     {theirs:6.2f} s   peak {theirs_peak:.2f} x the frame\n"
        f"ratio        {ours / theirs:6.2f}\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000)
