"""Runs on disk: who may write one, how it is committed whole, and how it is read back."""

from smc.results.about import about
from smc.results.durable import place_errors
from smc.results.identity import (
    class_hash,
    config_hash,
    package_versions,
    question_hash,
    run_id,
    seedless_hash,
    trial_hash,
)
from smc.results.kept_bars import KeptBars, keep_bars
from smc.results.own_files import Identity, OpenedFiles, identify, keep_own_files, opened_files
from smc.results.packages import installed_versions
from smc.results.record import RunRecord
from smc.results.run import Run, list_runs, load_run
from smc.results.store import RunStore

__all__ = [
    "Identity",
    "KeptBars",
    "OpenedFiles",
    "Run",
    "RunRecord",
    "RunStore",
    "about",
    "class_hash",
    "config_hash",
    "identify",
    "installed_versions",
    "keep_bars",
    "keep_own_files",
    "list_runs",
    "load_run",
    "opened_files",
    "package_versions",
    "place_errors",
    "question_hash",
    "run_id",
    "seedless_hash",
    "trial_hash",
]
