"""The bars of a model, for a predictor: those that it was made of, and those of its source today."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from smc.config.instantiate import instantiate
from smc.errors import ConfigError
from smc.interfaces import DataSource
from smc.prediction.predictor import History
from smc.results import KeptBars
from smc.typing import Config

FILES = "smc.data.files.Files"
PREFIX = "data."


def kept_history(fingerprints: Mapping[str, str], output: str | Path) -> History:
    """Return what gives the bars that a model was made of, where they are kept: they warm its features up."""
    kept = KeptBars(str(output), fingerprints)

    def history(symbol: str) -> pd.DataFrame | None:
        return kept.load(symbol) if symbol in kept.fingerprints and kept.has(symbol) else None

    return history


def source_of(config: Config, bars: str | None, overrides: dict[str, Any]) -> DataSource:
    """Return what loads the bars to predict on: the model's own data option, or a file, or a folder.

    Parameters
    ----------
    bars
        A file of one symbol, or a folder with a file a symbol; None: as the configuration says.
    overrides
        Arguments of the option by name, as ``{"data.tz": "UTC"}``.

    Raises
    ------
    ConfigError
        An override is of another group, or the option has no such argument.
    """
    strange = [key for key in overrides if not key.startswith(PREFIX)]
    if strange:
        raise ConfigError(f"{strange[0]}: only data.KEY=VALUE can be changed, the rest is the run's")
    node: dict[str, Any] = dict(config["data"])
    if bars is not None:
        path = Path(bars)
        if not path.exists():
            raise ConfigError(f"--bars {bars}: no such file or folder")
        place = {"root": str(path)} if path.is_dir() else {"root": str(path.parent), "pattern": path.name}
        node = {"_target_": FILES, **place}
    return instantiate(node | {key.removeprefix(PREFIX): value for key, value in overrides.items()}, "data")
