"""What a further row of a version says again, and whether its folder is still what the row speaks of."""

from typing import Any

from smc.errors import ResultsError
from smc.registry.entry import Entry
from smc.results.version import load_version

#: What every row of a version says.
OF_VERSION = ("version", "run_id", "trial", "manifest", "last_training_bar", "override")


def again(entry: Entry) -> dict[str, Any]:
    """Return what the next row of a version says as this one does: its verdict, and an override's mark."""
    return {**{name: getattr(entry, name) for name in OF_VERSION}, "evidence": dict(entry.evidence)}


def is_as_it_was(entry: Entry) -> bool:
    """Tell whether the folder of a version is there, and every file of it as it was proposed."""
    try:
        return load_version(entry.folder).digest == entry.manifest
    except ResultsError:
        return False
