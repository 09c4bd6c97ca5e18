"""An estimator's class and arguments as plain data."""

import inspect
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.model_selection import BaseCrossValidator

from smc.artifact.trusted import loaders, locate
from smc.errors import ArtifactError


def to_recipe(estimator: object) -> dict[str, Any]:
    """Describe an estimator: the path of its class, and its constructor arguments.

    >>> from sklearn.linear_model import Ridge
    >>> recipe = to_recipe(Ridge(alpha=2.0))
    >>> recipe["class"], recipe["params"]["alpha"]
    ('sklearn.linear_model._ridge.Ridge', 2.0)
    """
    cls = type(estimator)
    params = _params(estimator)
    return {
        "class": f"{cls.__module__}.{cls.__qualname__}",
        "params": {name: to_plain(value) for name, value in params.items()},
    }


def from_recipe(recipe: dict[str, Any]) -> Any:
    """Build the estimator, unfitted, if its class is allowed and loads no file."""
    cls = locate(recipe["class"])
    if wrong := loaders(cls, recipe["params"]):
        raise ArtifactError(f"unknown argument: {recipe['class']} would load a file by `{wrong[0]}`")
    return cls(**{name: _from_plain(value) for name, value in recipe["params"].items()})


def to_plain(value: object) -> object:
    """Turn a value into JSON; what has no plain form is described by its repr, and cannot be built again."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {"map": {str(key): to_plain(item) for key, item in value.items()}}
    if hasattr(value, "get_params") or isinstance(value, BaseCrossValidator):
        return to_recipe(value)
    return {"repr": repr(value)}


def _params(estimator: Any) -> dict[str, Any]:
    """Return constructor arguments, but for those ``not_saved``.

    A splitter keeps its own as attributes of the same name.
    """
    if isinstance(estimator, BaseCrossValidator):
        return {name: getattr(estimator, name) for name in inspect.signature(type(estimator)).parameters}
    not_saved = getattr(estimator, "not_saved", ())
    return {name: value for name, value in estimator.get_params(deep=False).items() if name not in not_saved}


def _from_plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "float" in value:
        return float(value["float"])
    if "class" in value:
        return from_recipe(value)
    if "map" in value:
        return {key: _from_plain(item) for key, item in value["map"].items()}
    raise ArtifactError(f"an argument has no plain form and cannot be built again: {value.get('repr')}")
