"""Features bar by bar."""

from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.features.family import Family
from smc.structure import Machine
from smc.typing import FloatArray


class Live(Protocol):
    """Anything that takes the next bar and gives its values."""

    def update(self, bar: Mapping[str, Any]) -> npt.ArrayLike:
        """Take one bar: time, open, high, low, close, volume."""
        ...


class LiveFeatures:
    """Give the features of each next bar; the rows equal those of the batch.

    Made by `FeatureSet.state`. Feed it at least ``warm_up`` bars before you trust its rows.
    """

    def __init__(self, machine: Machine, picks: list[int], own: Mapping[str, Family]) -> None:
        self.machine, self.picks = machine, picks
        self.own: list[Live] = [live_family(family) for family in own.values()]

    def update(self, bar: Mapping[str, Any]) -> FloatArray:
        """Take one bar, a mapping with time, open, high, low, close and volume; return its row.

        Raises
        ------
        DataError
            The bar is not later than the last one, or a price is not finite and positive.
        """
        row = self.machine.update(bar)[self.picks]
        own = [np.atleast_1d(np.asarray(family.update(bar), dtype=np.float64)) for family in self.own]
        return np.concatenate([row, *own])


def live_family(family: Family) -> Live:
    """Return the family's own state, or one that computes the family anew from the last bars."""
    state = getattr(family, "state", None)
    return state() if state else Rewind(family)


class Rewind:
    """Keep the bars of the warm-up, and compute the family on them at each new one."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.bars: deque[Mapping[str, Any]] = deque(maxlen=int(family.warm_up) + 1)

    def update(self, bar: Mapping[str, Any]) -> FloatArray:
        """Take one bar; return the family's last row."""
        self.bars.append(bar)
        bars = pd.DataFrame(list(self.bars)).set_index("time")
        return np.asarray(self.family.compute(bars), dtype=np.float64).reshape(len(bars), -1)[-1]
