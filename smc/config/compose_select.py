"""Compose what `python -m smc.select` asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from smc.config.check import check_sections
from smc.config.composer import Composer, to_plain, without_hydra
from smc.config.explain import parse
from smc.config.fault import COMPOSITION_ERRORS
from smc.config.options import options
from smc.config.suggest import suggest
from smc.config.tree import CONF
from smc.errors import ConfigError
from smc.outside.secrets import meet
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
    if problems := [
        f"{word}: a selection has no settings of Hydra's; its own are --help"
        for word in overrides
        if word.lstrip("+~").startswith("hydra")
    ]:
        raise ConfigError("\n".join(problems))
    composer = Composer([] if config_dir is None else [Path(config_dir)], root_name=ROOT_NAME)
    try:
        composed = composer.load(overrides)
    except COMPOSITION_ERRORS as error:
        raise ConfigError(_problem(error, overrides, composer.folders)) from error
    if missing := [key for key in (GROUP, "paths.output") if not OmegaConf.select(composed, key)]:
        raise ConfigError("\n".join(f"{key}: missing, and a selection needs it" for key in missing))
    name = str(composed.hydra.runtime.choices[GROUP])
    config = to_plain(without_hydra(composed))
    meet(config)
    check_sections(config, Root)
    if config["n_null"] < 0:
        raise ConfigError(f"n_null: must not be negative, got {config['n_null']}; 0 fits nothing")
    return config, name


def _problem(error: Exception, overrides: Sequence[str], folders: Sequence[Path]) -> str:
    """Name the option that is not there, the key that Hydra refuses, or what cannot be read."""
    known = options(GROUP, folders)
    _, faults = parse(overrides, {GROUP: known})
    if faults:
        return "\n".join(fault.sentence for fault in faults)
    for override in overrides:
        key, _, value = override.partition("=")
        if key == GROUP and value not in known:
            return f"{override}: no such option{suggest(value, known)} (options: {', '.join(known)})"
    own = (f"{GROUP}.{name}" for name in _arguments(overrides))
    keys = {GROUP, "n_null", "paths.output", "ledger.url", *own}
    for override in overrides:
        key = override.partition("=")[0].lstrip("+~")
        if key not in keys:
            return f"{key}: no such key" + (suggest(key, keys) or f" (keys: {', '.join(sorted(keys))})")
    return (str(error) or type(error).__name__).splitlines()[0]


def _arguments(overrides: Sequence[str]) -> list[str]:
    """Name the keys of the chosen rule."""
    import yaml

    rules = [override.partition("=")[2] for override in overrides if override.startswith(f"{GROUP}=")]
    path = CONF / GROUP / f"{(rules or ['honest'])[-1]}.yaml"
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.is_file() else []
