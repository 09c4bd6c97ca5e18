"""Met, open, refuted: by where the interval lies."""

import numpy as np
import pytest

from smc.selftest.figure import Target
from smc.selftest.interval import NOTHING, Estimate, share

COVERAGE = Target(at_least=0.9, at_most=0.98)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.91, 0.97, "met"),
        (0.90, 0.98, "met"),
        (0.85, 0.95, "open"),
        (0.95, 0.99, "open"),
        (0.85, 0.90, "open"),  # 0.9 itself is within the target
        (0.80, 0.899, "open"),  # the wider interval reaches in
        (0.981, 1.0, "open"),
        (0.80, 0.879, "REFUTED"),
        (0.999, 1.0, "REFUTED"),
    ],
)
def test_a_range_has_two_wrong_sides(low: float, high: float, verdict: str) -> None:
    estimate = Estimate((low + high) / 2, low, high, 50, low - 0.015, high + 0.015)
    assert COVERAGE.judge(estimate) == verdict


@pytest.mark.parametrize(("low", "high"), [(0.80, 0.90), (0.98, 0.99)])
def test_a_wider_interval_that_touches_the_range_refutes_nothing(low: float, high: float) -> None:
    assert COVERAGE.judge(Estimate((low + high) / 2, low, high, 50, low, high)) == "open"


def test_the_true_value_is_hardly_ever_refuted() -> None:
    hits = np.random.default_rng(0).binomial(100, 0.05, size=4000)
    verdicts = [Target(at_most=0.05).judge(share([1] * each + [0] * (100 - each))) for each in hits]
    assert verdicts.count("REFUTED") <= 8  # 2 are expected at most


def test_one_symbol_alone_refutes_nothing() -> None:
    assert Target(at_least=0.65).judge(Estimate(0.1, None, None, 1)) == "open"
    assert Target(at_least=0.65).judge(NOTHING) == "no figure"
