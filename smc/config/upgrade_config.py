"""The configuration of a run that an earlier version of smc made, as today's reads it."""

from collections.abc import Iterator
from dataclasses import fields

from smc.artifact.moved_names import upgrade_config_node
from smc.config.compose import compose
from smc.config.options import groups, options
from smc.config.schema import Root
from smc.typing import Config

OFF = "none"


def upgrade_config(config: Config) -> tuple[Config, list[str]]:
    """Give classes and arguments today's names, and add what a run of an older version did not know.

    What is added is switched off, and said in a sentence each: a group is given its option `none`, a key of
    the root its default; a group that has no `none` cannot have been missing, and stays so.

    >>> older = {key: value for key, value in compose().items() if key != "calibrate"}
    >>> config, sentences = upgrade_config(older)
    >>> config["calibrate"]["_target_"], sentences
    ('smc.calibrate.none.NoCalibration',
     ['Made before smc had `calibrate`: composed with its default, none.'])
    """
    config = upgrade_config_node(config)
    unknown = [field.name for field in fields(Root) if field.name not in config]
    if not unknown:
        return config, []
    known_groups = groups()
    off = [name for name in unknown if name in known_groups and OFF in options(name)]
    today = compose([f"seed={config['seed']}", *(f"{name}={OFF}" for name in off)])
    added = {name: today[name] for name in unknown if name in off or name not in known_groups}
    return {**config, **added}, list(_sentences(added, off))


def _sentences(added: Config, off: list[str]) -> Iterator[str]:
    for name, value in added.items():
        default = OFF if name in off else value
        yield f"Made before smc had `{name}`: composed with its default, {default}."
