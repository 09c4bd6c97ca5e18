"""From a command line to the configurations of one run or of a sweep."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from smc.config.compose import CONF, ROOT_NAME, VERSION_BASE, search_path, to_plain_config
from smc.config.explain import COMPOSITION_ERRORS, explain
from smc.config.help import config_dirs, help_text
from smc.config.provenance import sources
from smc.errors import ConfigError
from smc.typing import Config


@dataclass(frozen=True)
class Job:
    """One configuration that a command line asks for.

    Attributes
    ----------
    composed
        The tree as Hydra gives it.
    choices
        The option chosen for each group.
    overrides
        The command line's own part of it.
    folders
        The configuration search path.
    """

    composed: DictConfig
    choices: dict[str, Any]
    overrides: list[str]
    folders: list[Path]
    is_sweep: bool

    @cached_property
    def config(self) -> Config:
        """The configuration in plain containers, checked; ConfigError with every mismatch."""
        return to_plain_config(self.composed, self.choices)

    @cached_property
    def sources(self) -> dict[str, str]:
        """Where each value came from, by dotted path."""
        return sources(self.folders, self.choices, self.overrides)


def for_each_job(task: Callable[[Job], None], arguments: Sequence[str]) -> None:
    """Compose what a command line asks for and hand each job over: one, or every combination of a sweep.

    `--help` prints the options instead. Everything else (`--cfg job`, `--config-dir`, `-m`) is Hydra's.

    Raises
    ------
    ConfigError
        With every override at fault, one a line.
    """
    import hydra
    from hydra._internal.utils import get_args_parser

    if "--help" in arguments or "-h" in arguments:
        sys.stdout.write(help_text(arguments) + "\n")
        return
    folders = config_dirs(arguments)
    search_path(folders)
    os.environ["HYDRA_FULL_ERROR"] = "1"  # or Hydra prints errors itself, and ends with its own exit code
    command = hydra.main(version_base=VERSION_BASE, config_path=str(CONF), config_name=ROOT_NAME)
    try:
        command(lambda composed: task(_job(composed)))()
    except COMPOSITION_ERRORS as error:
        raise explain(error, get_args_parser().parse_args(list(arguments)).overrides, folders) from error
    except OSError as error:
        raise ConfigError(f"paths.output: {error.filename} cannot be written: {error.strerror}") from error


def _job(composed: DictConfig) -> Job:
    from hydra.core.hydra_config import HydraConfig

    state: Any = HydraConfig.get()
    return Job(
        composed,
        choices=dict(state.runtime.choices),
        overrides=list(state.overrides.task),
        folders=[Path(each.path) for each in state.runtime.config_sources if each.schema == "file"],
        is_sweep=state.mode.name == "MULTIRUN",
    )
