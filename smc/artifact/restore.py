"""From checked bytes to a model."""

from typing import Any
from zipfile import BadZipFile

import numpy as np
from sklearn.base import clone

from smc.artifact.golden import FILE, check_golden
from smc.artifact.manifest import unseal
from smc.artifact.recipe import from_recipe
from smc.artifact.steps import load_step
from smc.artifact.trusted import locate
from smc.artifact.versions import differing
from smc.errors import ArtifactError, FeatureError
from smc.feature_selection.chosen import Chosen
from smc.feature_selection.none import NoSelection
from smc.pipeline import FoldPipeline
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
        steps = {name: load_step(step, files[step["file"]]) for name, step in record["steps"].items()}
        model = steps["estimator"] if "preprocess" not in steps else _pipeline(record, steps)
        _check_features(model, next(iter(steps.values())).n_features_in_, record["feature_names"])
        check_golden(model, files[FILE], exact=exact)
    except (ArtifactError, *PARSER_ERRORS) as error:
        raise ArtifactError(_why(error, record)) from error
    return model


def _pipeline(record: dict[str, Any], steps: dict[str, Any]) -> FoldPipeline:
    """Put the fitted steps of a pipeline together again."""
    params = record["params"]
    if not issubclass(locate(record["class"]), FoldPipeline):
        raise ArtifactError(f"unknown class: {record['class']} is no FoldPipeline")
    pipeline = FoldPipeline(
        estimator=clone(steps["estimator"]),
        sampler=from_recipe(params["sampler"]),
        preprocess=None if params["preprocess"] is None else clone(steps["preprocess"]),
        selector=None if params.get("selector") is None else from_recipe(params["selector"]),
        calibrator=None if params.get("calibrator") is None else from_recipe(params["calibrator"]),
        tail_frac=params["tail_frac"],
    )
    pipeline.estimator_ = steps["estimator"]
    pipeline.preprocess_ = steps["preprocess"]
    pipeline.selector_ = _selector(record, steps["preprocess"])
    pipeline.calibrator_ = _calibrator(record)
    pipeline.n_features_in_ = record["n_features"]
    pipeline.n_fitted_rows_ = record["n_fitted_rows"]
    if record["feature_names"] is not None:
        pipeline.feature_names_in_ = np.array(record["feature_names"], dtype=object)
    return pipeline


def _selector(record: dict[str, Any], preprocess: Any) -> Any:
    """Return the choice of features that the record tells."""
    if record.get("support") is not None:
        return Chosen(record["support"])
    return NoSelection().fit(preprocess.transform(np.zeros((1, record["n_features"]))), [0])


def _calibrator(record: dict[str, Any]) -> Any:
    """Return the calibrator as it was fitted; None without one."""
    saved = record.get("calibration")
    return None if saved is None else from_recipe(saved).set_fitted(saved["fitted"])


def _check_features(model: Any, n_learned: int, names: list[str] | None) -> None:
    """The record and the first step of the model must speak of the same features in the same order."""
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
