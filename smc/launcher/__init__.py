"""Sweeps: many runs of one command line, each of which ends in a saved result or a named failure.

A launcher decides in which processes the jobs are carried out. Before the first one starts, all of them are
composed and checked, and the expected runs are written down; the end of each is kept account of.
"""

from smc.launcher.job_result import Crash, JobResult
from smc.launcher.launcher import Launcher, Task
from smc.launcher.run import run_sweep
from smc.launcher.sweep_state import SweepState

__all__ = ["Crash", "JobResult", "Launcher", "SweepState", "Task", "run_sweep"]
