"""A saved run's configuration, before it is used again: as today's smc reads it, and telling nobody."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from smc.artifact.moved_names import ADDED, upgrade_config_node
from smc.config.classes import class_problems
from smc.config.compose import compose
from smc.config.options import groups, options
from smc.config.schema import Root, Structure
from smc.errors import ConfigError
from smc.results.identity import NO_SEARCH
from smc.typing import Config

OFF = "none"
#: Arguments that a run sets, which an earlier version wrote down as well -> the value that stood there.
SET_BY_THE_RUN = {"task": "auto", "positions": None}


def upgrade_config(config: Config) -> tuple[Config, list[str]]:
    """Give classes and arguments today's names, and add what a run of an older version did not know.

    What is added is switched off: a group is given its option `none`, a key of the root its default; a group
    that has no `none` cannot have been missing, and stays so. A run had no name, a trainer had no callbacks
    of one's own, and samplers did not keep kinds when the rules of structure stood in the groups.

    Returns
    -------
    tuple
        The configuration, and a sentence for each key that was added.

    >>> older = {key: value for key, value in compose().items() if key != "calibrate"}
    >>> config, sentences = upgrade_config(older)
    >>> config["calibrate"]["_target_"], sentences
    ('smc.calibrate.none.NoCalibration',
     ['Made before smc had `calibrate`: composed with its default, none.'])
    """
    config = _without_run_values(upgrade_config_node(config))
    if "structure" not in config:
        config |= {"structure": _structure(config), **_with_added(config, "aug")}
    config |= _with_added(config, "cv")
    config = {"run": {"name": None, "tags": [], "note": None}, "tune": NO_SEARCH, "space": {}, **config}
    config |= {"trainer": {"callbacks": {}, **config["trainer"]}} if "trainer" in config else {}
    unknown = [field.name for field in fields(Root) if field.name not in config]
    if not unknown:
        return config, []
    known_groups = groups()
    off = [name for name in unknown if name in known_groups and OFF in options(name)]
    today = compose([f"seed={config['seed']}", *(f"{name}={OFF}" for name in off)])
    added = {name: today[name] for name in unknown if name in off or name not in known_groups}
    return {**config, **added}, list(_sentences(added, off))


def usable_config(config: Config) -> tuple[Config, list[str]]:
    """Upgrade a saved configuration of which objects are to be built; it may be anybody's.

    Raises
    ------
    ConfigError
        A class is not of the kind that its group needs, as for a configuration that was typed.
    """
    upgraded, sentences = upgrade_config(config)
    if problems := [problem for _, problem in class_problems(upgraded)]:
        raise ConfigError("\n".join(problems))
    return upgraded, sentences


def without_side_effects(config: Config, *, ledger_url: str | None = "sqlite://") -> Config:
    """Return a run's configuration without what speaks to others: trackers, webhook, ledger, studies.

    Parameters
    ----------
    ledger_url
        Where trials are counted instead; by default in memory; None: in the user's own.

    >>> run = {"monitor": {"watches": {}, "webhook": "http://127.0.0.1"}, "seed": 0}
    >>> without_side_effects(run)["monitor"], without_side_effects(run)["seed"]
    ({'watches': {}, 'webhook': None}, 0)
    """
    return {
        **config,
        "ledger": {"_target_": "smc.trials.Ledger", "url": ledger_url, "output": None},
        "tracker": {"trackers": {}},
        "monitor": {**config["monitor"], "webhook": None},
        **({"tune": {**config["tune"], "storage": None}} if "storage" in config.get("tune", {}) else {}),
    }


def _without_run_values(node: Any) -> Any:
    """Leave out arguments that the run sets, which stood in a configuration by way of a reminder."""
    if isinstance(node, list):
        return [_without_run_values(item) for item in node]
    if not isinstance(node, dict):
        return node
    set_by_run = SET_BY_THE_RUN if "_target_" in node else {}
    return {
        key: _without_run_values(value)
        for key, value in node.items()
        if key not in set_by_run or value != set_by_run[key]
    }


def _structure(config: Config) -> Config:
    """Return the rules of structure of a run in which features, events and labels held them one by one."""
    names = [field.name for field in fields(Structure)]
    return {name: config["features"][name] for name in names if name in config["features"]}


def _with_added(config: Config, group: str) -> Config:
    """Return the option of a group with the arguments that its class did not have then; nothing if it had."""
    option = config.get(group, {})
    return {group: {**ADDED[option["_target_"]], **option}} if option.get("_target_") in ADDED else {}


def _sentences(added: Config, off: list[str]) -> Iterator[str]:
    for name, value in added.items():
        default = OFF if name in off else value
        yield f"Made before smc had `{name}`: composed with its default, {default}."
