"""Load a saved model: from checked bytes to a model that answers as it did."""

import zlib
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from sklearn.base import BaseEstimator

from smc.artifact import skops_file
from smc.artifact.fitted_model import load_model, rewritten
from smc.artifact.golden import FILE, check_golden
from smc.artifact.manifest import RECORD, differing, unseal
from smc.artifact.moved_names import upgrade_record
from smc.errors import ArtifactError, FeatureError
from smc.pipeline.inputs import check_names

#: What the parsers of files written by another version, or by hand, have been seen to raise.
PARSER_ERRORS = (
    ArithmeticError,
    AttributeError,
    BadZipFile,
    EOFError,
    ImportError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    zlib.error,
)


def load(folder: str | Path) -> BaseEstimator:
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


def content(folder: str | Path) -> dict[str, Any]:
    """Return what a saved model holds by file, in today's names and formats, once every file is checked.

    The record is plain data, without the hashes of the other files, which are bytes. Two folders of equal
    content hold the same model, whichever version wrote them.
    """
    files = _read(folder)
    record = rewritten(upgrade_record(unseal(files)), files)
    del record["files"], record["versions"]["smc"]
    others = {name: data for name, data in files.items() if name != RECORD}
    return {RECORD: record, **{name: _upgraded(name, data) for name, data in others.items()}}


def _upgraded(name: str, data: bytes) -> bytes:
    return skops_file.upgrade(data) if name.endswith(skops_file.SUFFIX) else data


def _read(folder: str | Path) -> dict[str, bytes]:
    path = Path(folder)
    if not path.is_dir():
        raise ArtifactError(f"no saved model at {path}")
    strange = [entry.name for entry in path.iterdir() if entry.is_symlink() or not entry.is_file()]
    if strange:
        raise ArtifactError(f"extra file: {strange[0]} is not part of the model")
    return {entry.name: entry.read_bytes() for entry in sorted(path.iterdir())}


def restore(files: dict[str, bytes], *, exact: bool = False) -> BaseEstimator:
    """Rebuild a model from the content of its files.

    Every hash is checked before a parser runs. A library of another minor version than the one that wrote the
    model is accepted if the golden rows agree, and named if they do not.

    Raises
    ------
    ArtifactError
        Damaged, incomplete, of unknown classes, or giving other answers than it did.
    """
    record = upgrade_record(unseal(files))
    try:
        model = load_model(record, files)
        _check_features(model, record["feature_names"])
        check_golden(model, files[FILE], exact=exact)
    except (ArtifactError, MemoryError, *PARSER_ERRORS) as error:
        raise ArtifactError(_why(error, record)) from error
    return model


def _check_features(model: Any, names: list[str] | None) -> None:
    """The record and the first step of the model must speak of the same features in the same order."""
    n_learned = getattr(model, "preprocess_", model).n_features_in_
    if names is not None and len(names) != n_learned:
        raise FeatureError(f"model.json names {len(names)} features, but the model learned {n_learned}")
    learned = getattr(model, "feature_names_in_", None)
    if learned is not None:
        check_names(list(learned), names or [])


def _why(error: Exception, record: dict[str, Any]) -> str:
    """Say what went wrong, and whether other library versions may be behind it."""
    text = str(error) if isinstance(error, ArtifactError) else f"{type(error).__name__}: {error}"
    changed = differing(record.get("versions", {}))
    return f"incompatible version: {'; '.join(changed)}: {text}" if changed else text
