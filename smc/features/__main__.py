"""Run the laws of causal features on a family of your own: python -m smc.features my_module.MyFamily"""

import argparse
import importlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from smc.cli import exits, read_argument, say
from smc.errors import ConfigError
from smc.features.family import Family
from smc.features.feature_set import FeatureSet
from smc.features.laws import check_causal, check_replay, check_warm_up, random_walk

STARTS = 1000  # bars beyond the warm-up that are tested


def main(arguments: Sequence[str] | None = None) -> None:
    """Check one family; exit code 2 and one line at the first law that it breaks."""
    parser = argparse.ArgumentParser(prog="python -m smc.features", description=__doc__)
    parser.add_argument("family", help="dotted path of the class, importable from this folder")
    parser.add_argument("argument", nargs="*", help="argument of its constructor, such as window=20")
    parser.add_argument("--bars", help="Parquet file with the columns time, open, high, low, close, volume")
    options = parser.parse_intermixed_args(arguments)
    with exits():
        features = FeatureSet({"family": build(options.family, options.argument)})
        bars = read_bars(options.bars) if options.bars else simulated_bars(features.warm_up + STARTS)
        check_causal(features, bars)
        check_replay(features, bars)
        check_warm_up(features, bars)
        say(f"{options.family}: causal, live equals batch, a warm-up of {features.warm_up} bars is enough")


def build(path: str, arguments: Sequence[str]) -> Family:
    """Import the class and call it; values are read as JSON, else as text.

    >>> build("smc.features.trend.Trend", ["slow=100"]).names[1]
    'ema100_dist_atr'

    Raises
    ------
    ConfigError
        There is no such class, or it refuses the arguments.
    """
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)(**dict(map(read_argument, arguments)))
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ConfigError(f"`{path}` cannot be built: {error}") from error


def read_bars(path: str) -> pd.DataFrame:
    """Read bars from a Parquet file whose ``time`` is a column or the index."""
    bars = pd.read_parquet(path)
    return bars.set_index("time") if "time" in bars else bars


def simulated_bars(n_bars: int) -> pd.DataFrame:
    """Draw driftless hourly bars."""
    index = pd.date_range("2020-01-01", periods=n_bars, freq="h", tz="UTC", name="time")
    return random_walk(index, np.random.default_rng(0))


if __name__ == "__main__":
    main()
