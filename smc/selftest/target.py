"""What a figure should be, and whether it can still be so."""

from dataclasses import dataclass

from smc.selftest.interval import Estimate

MET, OPEN, REFUTED, NOTHING = "met", "open", "REFUTED", "no figure"


@dataclass(frozen=True)
class Target:
    """A range that a figure should lie in, ends included.

    >>> target = Target(at_most=0.05)
    >>> [target.judge(Estimate(0.1, low, high, 9)) for low, high in [(0, 0.04), (0, 0.2), (0.06, 0.2)]]
    ['met', 'open', 'REFUTED']
    """

    at_least: float | None = None
    at_most: float | None = None

    def judge(self, estimate: Estimate) -> str:
        """Hold the interval against the range.

        ``met``: it lies within; ``REFUTED``: it lies wholly on the wrong side; ``open``: neither, and more
        symbols would tell.
        """
        if estimate.value is None:
            return NOTHING
        low = -float("inf") if estimate.low is None else estimate.low
        high = float("inf") if estimate.high is None else estimate.high
        least = -float("inf") if self.at_least is None else self.at_least
        most = float("inf") if self.at_most is None else self.at_most
        if high < least or low > most:
            return REFUTED
        return MET if low >= least and high <= most else OPEN
