"""Compose `conf/` and overrides into a plain, checked configuration."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from smc.config.canonical import canonical
from smc.config.check import check_config
from smc.config.members import put_members
from smc.errors import ConfigError
from smc.fingerprint import PACKAGE
from smc.typing import Config

#: The configuration tree: inside an installed package, beside it in a checkout.
CONF = PACKAGE / "conf" if (PACKAGE / "conf").is_dir() else PACKAGE.parent / "conf"
VERSION_BASE = "1.3"
ROOT_NAME = "train"


@dataclass(frozen=True)
class Composition:
    """A checked configuration, and how it came about.

    Attributes
    ----------
    choices
        The option chosen for each group.
    sources
        Where each value came from, by dotted path.
    """

    config: Config
    choices: dict[str, Any]
    sources: dict[str, str]


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
    return compose_with_origin(overrides, config_dir=config_dir).config


def compose_with_origin(
    overrides: Sequence[str] = (), *, config_dir: str | Path | None = None
) -> Composition:
    """Compose as `compose` does, and keep where the configuration came from."""
    import hydra

    from smc.config.explain import COMPOSITION_ERRORS, explain
    from smc.config.provenance import sources

    folders = [] if config_dir is None else [Path(config_dir)]
    search = search_path(folders)
    with hydra_on_conf():
        try:
            composed = hydra.compose(ROOT_NAME, [*overrides, *search], return_hydra_config=True)
        except COMPOSITION_ERRORS as error:
            raise explain(error, list(overrides), folders) from error
    choices = dict(composed.hydra.runtime.choices)
    with open_dict(composed):
        del composed["hydra"]
    config = to_plain_config(composed, choices, [CONF, *folders])
    return Composition(config, choices, sources([CONF, *folders], choices, overrides))


def search_path(folders: Sequence[Path]) -> list[str]:
    """Return the override by which Hydra searches folders of one's own, if there are any.

    Raises
    ------
    ConfigError
        One is not there: Hydra would go on without it.
    """
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(
                f"--config-dir: there is no folder {folder}; name one that holds <group>/<option>.yaml"
            )
    places = ",".join(f"file://{folder.resolve()}" for folder in folders)
    return [f"hydra.searchpath=[{places}]"] if folders else []


@contextmanager
def hydra_on_conf() -> Iterator[None]:
    """Set Hydra up on `conf/`; what a program has set up for itself is there again afterwards."""
    import hydra
    from hydra.core.global_hydra import GlobalHydra

    own, GlobalHydra.instance().hydra = GlobalHydra.instance().hydra, None
    try:
        with hydra.initialize_config_dir(str(CONF), version_base=VERSION_BASE):
            yield
    finally:
        GlobalHydra.instance().hydra = own


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
    return canonical(plain)
