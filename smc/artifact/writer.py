"""Save a fitted model as data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.utils.validation import check_is_fitted

from smc.artifact.golden import FILE, dump_golden
from smc.artifact.manifest import RECORD, seal
from smc.artifact.recipe import to_recipe
from smc.artifact.restore import PARSER_ERRORS, restore
from smc.artifact.steps import dump_step
from smc.artifact.threads import on_one_thread
from smc.artifact.versions import current_versions
from smc.errors import ArtifactError
from smc.feature_selection.none import NoSelection
from smc.pipeline import FoldPipeline


def save(model: Any, folder: str | Path, *, meta: Mapping[str, Any] | None = None) -> None:
    """Save a fitted model into a new folder, without pickle.

    The folder holds each fitted step in a data-only format (``.ubj`` for XGBoost, ``.txt`` for LightGBM,
    ``.skops`` for the rest), 32 golden rows with the model's answers, and ``model.json``. The model is
    rebuilt from those bytes and must answer bit for bit as before; only then is anything written. The same
    fit saved twice gives the same bytes.

    Parameters
    ----------
    model
        A fitted `FoldPipeline`, or any fitted scikit-learn estimator.
    folder
        Created; it must be empty if it exists.
    meta
        What the model itself does not know, as plain JSON: ``label`` (the label's definition) and
        ``last_training_bar`` (ISO 8601), and whatever else should stand in ``model.json``.

    Raises
    ------
    ArtifactError
        The folder is not empty, the model holds what cannot be saved as data, or its reload differs.
    """
    target = Path(folder)
    if target.exists() and any(target.iterdir()):
        raise ArtifactError(
            f"{target} is not empty: a saved model is never written again; choose a new folder"
        )
    files = pack(on_one_thread(model), meta or {})
    restore(files, exact=True)
    target.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (target / name).write_bytes(data)


def check_can_be_saved(model: FoldPipeline) -> None:
    """Raise ArtifactError for a pipeline that `save` would refuse, early, when one fit is lost.

    smc's own estimators can all be saved, so that nothing is tried for them: packing a large forest takes a
    second.

    Raises
    ------
    ArtifactError
        With the type at fault.
    """
    estimator = model.estimator_
    if type(estimator).__module__.startswith("smc."):
        return
    try:
        restore(pack(on_one_thread(model), {}), exact=True)
    except (ArtifactError, *PARSER_ERRORS) as error:
        raise ArtifactError(
            f"model: {type(estimator).__name__} can be fitted, but not saved: {error}; choose another model"
        ) from error


def pack(model: Any, meta: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files of a saved model, the record last."""
    check_is_fitted(model)
    is_pipeline = isinstance(model, FoldPipeline)
    parts = (
        {"preprocess": model.preprocess_, "estimator": model.estimator_}
        if is_pipeline
        else {"estimator": model}
    )
    files: dict[str, bytes] = {}
    steps: dict[str, Any] = {}
    for name, estimator in parts.items():
        steps[name], file, data = dump_step(name, estimator)
        files[file] = data
    files[FILE] = dump_golden(model)
    files[RECORD] = seal(_record(model, steps, meta), files)
    return files


def _record(model: Any, steps: dict[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    names = getattr(model, "feature_names_in_", None)
    own = {
        **to_recipe(model),
        "task": "classification" if is_classifier(model) else "regression" if is_regressor(model) else None,
        "classes": np.asarray(model.classes_).tolist() if is_classifier(model) else None,
        "feature_names": None if names is None else list(names),
        "n_features": int(model.n_features_in_),
        "n_fitted_rows": getattr(model, "n_fitted_rows_", None),
        "n_rounds": getattr(model, "n_rounds_", None),
        "lookback": getattr(steps["estimator"], "lookback", None),
        "scaler": _scaler(model),
        "support": _support(model),
        "calibration": _calibration(model),
        "steps": steps,
        "versions": current_versions(),
    }
    clash = sorted(set(own) & set(meta) - {"lookback"})
    if clash:
        raise ArtifactError(f"`meta` must not name {', '.join(clash)}: the model says that itself")
    return {**own, "label": None, "last_training_bar": None, **meta}


def _calibration(model: Any) -> dict[str, Any] | None:
    """Return what the calibrator learned; None without one."""
    calibrator = getattr(model, "calibrator_", None)
    return None if calibrator is None else {**to_recipe(calibrator), "fitted": calibrator.get_fitted()}


def _support(model: Any) -> list[bool] | None:
    """Return whether each column that comes out of the preprocessing is kept; None if all are."""
    selector = getattr(model, "selector_", None)
    if selector is None or isinstance(selector, NoSelection):
        return None
    return np.asarray(selector.get_support()).tolist()


def _scaler(model: Any) -> dict[str, list[float]] | None:
    """Show the scaler's numbers to a reader; what is loaded stands in preprocess.skops."""
    preprocess = getattr(model, "preprocess_", None)
    numbers = {name: getattr(preprocess, f"{name}_", None) for name in ("center", "factor", "median")}
    found = {name: np.asarray(value).tolist() for name, value in numbers.items() if value is not None}
    return found or None
