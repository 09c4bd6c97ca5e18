"""The one guarded way from a `_target_` to an object."""

import functools
import importlib
import sys
from typing import Any

from smc.artifact.moved_names import MOVED
from smc.artifact.trusted import LIBRARIES, is_under, loaders
from smc.blame import allowed_by_user, culprit_of, described
from smc.config.annotations import parameters_of
from smc.config.kinds import lacks_kind
from smc.config.suggest import suggest
from smc.errors import ConfigError, install

#: Keys that speak to the instantiation, not to the constructor.
DIRECTIVES = frozenset({"_target_", "_partial_", "_args_"})
#: Modules of which a configuration may name classes of the right kind (`smc.config.kinds`); the environment
#: variable SMC_ALLOW adds to them, whatever the kind.
ALLOWED = ("smc", *LIBRARIES)
#: Classes of other modules that it may name: callbacks of Lightning that read and write no file, and samplers
#: of Optuna. Not among them is `ModelCheckpoint`, whose files are pickles; a run keeps its weights itself.
ALLOWED_CLASSES = frozenset(
    f"pytorch_lightning.callbacks.{path}"
    for module, name in {
        "early_stopping": "EarlyStopping",
        "lr_monitor": "LearningRateMonitor",
        "device_stats_monitor": "DeviceStatsMonitor",
        "timer": "Timer",
    }.items()
    for path in (name, f"{module}.{name}")
) | frozenset(
    f"optuna.samplers.{path}"
    for module, name in {
        "_tpe.sampler": "TPESampler",
        "_random": "RandomSampler",
        "_gp.sampler": "GPSampler",
        "_cmaes": "CmaEsSampler",
        "_grid": "GridSampler",
        "nsgaii._sampler": "NSGAIISampler",
        "_qmc": "QMCSampler",
    }.items()
    for path in (name, f"{module}.{name}")
)

#: Libraries that an option may need -> the extra of smc that brings them.
EXTRAS = {"optuna": "tune", "cmaes": "tune"}


def allowed_modules() -> tuple[str, ...]:
    """List the allowed module prefixes: the built-in ones and those of SMC_ALLOW."""
    return ALLOWED + allowed_by_user()


def is_allowed(module: str) -> bool:
    """Tell whether a module lies under an allowed prefix."""
    return is_under(module, allowed_modules())


def is_allowed_by_user(module: str) -> bool:
    """Tell whether a module lies under a prefix of SMC_ALLOW."""
    return is_under(module, allowed_by_user())


def locate(target: object) -> type:
    """Import the class that a `_target_` names.

    The path is checked before anything is imported, and the imported class is checked again by the
    module that defines it, so that an attribute of an allowed module leads nowhere else.

    Raises
    ------
    ConfigError
        The module is not allowed, cannot be imported or lacks the name, or the name is no class of a kind
        that a configuration may name.
    """
    if not isinstance(target, str) or "." not in target:
        raise ConfigError(f"`_target_` must be the dotted path of a class, got {target!r}")
    if target in MOVED:
        raise ConfigError(f"`{target}` moved to `{MOVED[target]}`")
    module_name, _, name = target.rpartition(".")
    if not (is_allowed(module_name) or target in ALLOWED_CLASSES):
        raise ConfigError(
            f"`{target}` is outside the modules that a configuration may name "
            f"({', '.join(allowed_modules())})"
            f"{suggest(target, ALLOWED_CLASSES) or _how_to_allow(module_name)}"
        )
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # whatever a module of one's own raises while it is imported
        name = error.name or "" if isinstance(error, ModuleNotFoundError) else ""
        extra = EXTRAS.get(name.partition(".")[0])
        remedy = f"; {install(extra)}" if extra else ""
        raise ConfigError(f"`{target}` cannot be imported: {described(error)}{remedy}") from error
    cls = getattr(module, name, None)
    if cls is None:
        raise ConfigError(f"`{module_name}` has no `{name}`{suggest(name, vars(module))}")
    if not isinstance(cls, type):
        raise ConfigError(f"`{target}` is no class; a configuration may name classes only")
    if not (is_allowed(cls.__module__) or f"{cls.__module__}.{cls.__name__}" in ALLOWED_CLASSES):
        raise ConfigError(f"`{target}` is defined in `{cls.__module__}`, which a configuration may not name")
    if not is_allowed_by_user(cls.__module__) and (why := lacks_kind(cls)):
        raise ConfigError(f"`{target}` may not stand in a configuration: {why}")
    return cls


def _refusal(error: Exception) -> str:
    """Say what a constructor refused; what it did not mean to raise, with its place."""
    culprit = culprit_of(error)
    is_own = culprit is not None and culprit.is_own
    is_plain = isinstance(error, ValueError) or (isinstance(error, TypeError) and not is_own)
    return str(error) if is_plain else described(error)


def _by_name(cls: type, arguments: list[Any], values: dict[str, Any]) -> dict[str, Any]:
    """Give arguments by position their names, as far as the constructor has one for them."""
    names = list(parameters_of(cls)) if arguments else []
    return {**dict(zip(names, arguments, strict=False)), **values}


def _how_to_allow(module_name: str) -> str:
    """Say how to allow a package; Python's own modules are no place for what a configuration names."""
    package = module_name.partition(".")[0]
    if package in sys.stdlib_module_names:
        return ""
    return f"; if you trust it, set the environment variable SMC_ALLOW={package}"


def instantiate(node: object, path: str = "") -> Any:
    """Build what a configuration names, and everything nested in it, from allowed classes only.

    A mapping with `_target_` becomes an object (with `_partial_: true` a `functools.partial` of its class,
    with `_args_` its positional arguments); every other mapping, list and value stays plain. This is Hydra's
    convention without its detour over OmegaConf, which costs 3 ms an object.

    Parameters
    ----------
    node
        Plain containers.
    path
        Where the node stands in the configuration, for error messages.

    Raises
    ------
    ConfigError
        A target is not allowed, or a constructor refuses its arguments.
    """
    if isinstance(node, list):
        return [instantiate(item, f"{path}[{index}]") for index, item in enumerate(node)]
    if not isinstance(node, dict):
        return node
    cls = locate(node["_target_"]) if "_target_" in node else None
    values = {
        key: instantiate(value, f"{path}.{key}") for key, value in node.items() if key not in DIRECTIVES
    }
    if cls is None:
        return values
    arguments = instantiate(node.get("_args_", []), path)
    if wrong := loaders(cls, _by_name(cls, arguments, values)):
        name = wrong[0]
        raise ConfigError(
            f"{path or node['_target_']}.{name}: a configuration may load no file into {cls.__name__}, "
            f"of which `{name}` may name one; leave it out"
        )
    if node.get("_partial_"):
        return functools.partial(cls, *arguments, **values)
    try:
        return cls(*arguments, **values)
    except Exception as error:  # whatever a constructor of one's own raises
        raise ConfigError(f"{path or node['_target_']}: {_refusal(error)}") from error
