"""Which runs a sweep should leave behind, written down before the first one starts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from smc.config.job import Job
from smc.results.durable import make_folder, named_errors, write_atomic
from smc.results.plain import json_bytes
from smc.results.status import utc_now


def write_sweep_manifest(
    jobs: Sequence[Job],
    run_ids: Mapping[int, str | None],
    *,
    command: Sequence[str],
    left_out: Sequence[str],
    power: Sequence[str],
) -> Path:
    """Write ``sweeps/<stamp>.json`` under the output folder, whole or not at all, and return its path.

    It says what was typed, and of each job its overrides, symbol, model and run, so that a reader of the
    results can name the runs that are missing.

    Parameters
    ----------
    left_out, power
        What the sweep said before it began: combinations that cannot be, and what its events can show.
    """
    stamp = utc_now()
    output = Path(jobs[0].config["paths"]["output"])
    path = output / "sweeps" / f"{stamp.replace(':', '-').removesuffix('+00-00')}.json"
    record = {
        "started": stamp,
        "command": list(command),
        "jobs": [_entry(job, run_ids[job.number]) for job in jobs],
        "left_out": list(left_out),
        "power": list(power),
    }
    with named_errors(output):
        make_folder(path.parent)
        write_atomic(path, json_bytes(record))
    return path


def _entry(job: Job, run_id: str | None) -> dict[str, object]:
    return {
        "job": job.number,
        "overrides": job.overrides,
        "symbol": job.config["symbol"],
        "model": job.config["model"]["_target_"].rpartition(".")[2],
        "run_id": run_id,
    }
