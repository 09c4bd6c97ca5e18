"""A fitted model as records and files: a pipeline step by step, an ensemble member by member."""

from collections.abc import Mapping
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
from sklearn.base import BaseEstimator, clone, is_classifier, is_regressor

from smc.artifact import skops_file
from smc.artifact.recipe import from_recipe, to_recipe
from smc.artifact.trusted import locate
from smc.errors import ArtifactError
from smc.feature_selection.none import NoSelection
from smc.pipeline import FoldPipeline
from smc.pipeline.members import fits_members
from smc.typing import BoolArray

Dumped = tuple[dict[str, Any], dict[str, bytes]]


class SavedSelection(BaseEstimator):
    """Keep the features that a selector kept when the model was fitted, whatever it learned on the way.

    Parameters
    ----------
    support
        Whether each feature is kept.
    """

    def __init__(self, support: list[bool]) -> None:
        self.support = support

    def get_support(self) -> BoolArray:
        """Return True for each feature kept."""
        return np.array(self.support, dtype=bool)


def dump_model(model: BaseEstimator, prefix: str = "") -> Dumped:
    """Return the record of a fitted pipeline, or of any fitted estimator, and the content of its files.

    Parameters
    ----------
    prefix
        Of the names of all files.
    """
    parts = {"preprocess": model.preprocess_} if isinstance(model, FoldPipeline) else {}
    parts["estimator"] = model.estimator_ if isinstance(model, FoldPipeline) else model
    files: dict[str, bytes] = {}
    steps: dict[str, Any] = {}
    for name, estimator in parts.items():
        dump = _dump_ensemble if fits_members(estimator) else dump_step
        steps[name], content = dump(prefix + name, estimator)
        files |= content
    return {**_facts(model), "lookback": getattr(parts["estimator"], "lookback", None), "steps": steps}, files


def load_model(record: dict[str, Any], files: dict[str, bytes]) -> BaseEstimator:
    """Rebuild what `dump_model` described, from files whose hashes must have been checked."""
    steps = {name: _load(step, files) for name, step in record["steps"].items()}
    return steps["estimator"] if "preprocess" not in steps else _pipeline(record, steps)


def _dump_ensemble(name: str, ensemble: Any) -> Dumped:
    """Write each member as a model of its own, and the other fitted parts as steps."""
    files: dict[str, bytes] = {}
    members, parts = {}, {}
    for place, (member, model) in enumerate(ensemble.members_.items()):
        members[member], content = dump_model(model, f"{name}_{place}_")
        files |= content
    for part, estimator in ensemble.parts_.items():
        parts[part], content = dump_step(f"{name}_{part}", estimator)
        files |= content
    fitted = {"fitted": ensemble.get_fitted(), "members": members, "parts": parts}
    return {**to_recipe(ensemble), **fitted}, files


def _load(step: dict[str, Any], files: dict[str, bytes]) -> Any:
    if "members" not in step:
        return load_step(step, files)
    members = {name: load_model(record, files) for name, record in step["members"].items()}
    parts = {name: load_step(record, files) for name, record in step["parts"].items()}
    return from_recipe(step).set_fitted(step["fitted"], members, parts)


def _pipeline(record: dict[str, Any], steps: dict[str, Any]) -> FoldPipeline:
    """Put the fitted steps of a pipeline together again."""
    params = record["params"]
    if not issubclass(locate(record["class"]), FoldPipeline):
        raise ArtifactError(f"unknown class: {record['class']} is no FoldPipeline")
    estimator: Any = clone(steps["estimator"])
    preprocess: Any = None if params["preprocess"] is None else clone(steps["preprocess"])
    pipeline = FoldPipeline(
        estimator=estimator,
        sampler=from_recipe(params["sampler"]),
        preprocess=preprocess,
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
        return SavedSelection(record["support"])
    return NoSelection().fit(preprocess.transform(np.zeros((1, record["n_features"]))), [0])


def _calibrator(record: dict[str, Any]) -> Any:
    """Return the calibrator as it was fitted; None without one."""
    saved = record.get("calibration")
    return None if saved is None else from_recipe(saved).set_fitted(saved["fitted"])


def _facts(model: Any) -> dict[str, Any]:
    """Say what a model is, beside its steps."""
    names = getattr(model, "feature_names_in_", None)
    return {
        **to_recipe(model),
        "task": "classification" if is_classifier(model) else "regression" if is_regressor(model) else None,
        "classes": np.asarray(model.classes_).tolist() if is_classifier(model) else None,
        "feature_names": None if names is None else list(names),
        "n_features": int(model.n_features_in_),
        "n_fitted_rows": getattr(model, "n_fitted_rows_", None),
        "n_rounds": getattr(model, "n_rounds_", None),
        "scaler": _scaler(model),
        "support": _support(model),
        "calibration": _calibration(model),
    }


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
    return {name: np.asarray(value).tolist() for name, value in numbers.items() if value is not None} or None


@runtime_checkable
class NativeFormat(Protocol):
    """An estimator that is written in a format of its own; every other goes through skops.

    Attributes
    ----------
    native_suffix
        Of the file.
    native_library
        Package that reads it.
    """

    native_suffix: str
    native_library: str

    def to_bytes(self) -> bytes:
        """Return the content of the file."""
        ...

    def get_fitted(self) -> dict[str, Any]:
        """Return as plain data what was learned and does not stand in the file."""
        ...

    def set_fitted(self, fitted: dict[str, Any], data: bytes) -> Self:
        """Take what the other two returned."""
        ...


def dump_step(name: str, estimator: object) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the record of a step, and the content of its file by the file's name."""
    record = to_recipe(estimator)
    if not isinstance(estimator, NativeFormat):
        file = name + skops_file.SUFFIX
        return {**record, "file": file, "fitted": None}, {file: skops_file.dump(estimator)}
    file = name + estimator.native_suffix
    return {**record, "file": file, "fitted": estimator.get_fitted()}, {file: estimator.to_bytes()}


def rewritten(record: Any, files: dict[str, bytes]) -> Any:
    """Return the record of a model whose steps stand in today's formats; ``files`` are changed with it.

    A step that skops wrote may have a format of its own today.
    """
    if isinstance(record, list):
        return [rewritten(item, files) for item in record]
    if not isinstance(record, dict):
        return record
    if not _is_outdated(record):
        return {name: rewritten(item, files) for name, item in record.items()}
    estimator = load_step(record, files)
    step, content = dump_step(record["file"].removesuffix(skops_file.SUFFIX), estimator)
    del files[record["file"]]
    files.update(content)
    return {**record, "file": step["file"], "fitted": step["fitted"]}


def _is_outdated(record: dict[str, Any]) -> bool:
    is_of_skops = {"class", "file", "fitted"} <= record.keys() and record["fitted"] is None
    return is_of_skops and hasattr(locate(record["class"]), "native_suffix")


def load_step(record: dict[str, Any], files: Mapping[str, bytes]) -> object:
    """Rebuild the step of a record from the content of its file, whose hash must have been checked.

    Raises
    ------
    ArtifactError
        A class that is not allowed, or that differs from the one in the file.
    """
    data = files[record["file"]]
    if record["fitted"] is not None:
        return from_recipe(record).set_fitted(record["fitted"], data)
    estimator = skops_file.load(data)
    path = f"{type(estimator).__module__}.{type(estimator).__qualname__}"
    if path != record["class"]:
        raise ArtifactError(f"{record['file']} holds a {path}, but model.json names {record['class']}")
    return estimator
