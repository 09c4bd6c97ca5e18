"""The laws of causal features, for a class of one's own at its first use."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from smc.errors import SmcError
from smc.features.feature_set import FeatureSet
from smc.features.laws import check_causal, check_replay, check_warm_up, first_difference, noise_after
from smc.interfaces import FeatureExtractor
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh

#: Cut-off bars at which the future is exchanged.
N_CUTS = 12


def feature_faults(fresh: Fresh[FeatureExtractor], bars: pd.DataFrame) -> Iterator[Fault]:
    """Name what features see of later bars, and what they keep of other calls.

    - No value changes with the bars after it (`smc.features.laws.check_causal`).
    - The bars that it is given stay as they are.
    - Values after the warm-up are those of a series that began earlier.
    - A family that can be fed bar by bar gives the same so.
    - Asked for the first bars alone, and then for all, it answers as it does for all at once. A class that
      keeps the series of its first call passes the first law, and not this one.
    """
    for law in (future_faults, written_faults, warm_up_faults, live_faults, memory_faults):
        yield from law(fresh, bars)


def future_faults(fresh: Fresh[FeatureExtractor], bars: pd.DataFrame) -> Iterator[Fault]:
    """Exchange the bars after some: no value up to them may change."""
    with fresh() as features:
        yield from _broken("future", check_causal, features, bars, n_cuts=N_CUTS)


def written_faults(fresh: Fresh[FeatureExtractor], bars: pd.DataFrame) -> Iterator[Fault]:
    """Give other bars, since the run's own may have been written into before they came here."""
    other = noise_after(bars, 0, np.random.default_rng(0))
    given = other.copy(deep=True)
    with fresh() as features:
        features.compute(given)
    if not given.equals(other):
        columns = [str(name) for name in given if name not in other or not given[name].equals(other[name])]
        yield Fault("bars", f"columns {columns}", "the class writes into the bars that it is given")


def warm_up_faults(fresh: Fresh[FeatureExtractor], bars: pd.DataFrame) -> Iterator[Fault]:
    """Begin the series later: values behind the warm-up may not tell."""
    with fresh() as features:
        if len(bars) > 2 * features.warm_up + 1:
            yield from _broken("warm-up", check_warm_up, features, bars, n_starts=3)


def live_faults(fresh: Fresh[FeatureExtractor], bars: pd.DataFrame) -> Iterator[Fault]:
    """Feed families that can be fed bar by bar so."""
    with fresh() as features:
        if isinstance(features, FeatureSet) and all(
            hasattr(family, "state") for family in features.families.values()
        ):
            yield from _broken("live", check_replay, features, bars)


def memory_faults(fresh: Fresh[FeatureExtractor], bars: pd.DataFrame) -> Iterator[Fault]:
    """Ask for the first bars alone, then for all: what was asked before may not tell."""
    with fresh() as features:
        whole = features.compute(bars.copy())
        cut = (len(bars) + features.warm_up) // 2
    with fresh() as features:
        for part, how in ((bars.iloc[: cut + 1], "asked for the first bars alone"), (bars, "then for all")):
            got = features.compute(part.copy())
            difference = first_difference(whole.iloc[: len(part)], got)
            if difference:
                column, row, expected, value = difference
                place = f"`{column}` at {bars.index[row]} (row {row})"
                yield Fault("memory", place, f"it is {value} when {how}, and {expected} at once")
                return


def _broken(law: str, check: Callable[..., None], *arguments: object, **options: int) -> Iterator[Fault]:
    """Give the law that a check says is broken."""
    try:
        check(*arguments, **options)
    except SmcError as error:
        yield Fault(law, "", str(error))


def value_faults(fresh: Fresh[FeatureExtractor], bars: pd.DataFrame) -> Iterator[Fault]:
    """Give one row a bar, and in each column a value that is known behind the warm-up."""
    with fresh() as features:
        values = features.compute(bars.copy())
        for name in features.names:
            if values[name].iloc[features.warm_up :].isna().all():
                detail = f"not one of {len(bars) - features.warm_up} values behind the warm-up is known"
                yield Fault("values", f"`{name}`", detail)
