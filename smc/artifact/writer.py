"""Save a fitted model as data."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from smc.artifact.fitted_model import dump_model
from smc.artifact.golden import FILE, dump_golden
from smc.artifact.manifest import RECORD, current_versions, seal
from smc.artifact.reader import PARSER_ERRORS, restore
from smc.blame import described
from smc.errors import ArtifactError
from smc.pipeline import FoldPipeline
from smc.pipeline.members import fits_members

EstimatorT = TypeVar("EstimatorT", bound=BaseEstimator)


def save(model: BaseEstimator, folder: str | Path, *, meta: Mapping[str, Any] | None = None) -> None:
    """Save a fitted model into a new folder, without pickle.

    The folder holds each fitted step in a data-only format (``.ubj`` for XGBoost, ``.txt`` for LightGBM,
    ``.npz`` for the trees of a forest, ``.skops`` for the rest), 32 golden rows with the model's answers, and
    ``model.json``. The model is rebuilt from those bytes and must answer bit for bit as before; only then is
    anything written. The same fit saved twice gives the same bytes.

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
    foreign = [
        estimator for estimator in _estimators_of(model) if not type(estimator).__module__.startswith("smc.")
    ]
    if not foreign:
        return
    try:
        restore(pack(on_one_thread(model), {}), exact=True)
    except (ArtifactError, *PARSER_ERRORS) as error:
        said = error if isinstance(error, ArtifactError) else described(error)
        raise ArtifactError(
            f"model: {type(foreign[0]).__name__} can be fitted, but not saved: {said}; choose another model"
        ) from error


def pack(model: BaseEstimator, meta: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files of a saved model, the record last."""
    check_is_fitted(model)
    record, files = dump_model(model)
    files[FILE] = dump_golden(model)
    files[RECORD] = seal(_with_meta({**record, "versions": current_versions()}, meta), files)
    return files


def _with_meta(own: dict[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    clash = sorted(set(own) & set(meta) - {"lookback"})
    if clash:
        raise ArtifactError(f"`meta` must not name {', '.join(clash)}: the model says that itself")
    return {**own, "label": None, "last_training_bar": None, **meta}


def _estimators_of(pipeline: FoldPipeline) -> list[Any]:
    """List what a pipeline has fitted: one estimator, or an ensemble's members and other parts."""
    estimator = pipeline.estimator_
    if not fits_members(estimator):
        return [estimator]
    in_members = [fitted for member in estimator.members_.values() for fitted in _estimators_of(member)]
    return [estimator, *in_members, *estimator.parts_.values()]


def on_one_thread(estimator: EstimatorT) -> EstimatorT:
    """Copy an estimator, and those it holds, with ``n_jobs=1``; what they have learned is shared.

    Fits do not depend on the number of threads, so the same fit must give the same file on any number.

    >>> from sklearn.ensemble import RandomForestClassifier
    >>> on_one_thread(RandomForestClassifier(n_jobs=2)).n_jobs
    1
    """
    copied = copy.copy(estimator)
    for name, value in vars(copied).items():
        if name == "n_jobs":
            setattr(copied, name, 1)
        elif isinstance(value, BaseEstimator):
            setattr(copied, name, on_one_thread(value))
        elif isinstance(value, Mapping) and any(isinstance(item, BaseEstimator) for item in value.values()):
            setattr(copied, name, {key: on_one_thread(item) for key, item in value.items()})
    return copied
