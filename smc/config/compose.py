"""Compose `conf/` and overrides into a plain, checked configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import open_dict

from smc.config.explain import COMPOSITION_ERRORS, explain
from smc.config.profile import reach_profile
from smc.config.provenance import sources
from smc.config.resolve import to_plain_config
from smc.config.tree import CONF, ROOT_NAME, hydra_on_conf, search_path
from smc.typing import Config


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

    folders = [] if config_dir is None else [Path(config_dir)]
    search, reached = search_path(folders), reach_profile(overrides, folders)
    with hydra_on_conf():
        try:
            composed = hydra.compose(ROOT_NAME, [*reached, *search], return_hydra_config=True)
        except COMPOSITION_ERRORS as error:
            raise explain(error, reached, folders) from error
    choices = dict(composed.hydra.runtime.choices)
    with open_dict(composed):
        del composed["hydra"]
    config = to_plain_config(composed, choices, [CONF, *folders])
    return Composition(config, choices, sources([CONF, *folders], choices, overrides))
