"""The version of a run: found if it was made before, else fitted, told to the ledger and written."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

from smc import __version__
from smc.errors import ResultsError
from smc.fingerprint import code_version, content_hash
from smc.results import Run, package_versions
from smc.results.plain import json_bytes, to_plain
from smc.results.version import BASELINE, MODEL, RECORD, Version, VersionRecord, load_version, version_folder
from smc.results.write_version import write_version
from smc.trials import Ledger


def version_id(run: Run, *, as_is: bool) -> str:
    """Name the version of a run: a hash of its trial with its seed, its data and the code of today."""
    made_by = run.record["code_version"] if as_is else code_version()
    identity = {
        "run": run.run_id if as_is else None,
        "trial": trial_of(run),
        "seed": run.record["seed"],
        "data": run.record["data_hash"],
        "code": [made_by, package_versions(run.config)],
    }
    return content_hash(identity)[:16]


def trial_of(run: Run) -> str:
    """Return the trial that a run is.

    Raises
    ------
    ResultsError
        It was made before runs said so.
    """
    trial = run.record.get("trial_hash")
    if trial is None:
        raise ResultsError(f"run {run.run_id} was made by an older smc: train and select again")
    return trial


def make_version(
    run: Run,
    output: Path,
    ledger: Ledger,
    *,
    as_is: bool = False,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Version:
    """Return the version of a run, which is fitted at most once.

    It is no run, no trial, no round and no opening: the ledger keeps that it was fitted, and its hash.

    Parameters
    ----------
    as_is
        The run's own saved model, fitted on train and val alone, instead of a fit on all events.

    Raises
    ------
    ResultsError
        A folder stands in its place that is not what was fitted, or the run cannot be fitted again.
    """
    name = version_id(run, as_is=as_is)
    folder = version_folder(output, name)
    if not folder.exists():
        _write(run, output, ledger, name, as_is=as_is, on_progress=on_progress)
    return known_version(folder, ledger)


def known_version(folder: Path, ledger: Ledger) -> Version:
    """Open a version that the ledger was told of.

    Raises
    ------
    ResultsError
        It is damaged, or its hash is not one that the ledger was told.
    """
    version = load_version(folder)
    if version.digest not in ledger.digests_of(version.version_id):
        raise ResultsError(
            f"the version at {folder} is not one that the ledger {ledger.place} was told of: delete the "
            "folder, and propose again"
        )
    return version


def _write(
    run: Run,
    output: Path,
    ledger: Ledger,
    name: str,
    *,
    as_is: bool,
    on_progress: Callable[[str], None],
) -> None:
    from smc import artifact
    from smc.training import refit

    fitted = (refit.as_is if as_is else refit.refit)(run, output, on_progress)
    last = fitted.last_training_bar.isoformat()
    record: VersionRecord = {
        "version_id": name,
        "run_id": run.run_id,
        "trial_hash": trial_of(run),
        "as_is": as_is,
        "seed": run.record["seed"],
        "version": run.record.get("version", "") if as_is else __version__,
        "code_version": run.record["code_version"] if as_is else code_version(),
        "package_versions": run.record["package_versions"] if as_is else package_versions(run.config),
        "data_hash": run.record["data_hash"],
        "bars": run.record["bars"],
        "n_events": fitted.n_events,
        "last_training_bar": last,
    }

    def fill(staging: Path) -> None:
        on_progress("saving")
        (staging / RECORD).write_bytes(json_bytes(to_plain(record)[0]))
        (staging / "config.yaml").write_bytes(run.content("config.yaml"))
        meta = {"symbol": run.record["symbol"], "last_training_bar": last}
        about = {**meta, "features": run.config["features"], "label": run.config["labels"]}
        if fitted.model is None:
            with run.saved_model() as saved:
                copytree(saved, staging / MODEL)
        else:
            artifact.save(fitted.model, staging / MODEL, meta=about)
        artifact.save(fitted.baseline, staging / BASELINE, meta=about)

    said = {
        "run_id": run.run_id,
        "trial": trial_of(run),
        "as_is": as_is,
        "last_training_bar": last,
    }
    write_version(output, name, fill, lambda digest: ledger.refitted(name, digest, said))
