"""Compose what `python -m smc.select` asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from smc.config.check import check_sections
from smc.config.explain import COMPOSITION_ERRORS
from smc.config.options import options
from smc.config.suggest import suggest
from smc.config.tree import CONF, hydra_on_conf, search_path
from smc.errors import ConfigError
from smc.typing import Config

ROOT_NAME, GROUP = "select", "selection"


@dataclass(frozen=True)
class Paths:
    """Where the runs are."""

    output: str


@dataclass(frozen=True)
class Root:
    """The root of `conf/select.yaml`."""

    selection: dict[str, Any]
    ledger: dict[str, Any]
    paths: Paths
    n_null: int


def compose_selection(
    overrides: Sequence[str] = (), *, config_dir: str | Path | None = None
) -> tuple[Config, str]:
    """Return the checked configuration of a selection, and the name of its rule.

    Raises
    ------
    ConfigError
        With every mismatch, one a line.
    """
    import hydra

    folders = [] if config_dir is None else [Path(config_dir)]
    with hydra_on_conf():
        try:
            composed = hydra.compose(ROOT_NAME, [*overrides, *search_path(folders)], return_hydra_config=True)
        except COMPOSITION_ERRORS as error:
            raise ConfigError(_said(error, overrides, folders)) from error
    name = str(composed.hydra.runtime.choices[GROUP])
    own = OmegaConf.masked_copy(composed, [str(key) for key in composed if key != "hydra"])
    config: Any = OmegaConf.to_container(own, resolve=True)
    check_sections(config, Root)
    if config["n_null"] < 0:
        raise ConfigError(f"n_null: must not be negative, got {config['n_null']}; 0 fits nothing")
    return config, name


def _said(error: Exception, overrides: Sequence[str], folders: Sequence[Path]) -> str:
    """Name the option that is not there, or the key that Hydra refuses."""
    known = options(GROUP, folders)
    for override in overrides:
        key, _, value = override.partition("=")
        if key == GROUP and value not in known:
            return f"{override}: no such option{suggest(value, known)} (options: {', '.join(known)})"
    own = (f"{GROUP}.{name}" for name in _arguments(overrides))
    keys = {GROUP, "n_null", "paths.output", "ledger.url", *own}
    for override in overrides:
        key = override.partition("=")[0].lstrip("+~")
        if key not in keys:
            return f"{key}: no such key{suggest(key, keys)}"
    return (str(error) or type(error).__name__).splitlines()[0]


def _arguments(overrides: Sequence[str]) -> list[str]:
    """Name the keys of the chosen rule."""
    import yaml

    chosen = [each.partition("=")[2] for each in overrides if each.startswith(f"{GROUP}=")]
    path = CONF / GROUP / f"{(chosen or ['honest'])[-1]}.yaml"
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.is_file() else []
