"""From values to places in a chart, and the round values between."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Steps between ticks, times a power of ten.
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Axis:
    """One direction of a chart.

    Attributes
    ----------
    low, high
        Values at the ends.
    start, end
        Where these stand, in the chart's units.
    write
        A value as the label of a tick.
    ticks
        Values that are labelled; None: round ones.
    """

    low: float
    high: float
    start: float
    end: float
    label: str
    write: Callable[[float], str]
    ticks: Sequence[float] | None = None

    def place(self, value: float) -> float:
        """Return where a value stands; one outside the ends is put at the nearer end."""
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def labelled(self) -> list[float]:
        """The values of the ticks."""
        return round_values(self.low, self.high) if self.ticks is None else list(self.ticks)


def padded(values: Sequence[float], *, least: float = 0.0) -> tuple[float, float]:
    """Return ends that leave some room around values; at least ``least`` apart.

    >>> [round(end, 3) for end in padded([0.0, 1.0])], [round(end, 3) for end in padded([0.5], least=0.1)]
    ([-0.05, 1.05], [0.44, 0.56])
    """
    low, high = min(values), max(values)
    room = 0.05 * (high - low) if high - low >= least else (1.2 * least - (high - low)) / 2
    room = room or 0.5
    return low - room, high + room


def round_values(low: float, high: float, n_most: int = 6) -> list[float]:
    """Return evenly spaced round values from low to high, at most ``n_most`` of them.

    >>> round_values(-0.03, 0.41)
    [0.0, 0.1, 0.2, 0.3, 0.4]
    """
    power = 10.0 ** math.floor(math.log10((high - low) / n_most))
    steps = (power * step for step in STEPS)
    step = next(each for each in steps if math.floor(high / each) - math.ceil(low / each) < n_most)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(number * step, 12) for number in range(first, last + 1)]
