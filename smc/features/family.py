"""What a family of features is: yours, or one that the structure machine computes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd


class Family(Protocol):
    """A family of your own: any class with these three; switch it on with one line of configuration.

    ``+features.families.mine._target_=my_module.MyFamily`` adds it, and ``features.families.mine.window=20``
    sets an argument of its constructor. It may also have ``state()``, which returns an object whose
    ``update(bar)`` gives the next bar's values; without one, live values are computed anew from the last
    ``warm_up + 1`` bars. And it may have ``kinds``, which says by name what values a column takes
    (`smc.typing.FeatureKind`), so that no augmented row has a flag of 0.4; where it says nothing, samplers
    look at the values.

    It is given bars (n_bars, 5), float64 prices and volume by opening time in UTC, and gives a float64 a bar
    and column. Never may a value at bar t use what comes after t, nor depend on what was asked before, nor
    the bars be written into; a value that is not known is NaN, and none is infinite.

    Attributes
    ----------
    names
        Names of the columns, unlike any other family's.
    warm_up
        Bars until a value no longer depends on where the series began.
    """

    names: Sequence[str]
    warm_up: int

    def compute(self, bars: pd.DataFrame) -> pd.DataFrame | pd.Series | np.ndarray:
        """Return one row a bar: a DataFrame with ``names``, or an array in their order.

        The value at bar t may use bars <= t only; ``bars`` must be left as they are.
        """
        ...


@dataclass(frozen=True)
class WarmUp:
    """Bars until values no longer depend on where the series began, as multiples of what sets them.

    ATR(14) is forgotten to 1e-6 after 200 bars and stands in most columns; the zigzag of swings finds itself
    within 30 swing sizes; an object that lives ``max_age`` bars must have come after the start.

    >>> WarmUp(bars=200, swing_sizes=30, ages=1).total(swing_size=5, max_age=500)
    850
    """

    bars: int = 0
    swing_sizes: int = 0
    ages: int = 0

    def total(self, swing_size: int, max_age: int) -> int:
        """Return the number of bars."""
        return self.bars + self.swing_sizes * swing_size + self.ages * max_age


class MachineFamily:
    """Columns of the structure machine, which computes them; a family says which, and when they settle.

    Attributes
    ----------
    names
        Columns of `smc.structure`.
    warm_up_rule
        Bars until they no longer depend on where the series began.
    """

    names: tuple[str, ...] = ()
    warm_up_rule = WarmUp()
