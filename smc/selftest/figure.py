"""One measured figure."""

from dataclasses import asdict, dataclass
from typing import Any

from smc.selftest.interval import Estimate
from smc.selftest.target import Target


@dataclass(frozen=True)
class Figure:
    """What was measured of which markets, and what it should be.

    Attributes
    ----------
    name
        Stable, for programs.
    group, what
        For people: a heading, and a line under it.
    cell
        ``n:best``.
    target
        None: the figure is told for comparison.
    is_share
        Written in percent.
    """

    name: str
    group: str
    what: str
    cell: str
    estimate: Estimate
    target: Target | None = None
    is_share: bool = True

    @property
    def verdict(self) -> str:
        """Of its target; empty without one."""
        return self.target.judge(self.estimate) if self.target else ""

    def plain(self) -> dict[str, Any]:
        """Return plain data."""
        found = asdict(self)
        estimate = found.pop("estimate")
        return {**found, **estimate, "verdict": self.verdict or None}
