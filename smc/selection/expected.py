"""Runs that a sweep was to leave behind, and did not."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from smc.results import RunStore


def missing_runs(output: str | Path, there: Collection[str]) -> list[dict[str, Any]]:
    """Name the runs that the sweeps' lists (``sweeps/*.json``) ask for and that are not there.

    Of a run that several sweeps asked for the last one stands. A job whose bars could not be loaded has no
    run id; its failure is recorded under one of its own.
    """
    store, found = RunStore(output), {}
    for path in sorted((Path(output) / "sweeps").glob("*.json")):
        for job in _jobs(path):
            run_id = job.get("run_id")
            if run_id in there:
                continue
            key = run_id or (path.name, job.get("job"))
            found[key] = {
                "run_id": run_id,
                "symbol": job.get("symbol"),
                "model": job.get("model"),
                "overrides": job.get("overrides"),
                "state": store.state(run_id) if run_id else "unknown",
                "sweep": path.stem,
            }
    return list(found.values())


def _jobs(path: Path) -> list[dict[str, Any]]:
    """Return the jobs of a list; none of one that cannot be read."""
    try:
        jobs = json.loads(path.read_bytes())["jobs"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [job for job in jobs if isinstance(job, dict)] if isinstance(jobs, list) else []
