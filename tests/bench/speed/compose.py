"""What a sweep does before its first fit and between its fits: composition, the list, the account of ends, processes."""

import contextlib
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from smc.config.command import Command
from smc.config.job import Job
from smc.launcher import JobResult, SweepState, run_sweep
from smc.launcher.view import View
from speed.row import Row, cpu_seconds

N_BARS = 3000
#: The sweep that a day's work is: jobs, and jobs a symbol.
N_JOBS, N_CONFIGURATIONS = 50_000, 50
MEBIBYTE = 2**20
#: Fifty configurations of one model, and 240 jobs of four sets of options.
VALUES = ("model=xgboost", "model.max_depth=range(2,7)", "model.n_estimators=range(100,200,10)")
OPTIONS = (
    "model=xgboost,random_forest",
    "cv=expanding,cpcv",
    "split.test_frac=0.1,0.2,0.3",
    "seed=range(20)",
)
SMALLEST = ("model=baseline", "events.last=160", "aug=none", "cv=holdout", "monitor=none", "keep_bars=false")
N_RUNS = 20
RUN = """
import sys
from smc.config.command import read_command
from smc.launcher import run_sweep
import timed
run_sweep(read_command(sys.argv[1:]), timed.task)
"""
TIMED = """
import time
from dataclasses import replace
from smc.train import carry_out
told = 0.0
def task(job, progress):
    global told
    result = carry_out(job, progress)
    before, told = told, time.process_time()
    return replace(result, text=f"took {1e3 * (told - before):.1f} ms")
"""


def jobs_of(*overrides: str) -> list[Job]:
    """Compose the jobs of a sweep."""
    return Command(overrides, multirun=True).jobs()[0]


def milliseconds_a_job(few: Sequence[str], many: Sequence[str]) -> float:
    """Return the CPU milliseconds that one job more takes to compose."""
    n_more = len(jobs_of(*many)) - len(jobs_of(*few))
    return 1e3 * (cpu_seconds(lambda: jobs_of(*many)) - cpu_seconds(lambda: jobs_of(*few))) / n_more


def values_differ(_: Path) -> float:
    """Jobs of the same options."""
    return milliseconds_a_job(VALUES[:1], VALUES)


def options_differ(_: Path) -> float:
    """Jobs of four sets of options; composing each of these once is no part of it."""
    return milliseconds_a_job(OPTIONS[:2], OPTIONS)


def symbols_differ(folder: Path) -> float:
    """Jobs of the same options and values, of many symbols."""
    place = write_bars(folder, 200)
    return milliseconds_a_job([*place, "symbol=S0"], [*place, "symbol=all"])


def write_bars(folder: Path, n_symbols: int) -> list[str]:
    """Write bars of so many markets, and return the overrides that name them."""
    index = pd.date_range("2020-01-01", periods=N_BARS, freq="4h", tz="UTC", name="time")
    (folder / "bars").mkdir()
    for number in range(n_symbols):
        moves = np.random.default_rng(number).normal(size=(N_BARS, 4)).cumsum(axis=1)
        path = 1000 + moves + np.vstack([np.zeros(4), moves])[:-1, -1:].cumsum(axis=0)
        columns = {"open": path[:, 0], "high": path.max(axis=1), "low": path.min(axis=1), "close": path[:, 3]}
        bars = pd.DataFrame({**columns, "volume": 1.0}, index=index)
        bars.to_csv(folder / "bars" / f"S{number}.csv")
    return ["data=files", f"data.root={folder}/bars"]


def seconds_before_the_first_fit(folder: Path, n_symbols: int) -> float:
    """Return the CPU seconds that a sweep of so many symbols takes until its first job starts."""
    began: list[float] = []

    def task(_: Job, __: object) -> JobResult:
        began.append(time.process_time())
        raise KeyboardInterrupt

    folder.mkdir()
    typed = [*write_bars(folder, n_symbols), f"paths.output={folder}/outputs", "symbol=all", *VALUES]
    start = time.process_time()
    with contextlib.suppress(KeyboardInterrupt), quiet():
        run_sweep(Command(typed, multirun=True), task)
    return began[0] - start


def minutes_before_the_first_fit(folder: Path) -> float:
    """Extrapolate from five and twenty-five symbols: what fifty configurations of one more take, a thousand times."""
    seconds_before_the_first_fit(folder / "warm", 1)
    few = seconds_before_the_first_fit(folder / "few", 5)
    many = seconds_before_the_first_fit(folder / "many", 25)
    return (many - few) / 20 * (N_JOBS / N_CONFIGURATIONS) / 60


def gigabytes_of_jobs(_: Path) -> float:
    """Extrapolate what the jobs of a sweep hold in memory."""
    symbols = ",".join(f"S{number}" for number in range(20))
    before = held()
    jobs = jobs_of(*VALUES, "seed=0,1", f"symbol={symbols}")
    return (held() - before) * MEBIBYTE / 1e9 * N_JOBS / len(jobs)


def held() -> float:
    """Return the mebibytes of memory that this process holds."""
    fields = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


def milliseconds_of_an_end(folder: Path) -> float:
    """Tell of the start and the end of each of 8,000 jobs."""
    config = {"paths": {"output": str(folder), "min_free_mb": 0.0}}
    jobs = [Job(config, {}, [f"seed={number}"], [], number) for number in range(8000)]
    run_ids = {job.number: f"{job.number:016x}" for job in jobs}

    def all_end() -> None:
        sweep = SweepState(jobs, run_ids, View(len(jobs)), logs=folder / "logs")
        for job in sweep.distinct():
            sweep.started(job)
            sweep.ended(job, JobResult("finished", "finished"))

    with quiet():
        return 1e3 * cpu_seconds(all_end, rounds=1) / len(jobs)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Leave out what is said."""
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        yield


def milliseconds_of_a_process(folder: Path) -> float:
    """Return by how much a run takes longer in a process beside the sweep's, one by one."""
    (folder / "timed.py").write_text(TIMED)
    own = milliseconds_a_run(folder, "hydra/launcher=processes", "hydra.launcher.jobs=1")
    return own - milliseconds_a_run(folder, "hydra/launcher=basic")


def milliseconds_a_run(folder: Path, *overrides: str) -> float:
    """Return the CPU milliseconds of a run of the smallest model; what the process did before is part of its first."""
    first = time.time_ns() % 10**8
    swept = [f"seed=range({first},{first + N_RUNS})", *SMALLEST, *overrides]
    path = os.pathsep.join([str(folder), os.environ["PYTHONPATH"]])
    command = [sys.executable, "-c", RUN, "-m", *swept]
    said = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        check=True,
        capture_output=True,
        text=True,
    )
    return statistics.median(float(text) for text in re.findall(r"took ([\d.]+) ms", said.stderr))


ROWS = [
    Row("a job is composed, values differ", "ms", 3.0, values_differ),
    Row("a job is composed, options and values differ", "ms", 3.0, options_differ),
    Row("a job is composed, symbols differ", "ms", 3.0, symbols_differ),
    Row("jobs of a sweep of 50,000 in memory", "GB", 1.0, gigabytes_of_jobs),
    Row("before the first fit of a sweep of 50,000", "min", 3.0, minutes_before_the_first_fit),
    Row("an end of a job, of 8,000", "ms", 0.05, milliseconds_of_an_end),
    Row("a run in a process of its own, beside none", "ms", 20.0, milliseconds_of_a_process),
]
