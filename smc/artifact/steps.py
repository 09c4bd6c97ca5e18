"""One fitted estimator as files, in the format that suits it."""

from collections.abc import Mapping
from typing import Any

from smc.artifact import skops_file
from smc.artifact.recipe import from_recipe, to_recipe
from smc.errors import ArtifactError


def dump_step(name: str, estimator: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the record of a step, and the content of its file by the file's name.

    An estimator with a format of its own has ``native_suffix``, ``native_library``, ``to_bytes()``,
    ``get_fitted()`` (plain data) and ``set_fitted(fitted, data)``; every other goes through skops.
    """
    record = to_recipe(estimator)
    if not hasattr(estimator, "native_suffix"):
        file = f"{name}.skops"
        return {**record, "file": file, "fitted": None}, {file: skops_file.dump(estimator)}
    file = name + estimator.native_suffix
    return {**record, "file": file, "fitted": estimator.get_fitted()}, {file: estimator.to_bytes()}


def load_step(record: dict[str, Any], files: Mapping[str, bytes]) -> Any:
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
    found = f"{type(estimator).__module__}.{type(estimator).__qualname__}"
    if found != record["class"]:
        raise ArtifactError(f"{record['file']} holds a {found}, but model.json names {record['class']}")
    return estimator
