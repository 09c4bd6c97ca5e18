"""Compose `conf/` and overrides into a plain, checked configuration."""

from collections.abc import Sequence
from pathlib import Path

from smc.config.composer import Composer, to_job
from smc.config.explain import explain
from smc.config.fault import COMPOSITION_ERRORS
from smc.config.job import Job
from smc.config.profile import reach_profile
from smc.typing import Config


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
    return compose_job(overrides, config_dir=config_dir).config


def compose_job(overrides: Sequence[str] = (), *, config_dir: str | Path | None = None) -> Job:
    """Compose as `compose` does, and keep where the configuration came from."""
    folders = [] if config_dir is None else [Path(config_dir)]
    composer, reached = Composer(folders), reach_profile(overrides, folders)
    try:
        return to_job(composer.load(reached))
    except COMPOSITION_ERRORS as error:
        raise explain(error, reached, composer) from error
