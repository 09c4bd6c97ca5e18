"""Compose `conf/` and overrides into a plain, checked configuration."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from smc.config.check import check_config
from smc.errors import ConfigError
from smc.fingerprint import PACKAGE
from smc.typing import Config

#: The configuration tree: inside an installed package, beside it in a checkout.
CONF = PACKAGE / "conf" if (PACKAGE / "conf").is_dir() else PACKAGE.parent / "conf"
VERSION_BASE = "1.3"
ROOT_NAME = "train"


def compose(overrides: Sequence[str] = (), *, config_dir: str | Path | None = None) -> Config:
    """Compose the configuration of one run, as the command line would, and check it.

    Parameters
    ----------
    overrides
        As typed after `python -m smc.train`, for example ``["model=random_forest", "reg=tiny"]``.
    config_dir
        A folder of your own options, searched beside smc's.

    Raises
    ------
    ConfigError
        With every mismatch, one a line.
    """
    import hydra
    from hydra.errors import HydraException

    from smc.config.explain import explain

    search = [f"hydra.searchpath=[file://{Path(config_dir).resolve()}]"] if config_dir else []
    with hydra.initialize_config_dir(str(CONF), version_base=VERSION_BASE):
        try:
            composed = hydra.compose(ROOT_NAME, [*overrides, *search], return_hydra_config=True)
        except (HydraException, OmegaConfBaseException) as error:
            raise explain(error, list(overrides), search) from error
    choices = dict(composed.hydra.runtime.choices)
    with open_dict(composed):
        del composed["hydra"]
    return to_plain_config(composed, choices)


def to_plain_config(composed: DictConfig, choices: Mapping[str, Any]) -> Config:
    """Turn a composed tree, without Hydra's own section, into plain containers: resolved and checked.

    Parameters
    ----------
    choices
        The option chosen for each group.

    Raises
    ------
    ConfigError
        An interpolation that leads nowhere, or whatever `check_config` finds.
    """
    try:
        plain: Any = OmegaConf.to_container(composed, resolve=True)
    except OmegaConfBaseException as error:
        raise ConfigError(f"{error.full_key}: {str(error.msg).splitlines()[0]}") from error
    check_config(plain, choices.get("model"))
    return plain
