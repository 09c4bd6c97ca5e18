"""How two versions differ: they claim no figures, so the runs whose trials they are are compared."""

from smc.comparison.sections import compare
from smc.errors import ResultsError
from smc.registry.registry import Registry
from smc.report.document import Section
from smc.report.text import day
from smc.results import Run, load_run
from smc.results.locate import locate
from smc.results.run import reading
from smc.results.version import VERSIONS, Version, load_version


def compared(registry: Registry, one: str, other: str) -> list[Section]:
    """Lay out what differs between two versions, each named by its id, its symbol (what is live), or a run.

    Raises
    ------
    ResultsError
        There is no such version or run, or it is damaged.
    """
    (first, told), (second, too) = (_side(registry, name) for name in (one, other))
    points = [f"A: {told}", f"B: {too}"]
    if first.run_id == second.run_id:
        same = "Both are of one run: the same configuration, and the same evidence."
        return [Section("Versions", [*points, same])]
    with reading(first.path), reading(second.path):
        about = "Figures are those of the runs; a version claims none."
        return [Section("Versions", [*points, about]), *compare(first, second, output=str(registry.output))]


def _side(registry: Registry, name: str) -> tuple[Run, str]:
    """Return the run that is compared, and what is said of the side."""
    version = _version(registry, name)
    if version is None:
        run = load_run(locate(name, registry.output))
        return run, f"run {run.run_id}"
    record = version.record
    fitted = "the run's own model" if record["as_is"] else "fitted on all events"
    override = next((text for text in _overrides(registry, version.version_id)), None)
    mark = f"; OVERRIDE: {override}" if override else ""
    said = (
        f"version {version.version_id} of run {record['run_id']}, {fitted}, {record['n_events']} events up "
        f"to {day(record['last_training_bar'])}{mark}"
    )
    return load_run(locate(record["run_id"], registry.output)), said


def _version(registry: Registry, name: str) -> Version | None:
    """Return the version that is meant; None if no version is."""
    live = registry.what_is_live(name)
    if live is not None:
        return load_version(live.folder)
    folders = sorted(path for path in (registry.output / VERSIONS).glob("*") if path.name.startswith(name))
    if len(folders) > 1:
        names = ", ".join(path.name for path in folders)
        raise ResultsError(f"{len(folders)} versions begin with {name}: {names}")
    if not name or not folders:
        return None
    return load_version(folders[0])


def _overrides(registry: Registry, version: str) -> list[str]:
    entries = [entry for standing in registry.standings().values() for entry in standing.entries]
    return [entry.override for entry in entries if entry.version == version and entry.override]
