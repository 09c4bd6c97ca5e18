"""Imports of the commands, compiled kernels, labels, features and the split plan."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from speed.row import Row, cpu_of_command, cpu_seconds

sys.path.insert(0, str(Path(__file__).parents[1]))

#: Run a command that may end with any exit code.
ENDS = "import runpy, sys\ntry: runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)\nexcept SystemExit: pass"
#: Megabytes by which the memory of a process grows, at most, as it computes the features of 1,000,000 bars; twice,
#: so that the second time they may be read from a cache.
GROWTH = """
import re, sys
from pathlib import Path
sys.path[:0] = sys.argv[1:]
import bench_features
from smc.features.cache import FeatureCache
features, bars = bench_features.feature_set(), bench_features.bars_of(1_000_000)
cache = FeatureCache("cache")
features.compute(bars[:3000])
peak = lambda: int(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
before = peak()
for _ in range(2):
    cache.compute(features, bars)
print(peak() - before)
"""


def command(*words: str) -> Callable[[Path], float]:
    """Return what measures `python -m WORDS`, whatever its exit code."""
    return lambda folder: cpu_of_command(["-c", ENDS, *words], folder)


def imported(folder: Path) -> float:
    """Import what `python -m smc.train` is."""
    return cpu_of_command(["-c", "import smc.train"], folder)


def shown(folder: Path) -> float:
    """Show a run without pictures."""
    quick = ["-m", "smc.train", "model=baseline", "cv=holdout", "events.last=300"]
    cpu_of_command(quick, folder, rounds=1)
    return cpu_of_command(["-m", "smc.show", "--no-pictures"], folder)


def cold_run(folder: Path) -> float:
    """Carry out the default run where nothing is compiled."""
    os.environ["NUMBA_CACHE_DIR"] = str(folder / "compiled")
    try:
        return cpu_of_command(["-m", "smc.train"], folder, rounds=1)
    finally:
        del os.environ["NUMBA_CACHE_DIR"]


def events_a_second(n_bars: int) -> float:
    """Label an event at nearly every bar by the default label."""
    from bench_labels import market

    from smc.labels.triple_barrier import TripleBarrier

    index = pd.date_range("1900-01-01", periods=n_bars, freq="1h", tz="UTC", name="time")
    bars = pd.DataFrame(market(n_bars), index, columns=["open", "high", "low", "close"]).assign(volume=1.0)
    events = np.arange(300, n_bars - 1)
    side = np.ones(len(events), dtype=np.int64)
    TripleBarrier().compute(bars[:2000], events[:1000], side[:1000])
    return len(events) / cpu_seconds(lambda: TripleBarrier().compute(bars, events, side), rounds=5)


def audited_plan(_: Path) -> float:
    """Split 100,000 events into 17 splits and audit each."""
    from bench_cv import events

    from smc.cv.cpcv import CPCV
    from smc.cv.plan import SplitPlan

    spans = events(100_000)
    return cpu_seconds(lambda: SplitPlan.from_spans(spans, CPCV()), rounds=5)


def memory(folder: Path) -> float:
    """Compute the features of 1,000,000 bars, and read them."""
    paths = [str(Path(__file__).parents[1])]
    return float(_answer(["-c", GROWTH, *paths], folder))


def read_features(folder: Path) -> float:
    """Read the features of 1,000,000 bars that are kept."""
    from bench_features import bars_of, feature_set

    from smc.features.cache import FeatureCache

    features, bars, cache = feature_set(), bars_of(1_000_000), FeatureCache(folder)
    cache.compute(features, bars)
    return cpu_seconds(lambda: cache.compute(features, bars))


def _answer(arguments: Sequence[str], folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, check=True, capture_output=True, text=True, env=os.environ
    )
    return done.stdout


ROWS = [
    Row("an audited plan of 100,000 events", "s", 0.1, audited_plan),
    Row("import of smc.train", "s", 0.8, imported),
    Row("smc.train --help", "s", 0.4, command("smc.train", "--help")),
    Row("smc.train model=lsmt", "s", 0.6, command("smc.train", "model=lsmt")),
    Row("smc.show --help", "s", 0.4, command("smc.show", "--help")),
    Row("smc.select --help", "s", 0.4, command("smc.select", "--help")),
    Row("smc.show --no-pictures of a run", "s", 0.6, shown),
    Row("the default run, nothing compiled", "s", 8, cold_run),
    Row("a label of 15,000 bars", "events/s", 1e6, lambda _: events_a_second(15_000), more_is_better=True),
    Row(
        "a label of 1,000,000 bars",
        "events/s",
        1e6,
        lambda _: events_a_second(1_000_000),
        more_is_better=True,
    ),
    Row("features of 1,000,000 bars: memory, a table is 435", "MB", 600, memory),
    Row("features of 1,000,000 bars, read from the cache", "s", 0.8, read_features),
]
