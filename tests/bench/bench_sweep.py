"""What a sweep adds to each run: python tests/bench/bench_sweep.py [runs]

Hydra's own launcher composes each job twice and sets its logging up; smc composes jobs that choose the same options
once. The task does nothing here, so that the time is the sweep's own. Then the same is told of processes, and of
the protocol of a run (claim, ledger, folder), by runs that are done already and by runs of the smallest model.
Seconds a job; the fastest of three sweeps each, in the same minutes, on a machine that does nothing else.
"""

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

ROUNDS = 3
HYDRA = """
import hydra, sys
from smc.config.tree import CONF, VERSION_BASE
hydra.main(version_base=VERSION_BASE, config_path=str(CONF), config_name="train")(lambda _: None)()
"""
SMC = """
import sys
from smc.config.command import read_command
from smc.launcher import run_sweep
import nothing
run_sweep(read_command(sys.argv[1:]), nothing.task)
"""
TASK = """
from smc.launcher.job_result import JobResult
def task(job, progress):
    return JobResult("finished", "nothing was done")
"""
SMALLEST = ("model=baseline", "events.last=160", "aug=none", "cv=holdout", "monitor=none", "keep_bars=false")


def seconds(code: str, n_jobs: int, *overrides: str, fresh: bool = True) -> float:
    """Time one sweep of so many seeds in a process of its own."""
    start = time.time_ns() if fresh else 0
    seeds = ",".join(str(start % 10**8 + each) for each in range(n_jobs))
    began = time.perf_counter()
    command = [sys.executable, "-c", code, "-m", f"seed={seeds}", *overrides]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def seconds_a_job(n_runs: int, code: str, *overrides: str, fresh: bool = True) -> float:
    """Seconds that one job more takes: start-up cancels out."""
    few, many = (
        min(seconds(code, n_jobs, *overrides, fresh=fresh) for _ in range(ROUNDS))
        for n_jobs in (1, 1 + n_runs)
    )
    return (many - few) / n_runs


def main() -> None:
    """Print seconds a job, and ratios to Hydra's own launcher."""
    a_job = partial(seconds_a_job, int(sys.argv[1]) if len(sys.argv) > 1 else 40)
    processes = "hydra/launcher=processes"
    train = "from smc.train import main; main()"
    with tempfile.TemporaryDirectory() as place:
        Path(place, "nothing.py").write_text(TASK)
        root = str(Path(__file__).parents[2])
        os.environ["PYTHONPATH"] = os.pathsep.join([place, root, os.environ.get("PYTHONPATH", "")])
        os.environ["SMC_LEDGER"] = f"{place}/ledger.sqlite"
        os.chdir(place)
        hydra = a_job(HYDRA)
        show("hydra basic, nothing done", hydra, hydra)
        show("basic, nothing done", a_job(SMC), hydra)
        show("processes, nothing done", a_job(SMC, processes), hydra)
        show("processes one by one, nothing done", a_job(SMC, processes, "hydra.launcher.jobs=1"), hydra)
        show("basic, finished before", a_job(train, *SMALLEST, fresh=False), hydra)
        show("basic, smallest model", a_job(train, *SMALLEST), hydra)
        show("processes, smallest model", a_job(train, *SMALLEST, processes), hydra)


def show(name: str, value: float, hydra: float) -> None:
    """Print one row as soon as it is known."""
    sys.stdout.write(f"{name:<36} {value:7.3f} s a job  {value / hydra:6.2f} x hydra basic\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
