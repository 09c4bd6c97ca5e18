"""Runs on disk: who may write one, how it is committed whole, and how it is read back."""

from smc.results.about import about
from smc.results.identity import config_hash, package_versions, run_id, seedless_hash
from smc.results.kept_bars import KeptBars, keep_bars
from smc.results.record import RunRecord
from smc.results.run import Run, list_runs, load_run
from smc.results.store import RunStore

__all__ = [
    "KeptBars",
    "Run",
    "RunRecord",
    "RunStore",
    "about",
    "config_hash",
    "keep_bars",
    "list_runs",
    "load_run",
    "package_versions",
    "run_id",
    "seedless_hash",
]
