"""Selecting among many runs, and listing them: one real run, copied under other ids, with a ledger beside."""

import contextlib
import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from smc import api
from smc.results import Run
from smc.results.manifest import NAME
from smc.training.evidence import columns_of
from smc.training.take_over import registration_of_folder
from smc.trials import Ledger
from speed.row import Row

MARKET = (
    "data=simulated",
    "data.n_bars=4000",
    "data.n_symbols=1",
    "symbol=S01",
    "model=baseline",
    "aug=none",
)
#: Runs of the larger folder; the smaller has a quarter. What they cost more is the cost of a run.
N_RUNS = 800
#: Select, list or show in a process of its own, and tell its CPU seconds and megabytes. Its peak is that of its own
#: memory: a child's ``ru_maxrss`` begins at what the parent holds.
IN_A_CHILD = """
import re, sys, time
from pathlib import Path
from smc import api, runs, select, show
peak = lambda: int(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1000
before, start = peak(), time.process_time()
{work}
sys.stderr.write(f"{{time.process_time() - start}} {{peak() - before}}")
"""
SELECT = "api.select(['paths.output={output}', 'ledger.url={url}'])"
LIST = "show.main(['--list', '--output', '{output}'])"
RUNS = "runs.main(['--output', '{output}'])"


@cache
def folder(n_runs: int) -> tuple[Path, str]:
    """An output folder of so many runs, and its ledger; made once."""
    place = Path(mkdtemp(dir=Path.cwd()))
    output, url = place / "outputs", f"sqlite:///{place}/ledger.sqlite"
    with contextlib.redirect_stdout(io.StringIO()):
        first = api.train([*MARKET, f"paths.output={output}", f"ledger.url={url}"])
    ledger, rng = Ledger(url), np.random.default_rng(0)
    for number in range(1, n_runs):
        copy_run(first, f"{number:016x}", ledger, rng)
    time.sleep(2.5)  # files that were written a moment ago are read twice
    return output, url


def copy_run(run: Run, run_id: str, ledger: Ledger, rng: np.random.Generator) -> None:
    """Put a run there under another id, as another trial with evidence of its own; other files are linked."""
    listed, path = json.loads((run.path / NAME).read_bytes()), run.path.with_name(run_id)
    registration = replace(registration_of_folder(run), run_id=run_id, trial=run_id)
    head = ledger.start(registration, {}).head
    for name in listed["files"]:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        if name != "run.json":
            os.link(run.path / name, path / name)
    naming = {"run_id": run_id, "trial_hash": run_id, "ledger": {"number": head.number, "hash": head.hash}}
    record = json.dumps({**run.record, **naming}).encode()
    (path / "run.json").write_bytes(record)
    listed["files"]["run.json"] = {"size": len(record), "sha256": hashlib.sha256(record).hexdigest()}
    files = json.dumps({**listed, "run_id": run_id}).encode()
    (path / NAME).write_bytes(files)
    assert run.evidence is not None
    evidence = {
        symbol: (rows, (values + rng.normal(0, 1, len(values))).astype(np.float32))
        for symbol, rows, values in columns_of(run.evidence)
    }
    ledger.scored(run_id)
    ledger.finish(run_id, evidence, digest=hashlib.sha256(files).hexdigest())


def in_a_child(work: str, n_runs: int) -> tuple[float, float]:
    """CPU seconds and megabytes that some work on so many runs takes beyond its imports."""
    output, url = folder(n_runs)
    code = IN_A_CHILD.format(work=work.format(output=output, url=url))
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    seconds, megabytes = map(float, done.stderr.splitlines()[-1].split())
    return seconds, megabytes


def a_run(work: str, figure: int, _: Path, *, forget: bool = False) -> float:
    """What another run adds: seconds (0) or megabytes (1), by two folders of different size."""
    found = []
    for n_runs in (N_RUNS // 4, N_RUNS):
        if forget:
            (folder(n_runs)[0] / "cache" / "selection.jsonl").unlink(missing_ok=True)
        found.append(in_a_child(work, n_runs)[figure])
    return 1000 * (found[1] - found[0]) / (N_RUNS - N_RUNS // 4)


def of_one_run(work: Callable[[str], object], _: Path) -> float:
    """CPU seconds that some work on one run takes, once all is imported."""
    output, _ = folder(N_RUNS // 4)
    run = str(output / "runs" / f"{1:016x}")
    with contextlib.redirect_stdout(io.StringIO()):
        work(run)
        before = resource.getrusage(resource.RUSAGE_SELF)
        work(run)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show_tables(run: str) -> None:
    """Print the tables of a run."""
    from smc import show

    show.main([run, "--no-pictures"])


def show_difference(run: str) -> None:
    """Print what two runs differ in."""
    from smc import diff

    diff.main([run, run[:-1] + "2"])


ROWS = [
    Row("select, a run that is new", "ms a run", 5, partial(a_run, SELECT, 0, forget=True)),
    Row("select, a run that was seen before", "ms a run", 1, partial(a_run, SELECT, 0)),
    Row("select, memory", "kB a run", 20, partial(a_run, SELECT, 1)),
    Row("show --list", "ms a run", 0.2, partial(a_run, LIST, 0)),
    Row("runs", "ms a run", 0.5, partial(a_run, RUNS, 0)),
    Row("show --list, memory", "kB a run", 20, partial(a_run, LIST, 1)),
    Row("show RUN --no-pictures", "s", 0.1, partial(of_one_run, show_tables)),
    Row("diff of two runs", "s", 0.1, partial(of_one_run, show_difference)),
]
