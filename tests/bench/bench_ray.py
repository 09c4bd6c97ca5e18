"""What Ray adds to each run, beside processes: python tests/bench/bench_ray.py [runs]

The task does nothing but say when it ran, so that the time between two jobs is the launcher's own: one job at a time,
the median and the 90th percentile of the gaps after the first five, in one sweep of each launcher. Ray's start is
told on its own.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WARM = 5
SMC = """
import sys
from smc.config.command import read_command
from smc.launcher import run_sweep
import nothing
run_sweep(read_command(sys.argv[1:]), nothing.task)
"""
TASK = """
import time
from smc.launcher.job_result import End
def task(job, progress):
    return End("finished", f"at {time.time():.6f}")
"""


def sweep(n_runs: int, *overrides: str) -> tuple[float, float, float]:
    """Carry out one sweep; return the seconds to its first job, and median and 90th percentile of the gaps."""
    began = time.time()
    command = [sys.executable, "-c", SMC, "-m", f"seed=range({n_runs})", *overrides]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    times = sorted(map(float, re.findall(r"at (\d+\.\d+)", done.stderr)))
    gaps = [after - before for before, after in zip(times[WARM:], times[WARM + 1 :], strict=False)]
    return times[0] - began, statistics.median(gaps), statistics.quantiles(gaps, n=10)[-1]


def main() -> None:
    """Print seconds a job of both launchers, and their ratio."""
    n_runs = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "nothing.py").write_text(TASK)
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))
        os.chdir(folder)
        threads = f"trainer.n_threads={os.cpu_count()}"
        alone = sweep(n_runs, "hydra/launcher=processes", "hydra.launcher.jobs=1", threads)
        on_ray = sweep(n_runs, "hydra/launcher=ray", f"hydra.launcher.num_cpus={os.cpu_count()}", threads)
    for name, (first, gap, p90) in (("processes", alone), ("ray", on_ray)):
        line = f"{name:10} {gap:.3f} s a job (p90 {p90:.3f}), {gap / alone[1]:.1f}x, first job after {first:.1f} s"
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
