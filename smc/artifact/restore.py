"""From checked bytes to a model."""

from typing import Any
from zipfile import BadZipFile

from smc.artifact.fitted_model import load_model
from smc.artifact.golden import FILE, check_golden
from smc.artifact.manifest import unseal
from smc.artifact.versions import differing
from smc.errors import ArtifactError, FeatureError
from smc.pipeline.table import check_names

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
)


def restore(files: dict[str, bytes], *, exact: bool = False) -> Any:
    """Rebuild a model from the content of its files.

    Every hash is checked before a parser runs. A library of another minor version than the one that wrote the
    model is accepted if the golden rows agree, and named if they do not.

    Raises
    ------
    ArtifactError
        Damaged, incomplete, of unknown classes, or giving other answers than it did.
    """
    record = unseal(files)
    try:
        model = load_model(record, files)
        _check_features(model, record["feature_names"])
        check_golden(model, files[FILE], exact=exact)
    except (ArtifactError, *PARSER_ERRORS) as error:
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
