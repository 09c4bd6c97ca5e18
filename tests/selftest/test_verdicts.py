"""What is kept of a verdict."""

from types import SimpleNamespace
from typing import Any

from smc.selftest.verdicts import smallest_p_value


def test_the_smallest_p_value_is_that_of_the_best_of_the_panel() -> None:
    rows = [{"p_value": 0.3}, {"p_value": 0.1}, {"p_value": None}, {}]
    verdict: Any = SimpleNamespace(comparison=rows)
    assert smallest_p_value(verdict) == 0.1
    verdict.comparison = rows[2:]
    assert smallest_p_value(verdict) is None
