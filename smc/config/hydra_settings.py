"""Settings of Hydra that would change nothing here: refused by name, with what does it instead."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf

from smc.errors import ConfigError

#: Dotted key below `hydra` -> what it is by default, and the remedy.
WITHOUT_EFFECT: dict[str, tuple[Any, str]] = {
    "sweeper._target_": (
        "hydra._internal.core_plugins.basic_sweeper.BasicSweeper",
        "smc lists the runs of a sweep itself, every combination of the comma lists behind -m",
    ),
    "callbacks": (
        {},
        "nothing calls them; a tracker (conf/tracker) or a watch (conf/monitor) is told of runs",
    ),
    "job.chdir": (None, "no run changes the folder; results go to paths.output=FOLDER"),
    "job.env_set": ({}, "set the environment variables in the shell"),
    "run.dir": ("${paths.output}/hydra", "nothing is written there; results go to paths.output=FOLDER"),
    "sweep.subdir": (
        "${hydra.job.num}",
        "a run's folder is named by its id; results go to paths.output=FOLDER",
    ),
    "output_subdir": (None, "the configuration of a run stands in its own folder, as config.yaml"),
}
#: How overrides begin that cannot be composed here -> the remedy.
UNUSABLE = {
    "hydra.sweeper.params=": "cannot be set as a whole; type the comma lists: -m seed=0,1",
    "hydra/job_logging=default": "writes into a folder of Hydra's, and there is none; a run's log is run.log",
}
#: Options of Hydra's command line -> the remedy.
FLAGS = {
    "config_name": (
        "--config-name",
        "there is one root; a file of your own is an experiment: experiment=NAME",
    ),
    "config_path": ("--config-path", "your own options stand beside smc's: --config-dir FOLDER"),
    "shell_completion": (
        "--shell-completion",
        "Hydra's cannot complete `python -m`; python -m smc.train --help lists every option of every group",
    ),
    "experimental_rerun": ("--experimental-rerun", "python -m smc.reproduce RUN repeats a run"),
}


def check_typed_settings(overrides: Sequence[str]) -> None:
    """Raise ConfigError with a line for each setting that cannot be composed here."""
    problems = [
        f"{text.partition('=')[0]}: {remedy}"
        for text in overrides
        for beginning, remedy in UNUSABLE.items()
        if text.lstrip("+").startswith(beginning)
    ]
    if problems:
        raise ConfigError("\n".join(problems))


def check_hydra_settings(composed: DictConfig) -> None:
    """Raise ConfigError with a line for each setting that would have no effect.

    Parameters
    ----------
    composed
        With Hydra's own section, unresolved.
    """
    settings: Any = OmegaConf.to_container(composed.hydra, resolve=False)
    problems = [
        f"hydra.{key}: has no effect here, {remedy}"
        for key, (default, remedy) in WITHOUT_EFFECT.items()
        if (value := _value(settings, key)) != default and not (default in (None, {}) and not value)
    ]
    if problems:
        raise ConfigError("\n".join(problems))


def check_flags(flags: Mapping[str, Any]) -> None:
    """Raise ConfigError with a line for each option of Hydra's command line that would have no effect."""
    if problems := list(_flags_without_effect(flags)):
        raise ConfigError("\n".join(problems))


def _flags_without_effect(flags: Mapping[str, Any]) -> Iterator[str]:
    for name, (flag, remedy) in FLAGS.items():
        if flags.get(name):
            yield f"{flag}: has no effect here; {remedy}"
    for name in ("package", "resolve"):
        if flags.get(name) and not flags.get("cfg"):
            yield f"--{name}: has no effect without --cfg job"


def _value(settings: Any, key: str) -> Any:
    for step in key.split("."):
        settings = settings.get(step) if isinstance(settings, dict) else None
    return settings
