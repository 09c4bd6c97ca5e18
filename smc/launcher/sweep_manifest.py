"""Which runs a sweep should leave behind, written down before the first one starts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from smc.config.job import Job
from smc.fingerprint import content_hash
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
    is_shared: bool = False,
) -> Path:
    """Write ``sweeps/<stamp>.json`` under the output folder, whole or not at all, and return its path.

    It says what was typed, and of each job its overrides, symbol, model and run, so that a reader of the
    results can name the runs that are missing. The processes that share a sweep out name it by its runs, and
    write it once: ``sweeps/parts-<hash>.json``.

    Parameters
    ----------
    left_out, power
        What the sweep said before it began: combinations that cannot be, and what its events can show.
    is_shared
        Whether this process carries out one part of it.
    """
    stamp = utc_now()
    output = Path(jobs[0].config["paths"]["output"])
    name = _shared_name(jobs, run_ids) if is_shared else stamp.replace(":", "-").removesuffix("+00-00")
    path = output / "sweeps" / f"{name}.json"
    if is_shared and path.is_file():
        return path
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


def _shared_name(jobs: Sequence[Job], run_ids: Mapping[int, str | None]) -> str:
    runs = [[run_ids[job.number], *map(str, _entry(job, None).values())] for job in jobs]
    return f"parts-{content_hash(runs)[:16]}"


def _entry(job: Job, run_id: str | None) -> dict[str, object]:
    return {
        "job": job.number,
        "overrides": job.overrides,
        "symbol": job.config["symbol"],
        "model": job.config["model"]["_target_"].rpartition(".")[2],
        "run_id": run_id,
    }
