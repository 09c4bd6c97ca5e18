"""Steps of price that markets seldom take, and a split, another unit or a misplaced decimal mark does."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

#: No smaller factor is a large step (splits of 3 for 2 are 1.5), and from the larger on each is one.
SMALLEST, LARGEST = 1.4, 5.0
#: Between them a step is large from so many median moves on: a stock that moves by 6 % a month is allowed a
#: factor of 1.8.
USUAL_MOVES = 10
#: Factors that are no chance: of splits, of pounds and pence, of decimal marks.
ROUND = (1.5, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50, 100, 1000, 10_000)
#: How far a step may lie from a round factor, since the market moves meanwhile.
NEAR = 0.08
N_NAMED = 10


@dataclass(frozen=True)
class Step:
    """One large step of price.

    Attributes
    ----------
    row
        Position of the bar whose close is that much higher or lower than the one before.
    time
        Its open.
    factor
        Close over the last close.
    near
        The round factor that it is near, as "x8" or "1/8"; None if there is none.
    """

    row: int
    time: pd.Timestamp
    factor: float
    near: str | None

    def __str__(self) -> str:
        """Write it for people, as "x8.41 on 2020-04-29 00:00 (near x8)"."""
        near = f" (near {self.near})" if self.near else ""
        return f"x{self.factor:.4g} on {self.time:%Y-%m-%d %H:%M}{near}"


def find_steps(bars: pd.DataFrame) -> list[Step]:
    """Find the closes that differ from the one before by a large factor, in the order of time.

    Large is a move of ``USUAL_MOVES`` times the median move, so that the wild days of a wild market are none;
    see the bounds above. A real crash may be one: a step is told, never refused.

    >>> close = [100.0, 101, 100, 12.4, 12.5, 12.4, 12.5]
    >>> index = pd.date_range("2020-04-25", periods=7, tz="UTC")
    >>> print(*find_steps(pd.DataFrame({"close": close}, index)))
    x0.124 on 2020-04-28 00:00 (near 1/8)
    """
    moves = np.diff(np.log(bars["close"].to_numpy()))
    if not len(moves):
        return []
    limit = np.clip(USUAL_MOVES * np.median(np.abs(moves)), np.log(SMALLEST), np.log(LARGEST))
    rows = 1 + np.flatnonzero(np.abs(moves) > limit)
    return [
        Step(int(row), bars.index[row], float(np.exp(moves[row - 1])), _near(moves[row - 1])) for row in rows
    ]


def survey_steps(bars: pd.DataFrame) -> dict[str, Any]:
    """Count the large steps, and name the largest: time, factor and the round factor that each is near."""
    steps = find_steps(bars)
    largest = sorted(steps, key=lambda step: -abs(np.log(step.factor)))[:N_NAMED]
    return {
        "steps": len(steps),
        "largest_steps": list(map(_plain, sorted(largest, key=lambda step: step.row))),
    }


def _plain(step: Step) -> dict[str, Any]:
    return {**asdict(step), "time": step.time.isoformat()}


def _near(move: float) -> str | None:
    """Name the round factor that a log move is near.

    >>> [_near(float(np.log(factor))) for factor in (8.41, 0.48, 1 / 101, 5.5)]
    ['x8', '1/2', '1/100', None]
    """
    nearest = min(ROUND, key=lambda factor: abs(np.log(factor) - abs(move)))
    if abs(np.log(nearest) - abs(move)) > NEAR:
        return None
    return f"x{nearest:g}" if move > 0 else f"1/{nearest:g}"
