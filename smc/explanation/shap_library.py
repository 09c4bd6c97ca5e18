"""Libraries that only explanations need."""

import importlib
import warnings
from types import ModuleType

from smc.errors import ConfigError, install


def load_shap() -> ModuleType:
    """Import shap, quietly: its pictures, which smc does not draw, warn of matplotlib's future.

    Raises
    ------
    ConfigError
        It is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module("shap")
    except ImportError as error:
        raise ConfigError(
            f"explaining this model needs shap, which is not installed; it comes with {install('explain')}"
        ) from error
