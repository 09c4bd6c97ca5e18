"""Met, open, refuted: by where the interval lies."""

import pytest

from smc.selftest.interval import NOTHING, Estimate
from smc.selftest.target import Target

COVERAGE = Target(at_least=0.9, at_most=0.98)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.91, 0.97, "met"),
        (0.90, 0.98, "met"),
        (0.85, 0.95, "open"),
        (0.95, 0.99, "open"),
        (0.85, 0.90, "open"),  # 0.9 itself is within the target
        (0.80, 0.899, "REFUTED"),
        (0.981, 1.0, "REFUTED"),
    ],
)
def test_a_range_has_two_wrong_sides(low: float, high: float, verdict: str) -> None:
    assert COVERAGE.judge(Estimate((low + high) / 2, low, high, 50)) == verdict


def test_one_symbol_alone_refutes_nothing() -> None:
    assert Target(at_least=0.65).judge(Estimate(0.1, None, None, 1)) == "open"
    assert Target(at_least=0.65).judge(NOTHING) == "no figure"
