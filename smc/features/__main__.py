"""Run the laws of causal features on a family of your own: python -m smc.features my_module.MyFamily

With --replay bars are fed one by one instead, and what comes out is held against the batch; without a family
the 57 columns of smc: python -m smc.features --replay --bars bars.parquet
"""

import argparse
import importlib
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from smc.cli import OverrideParser, exits, read_argument, say
from smc.errors import ConfigError, LeakageError
from smc.features.family import Family
from smc.features.feature_set import FeatureSet
from smc.features.fvg import FVG
from smc.features.laws import (
    check_causal,
    check_replay,
    check_warm_up,
    first_difference,
    random_walk,
    replayed,
)
from smc.features.liquidity import Liquidity
from smc.features.momentum import Momentum
from smc.features.order_blocks import OrderBlocks
from smc.features.premium import Premium
from smc.features.session import Session
from smc.features.structure import Structure
from smc.features.tbm import TBM
from smc.features.trend import Trend
from smc.features.volatility import Volatility

#: What features=default has.
FAMILIES = (Structure, OrderBlocks, FVG, Liquidity, Premium, Session, Momentum, Volatility, Trend, TBM)
STARTS = 1000  # bars beyond the warm-up that are tested


def main(arguments: Sequence[str] | None = None) -> None:
    """Check one family; exit code 2 and one line at the first law that it breaks."""
    parser = OverrideParser(
        prog="python -m smc.features",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("family", nargs="?", help="dotted path of the class, importable from this folder")
    parser.add_argument("argument", nargs="*", help="argument of its constructor, such as window=20")
    parser.add_argument("--bars", help="Parquet file with the columns time, open, high, low, close, volume")
    parser.add_argument("--replay", action="store_true", help="feed bars one by one, compare with the batch")
    options = parser.parse_intermixed_args(arguments)
    with exits():
        if options.replay:
            say(replay(options.family, options.argument, options.bars))
            return
        if options.family is None:
            raise ConfigError("name a family of your own, as my_module.MyFamily, or --replay those of smc")
        features = FeatureSet({"family": build(options.family, options.argument)})
        bars = read_bars(options.bars) if options.bars else simulated_bars(features.warm_up + STARTS)
        check_causal(features, bars)
        check_replay(features, bars)
        check_warm_up(features, bars)
        say(f"{options.family}: causal, live equals batch, a warm-up of {features.warm_up} bars is enough")


def replay(family: str | None, arguments: Sequence[str], path: str | None) -> str:
    """Feed bars one by one, and say by how much what comes out differs from the batch.

    Raises
    ------
    LeakageError
        A value differs by more than 1e-9 of its size, or is missing in one of the two.
    """
    families = {"family": build(family, arguments)} if family else {cls.__name__: cls() for cls in FAMILIES}
    features = FeatureSet(families)
    bars = read_bars(path) if path else simulated_bars(features.warm_up + STARTS)
    batch, started = features.compute(bars), time.perf_counter()
    live = replayed(features, bars)
    took = (time.perf_counter() - started) / len(bars) * 1000
    if difference := first_difference(batch, live):
        column, row, expected, got = difference
        raise LeakageError(
            f"`{column}` at {bars.index[row]} (row {row}) is {got} fed bar by bar, {expected} in the batch"
        )
    apart = np.nan_to_num(np.abs(live.to_numpy() - batch.to_numpy())).max(initial=0.0)
    return (
        f"{len(features.names)} columns, {len(bars)} bars one by one: live equals batch, largest difference "
        f"{apart:.2g}; {took:.2f} ms a bar"
    )


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
