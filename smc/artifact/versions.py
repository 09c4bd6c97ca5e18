"""The versions that wrote a model."""

import platform
from importlib.metadata import PackageNotFoundError, version

#: Libraries whose version may change what a saved model answers.
LIBRARIES = ("numpy", "scikit-learn", "skops", "xgboost", "lightgbm", "torch")


def current_versions() -> dict[str, str]:
    """Return the installed versions of Python, smc and the libraries behind the models."""
    installed = {"python": platform.python_version()}
    for name in ("smc", *LIBRARIES):
        try:
            installed[name] = version(name)
        except PackageNotFoundError:
            installed[name] = "not installed"
    return installed


def differing(written: dict[str, str]) -> list[str]:
    """List, in words, the libraries whose major or minor version is not the one that wrote the model.

    >>> differing({"skops": "0.1.0"})
    ['skops 0.1.0 wrote it, ... is installed']
    """
    installed = current_versions()
    return [
        f"{name} {written[name]} wrote it, {installed[name]} is installed"
        for name in LIBRARIES
        if name in written and _minor(written[name]) != _minor(installed[name])
    ]


def _minor(text: str) -> list[str]:
    return text.split(".")[:2]
