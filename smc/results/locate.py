"""Which run is meant by a name."""

import difflib
from pathlib import Path

from smc.errors import ResultsError
from smc.results import RunStore, list_runs
from smc.results.manifest import NAME, RUN_ID, damaged

#: What the latest run is called; ids are hexadecimal.
LATEST = "latest"
#: Most ids that an error message names.
N_NAMED = 3
#: State of a run that has not finished -> how that is said.
ENDINGS = {"failed": "failed", "killed": "was killed", "started": "has not finished yet"}
GONE = "is not here any more: restore it from its archive, or run it again"


def locate(name: str | None, output: str | Path) -> Path:
    """Return the folder of a finished run.

    Parameters
    ----------
    name
        A run folder, a run id, the beginning of one that no other run shares, or None or "latest" for the
        latest run.
    output
        Root of all results, as in `paths.output`.

    Raises
    ------
    ResultsError
        There is no such run, or it has not finished, or several are meant; the message names what is there.
    """
    if name == "":
        raise ResultsError("an empty name means no run: leave it out for the latest one, or use --list")
    if name is not None and (Path(name) / NAME).is_file():
        return Path(name)
    name = name.rstrip("/") if name and name.strip("/") else name  # what a shell completes
    runs = list_runs(output)
    if name in (None, LATEST):
        if not runs:
            raise ResultsError(f"no finished run under {output}: python -m smc.train makes one")
        return max(runs, key=lambda run: (run / NAME).stat().st_mtime_ns)
    matches = [run for run in runs if run.name.startswith(name)]
    exact = [run for run in matches if run.name == name]
    if len(matches) > 1 and not exact:
        named = ", ".join(run.name for run in matches[:N_NAMED]) + (", ..." if len(matches) > N_NAMED else "")
        raise ResultsError(f"{len(matches)} runs begin with {name}: {named}")
    if not matches:
        raise ResultsError(_absent(name, [run.name for run in runs], Path(output)))
    return (exact or matches)[0]


def _is_of_a_run(folder: Path) -> bool:
    """Tell whether a folder stands where runs do, under a name that runs have."""
    place = folder.resolve()
    return place.is_dir() and place.parent.name in ("runs", "partial") and bool(RUN_ID.fullmatch(place.name))


def _absent(name: str, known: list[str], output: Path) -> str:
    """Say why there is no such run: it did not finish, or nothing has that name."""
    store = RunStore(output)
    for folder in (Path(name), store.runs / name):
        if _is_of_a_run(folder):
            return str(damaged(folder, f"it has no {NAME}"))
    begun = sorted(path.stem for path in store.statuses.glob("*.json") if path.stem.startswith(name))
    if len(begun) == 1:
        state, message = store.state(begun[0]), store.status(begun[0]).get("message")
        return f"run {begun[0]} {ENDINGS.get(state, GONE)}" + (f": {message}" if message else "")
    close = difflib.get_close_matches(name, known, n=N_NAMED, cutoff=0.3)
    hint = f"did you mean {' or '.join(close)}?" if close else "--list shows all"
    return f"no run {name!r} under {output}; {hint}"
