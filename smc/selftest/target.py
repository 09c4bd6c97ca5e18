"""What a figure should be, and whether it can still be so."""

import math
from dataclasses import dataclass

from smc.selftest.interval import Estimate

MET, OPEN, REFUTED, NOTHING = "met", "open", "REFUTED", "no figure"


@dataclass(frozen=True)
class Target:
    """A range that a figure should lie in, ends included.

    >>> target = Target(at_most=0.05)
    >>> [target.judge(Estimate(0.1, low, 0.2, 9, low - 0.03, 0.3)) for low in (0.01, 0.06, 0.09)]
    ['open', 'open', 'REFUTED']
    """

    at_least: float | None = None
    at_most: float | None = None

    def judge(self, estimate: Estimate) -> str:
        """Hold the intervals against the range.

        ``met``: the one that is shown lies within; ``REFUTED``: the wider one lies wholly on the wrong side;
        ``open``: neither, and more symbols would tell.
        """
        if estimate.value is None:
            return NOTHING
        least, most = _ends(self.at_least, self.at_most)
        lowest, highest = _ends(estimate.lowest, estimate.highest)
        if highest < least or lowest > most:
            return REFUTED
        low, high = _ends(estimate.low, estimate.high)
        return MET if low >= least and high <= most else OPEN


def _ends(low: float | None, high: float | None) -> tuple[float, float]:
    return -math.inf if low is None else low, math.inf if high is None else high
