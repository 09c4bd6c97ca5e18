"""The features of one bar, as a model would be given them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc.errors import ConfigError, DataError
from smc.features.cache import FeatureCache
from smc.training.components import Components
from smc.typing import Config


def features_at(config: Config, symbol: str, at: Any) -> pd.Series:
    """Return the row of the last bar that was closed at some time, its open as the name.

    The rows of the structure machine are read from the cache of the output folder where they stand; families
    of your own are computed. A bar closes one usual step after its open.

    Parameters
    ----------
    config
        Of a run: its data and features.
    at
        Text, or a stamp; UTC where it says no zone.

    Raises
    ------
    ConfigError
        It is no time.
    DataError
        No bar was closed by then, or too few for the features to have warmed up.
    """
    components = Components.from_config(config)
    bars = components.data.load(symbol)
    stamps = pd.DatetimeIndex(bars.index).as_unit("ns").asi8
    step = int(np.median(np.diff(stamps))) if len(stamps) > 1 else 0
    moment = _moment(at)
    n_closed = int(np.searchsorted(stamps + step, moment.value, side="right"))
    warm_up = components.features.warm_up
    if n_closed <= warm_up:
        raise DataError(
            f"{symbol}: {n_closed} bars are closed at {moment}, and the features need more than {warm_up} to "
            f"warm up: bars run from {bars.index[0]} to {bars.index[-1]}"
        )
    cache = FeatureCache(Path(config["paths"]["output"]) / "cache" / "features")
    return cache.compute(components.features, bars).iloc[n_closed - 1]


def _moment(at: Any) -> pd.Timestamp:
    try:
        stamp: Any = pd.Timestamp(at)
        return (stamp if stamp.tzinfo else stamp.tz_localize("UTC")).as_unit("ns")
    except (TypeError, ValueError) as error:
        raise ConfigError(f"at: must be a time, such as 2024-06-01 or a stamp, got {at!r}") from error
