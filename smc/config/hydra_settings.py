"""Settings of Hydra that would change nothing here: refused by name, with what does it instead."""

from collections.abc import Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf

from smc.errors import ConfigError

#: The one sweeper that is not Hydra's, as conf/hydra/sweeper names it.
SEARCH = "smc.sweeper.optuna.Optuna"
#: Dotted key below `hydra` -> what it is by default, and the remedy.
WITHOUT_EFFECT: dict[str, tuple[Any, str]] = {
    "sweeper._target_": (
        "hydra._internal.core_plugins.basic_sweeper.BasicSweeper",
        "smc lists the runs of a sweep itself, every combination of the comma lists behind -m; "
        "hydra/sweeper=optuna searches",
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
    "hydra.job.name=": "names nothing here; a run is called run.name=NAME",
    "hydra.sweeper.params=": "cannot be set as a whole; type the comma lists: -m seed=0,1",
    "hydra/job_logging=default": "writes into a folder of Hydra's, and there is none; a run's log is run.log",
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
        if (value := _value(settings, key)) not in (default, SEARCH)
        and not (default in (None, {}) and not value)
    ]
    if problems:
        raise ConfigError("\n".join(problems))


def _value(settings: Any, key: str) -> Any:
    for step in key.split("."):
        settings = settings.get(step) if isinstance(settings, dict) else None
    return settings
