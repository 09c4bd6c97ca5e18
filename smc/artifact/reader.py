"""Load a saved model."""

from pathlib import Path
from typing import Any

from smc.artifact.manifest import unseal
from smc.artifact.restore import restore
from smc.errors import ArtifactError


def load(folder: str | Path) -> Any:
    """Load a model that `smc.artifact.save` wrote; loading executes nothing that the folder holds.

    Every file is read once, its SHA-256 is checked before any parser sees it, only types of a fixed list are
    rebuilt (estimators of smc, scikit-learn, imbalanced-learn, XGBoost and LightGBM; a person may add modules
    of their own with the environment variable SMC_ALLOW), and the golden rows must come out as they did.

    The hashes guard against damage, not against an author of bad will: a model made to crash a library's
    parser can still end the process, but it cannot run code.

    Raises
    ------
    ArtifactError
        A missing, extra or altered file, an unknown class, an incompatible version, or other answers.
    """
    return restore(_read(folder))


def describe(folder: str | Path) -> dict[str, Any]:
    """Return the content of ``model.json`` once every file is checked, without building the model."""
    return unseal(_read(folder))


def _read(folder: str | Path) -> dict[str, bytes]:
    path = Path(folder)
    if not path.is_dir():
        raise ArtifactError(f"no saved model at {path}")
    strange = [entry.name for entry in path.iterdir() if not entry.is_file()]
    if strange:
        raise ArtifactError(f"extra file: {strange[0]} is not part of the model")
    return {entry.name: entry.read_bytes() for entry in sorted(path.iterdir())}
