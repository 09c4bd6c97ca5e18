"""One measured figure, what it should be, and whether it can still be so."""

import math
from dataclasses import asdict, dataclass
from typing import Any

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


@dataclass(frozen=True)
class Figure:
    """What was measured of which markets, and what it should be.

    Attributes
    ----------
    name
        Stable, for programs.
    group, what
        For people: a heading, and a line under it.
    scenario
        ``n:best``.
    target
        None: the figure is shown for comparison.
    is_share
        Written in percent.
    """

    name: str
    group: str
    what: str
    scenario: str
    estimate: Estimate
    target: Target | None = None
    is_share: bool = True

    @property
    def verdict(self) -> str:
        """Of its target; empty without one."""
        return self.target.judge(self.estimate) if self.target else ""

    def plain(self) -> dict[str, Any]:
        """Return plain data; a report calls the scenario ``cell``."""
        plain = {"cell" if name == "scenario" else name: value for name, value in asdict(self).items()}
        estimate = plain.pop("estimate")
        return {**plain, **estimate, "verdict": self.verdict or None}


def _ends(low: float | None, high: float | None) -> tuple[float, float]:
    return -math.inf if low is None else low, math.inf if high is None else high
