"""The packages whose version may change a figure of a run: those that it uses, and no other."""

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from smc.blame import PACKAGE
from smc.results.own_code import imports_of, own_modules

#: Top-level modules that every run computes with.
BASE = frozenset({"numpy", "scipy", "pandas", "numba", "sklearn"})
#: Those that some models and samplers compute with. What else smc imports reads, writes or shows.
OPTIONAL = frozenset({"imblearn", "xgboost", "lightgbm", "torch", "pytorch_lightning", "lightning"})
#: What classes of libraries compute with beside their own library.
BESIDE = {"CmaEsSampler": "cmaes"}
#: What a module's distribution is called, where it is called otherwise.
DISTRIBUTIONS = {
    "sklearn": "scikit-learn",
    "imblearn": "imbalanced-learn",
    "pytorch_lightning": "pytorch-lightning",
}
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def versions_of(value: Any) -> dict[str, str]:
    """Return the versions of the packages that plain data use, with Python's own (major.minor).

    >>> sorted(versions_of({"model": {"_target_": "smc.model.logistic.Logistic"}}))
    ['numba', 'numpy', 'pandas', 'python', 'scikit-learn', 'scipy']
    """
    return _versions(used_packages(value))


def installed_versions() -> dict[str, str]:
    """Return the versions of all packages that smc itself can compute with, as far as they are installed."""
    return _versions(BASE | OPTIONAL)


def used_packages(value: Any) -> frozenset[str]:
    """Name the top-level modules that plain data compute with.

    They are `BASE`, the libraries that a ``_target_`` names, what smc's own classes import of `OPTIONAL`, and
    all that code of one's own imports; imports inside functions count, and nothing is imported to find them.
    A class without a file, as in a notebook, may use any of them.
    """
    own = own_modules(value)
    own_packages = {_package(name) for name in own}
    named = {target.rpartition(".")[0] for target in _targets(value)} - {""}
    asked = [*named, *(name for module, path in own.items() for name in imports_of(path, module))]
    found = {
        *BASE,
        *(
            BESIDE[name]
            for name in (target.rpartition(".")[2] for target in _targets(value))
            if name in BESIDE
        ),
    }
    for name in asked:
        package = _package(name)
        if package == PACKAGE.name:
            found |= _optional_of(name)
        elif name in named and _is_without_file(name):
            found |= OPTIONAL
        elif package not in own_packages | sys.stdlib_module_names:
            found.add(package)
    return frozenset(found)


def distribution(package: str) -> str:
    """Return what the distribution of a top-level module is usually called."""
    return DISTRIBUTIONS.get(package, package)


@cache
def version_of(package: str) -> str | None:
    """Return the version of whatever distribution gives a top-level module; None if none does.

    Several may give the same module: xgboost-cpu is installed in place of xgboost, and predicts the same.
    """
    try:
        return metadata.version(distribution(package))
    except metadata.PackageNotFoundError:
        providers = sorted(_providers().get(package, ()))
        return ", ".join(metadata.version(name) for name in providers) or None


def _versions(packages: Iterable[str]) -> dict[str, str]:
    versions = {distribution(package): version_of(package) for package in sorted(packages)}
    return {"python": PYTHON, **{name: version for name, version in versions.items() if version}}


@cache
def _providers() -> dict[str, set[str]]:
    return {name: set(providers) for name, providers in metadata.packages_distributions().items()}


@cache
def _optional_of(module: str) -> frozenset[str]:
    """Name what a module of smc, with all of smc that it imports, computes with."""
    waiting, seen = [module], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += _imports_of_smc(name) if _package(name) == PACKAGE.name else ()
    return OPTIONAL & {_package(name) for name in seen}


@cache
def _imports_of_smc(name: str) -> tuple[str, ...]:
    """Give what a module of smc imports; nothing where the name is that of a class or function."""
    base = Path(PACKAGE.parent, *name.split("."))
    path = next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)
    return () if path is None else tuple(imports_of(path, name))


def _targets(value: Any) -> Iterator[str]:
    """Give every class that plain data name."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    if isinstance(value, dict) and isinstance(value.get("_target_"), str):
        yield value["_target_"]
    for item in items:
        yield from _targets(item)


def _is_without_file(name: str) -> bool:
    """Tell whether a module was made by hand, in a notebook or a console."""
    module = sys.modules.get(name)
    return name == "__main__" or (module is not None and not getattr(module, "__spec__", None))


def _package(name: str) -> str:
    return name.partition(".")[0]
