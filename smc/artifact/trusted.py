"""The types that a saved model may name: fixed here, never read from the artifact."""

import importlib
import re
import sys
from collections.abc import Iterable
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.model_selection import BaseCrossValidator

from smc.blame import allowed_by_user
from smc.errors import ArtifactError

#: Packages whose estimators may be rebuilt. Whoever runs the program may add modules with SMC_ALLOW.
LIBRARIES = ("sklearn", "imblearn", "xgboost", "lightgbm")
PACKAGES = ("smc", *LIBRARIES)
#: Arguments of theirs that name a file which is loaded, a pickle in the case of ``memory``, or a machine.
LOADER = re.compile(
    r"memory|(?:.*_)?(?:file|filename|checkpoint)|(?:xgb|init|input|output|convert)_model|model_(?:in|input)"
    r"|machines|storage|config"
)

#: Types beside estimators that hold learned numbers, and execute nothing when they are rebuilt.
DATA_TYPES = frozenset(
    {
        "sklearn.tree._tree.Tree",
        "sklearn.utils._bunch.Bunch",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
        "xgboost.core.Booster",
        "lightgbm.basic.Booster",
    }
)


def locate(path: object) -> type:
    """Import the estimator class of a dotted path.

    The path is checked before anything is imported, and the class found is checked by the module that defines
    it, so that an attribute of an allowed module leads nowhere else.

    Raises
    ------
    ArtifactError
        The module is not allowed or cannot be imported, or the name is no estimator class.
    """
    module_name, _, name = str(path).rpartition(".")
    by_user = is_under(module_name, allowed_by_user())
    if not (by_user or is_under(module_name, PACKAGES)):
        is_of_python = module_name.partition(".")[0] in sys.stdlib_module_names
        remedy = f"; if you trust it, set the environment variable SMC_ALLOW={module_name or path}"
        raise ArtifactError(
            f"unknown class: the model names {path}, which is outside {', '.join(PACKAGES)}"
            + ("" if is_of_python else remedy)
        )
    try:
        cls = getattr(importlib.import_module(module_name), name, None)
    except ImportError as error:
        raise ArtifactError(f"unknown class: {path} cannot be imported: {error}") from error
    if not isinstance(cls, type) or not is_under(cls.__module__, (*PACKAGES, *allowed_by_user())):
        raise ArtifactError(f"unknown class: {path} is no class of an allowed module")
    if not (issubclass(cls, BaseEstimator | BaseCrossValidator) or by_user):
        raise ArtifactError(f"unknown class: {path} is no scikit-learn estimator or splitter")
    return cls


def check_types(names: Iterable[str]) -> list[str]:
    """Return the names if each is a data type or an allowed estimator, else raise ArtifactError."""
    checked = list(names)
    for name in checked:
        if name not in DATA_TYPES:
            locate(name)
    return checked


def loaders(cls: type, arguments: Any) -> list[str]:
    """Name the arguments, and what a search would set, by which a library's class loads a file.

    >>> from sklearn.pipeline import Pipeline
    >>> loaders(Pipeline, {"steps": [], "memory": "/tmp"}), loaders(Pipeline, {"memory": None})
    (['memory'], [])
    """
    if not any(_is_of_library(base) for base in cls.__mro__):
        return []
    return list(dict.fromkeys(_loaders(arguments)))


def _loaders(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [name for item in value for name in _loaders(item)]
    if not isinstance(value, dict):
        return []
    own = [
        key
        for key, item in value.items()
        if item is not None and isinstance(key, str) and LOADER.fullmatch(key.rpartition("__")[2])
    ]
    return own + [name for item in value.values() for name in _loaders(item)]


def _is_of_library(base: type) -> bool:
    module = base.__module__
    return module.partition(".")[0] in LIBRARIES and not module.startswith(("sklearn.base", "sklearn.utils"))


def is_under(module: str, prefixes: Iterable[str]) -> bool:
    """Tell whether a module is one of the prefixes, or lies under one."""
    return any(module == prefix or module.startswith(prefix + ".") for prefix in prefixes)
