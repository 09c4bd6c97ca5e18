"""From a composed tree to plain containers: resolved and checked."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from smc.config.check import check_config
from smc.config.members import put_members
from smc.config.normalize_numbers import normalize_numbers
from smc.errors import ConfigError
from smc.typing import Config


def to_plain_config(composed: DictConfig, choices: Mapping[str, Any], folders: Sequence[Path]) -> Config:
    """Turn a composed tree, without Hydra's own section, into plain containers: resolved and checked.

    Parameters
    ----------
    choices
        The option chosen for each group.
    folders
        The configuration search path, in which an ensemble's members are found.

    Raises
    ------
    ConfigError
        An interpolation that leads nowhere, or whatever `check_config` finds.
    """
    put_members(composed, folders)
    try:
        plain: Any = OmegaConf.to_container(composed, resolve=True)
    except OmegaConfBaseException as error:
        raise ConfigError(f"{error.full_key}: {str(error.msg).splitlines()[0]}") from error
    check_config(plain, choices.get("model"))
    return normalize_numbers(plain)
