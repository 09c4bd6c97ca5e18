"""The clock of the fit."""

import pytest

from smc.monitor.timeout import Timeout


def test_the_limit_itself_passes(course, warned_at):
    assert warned_at(Timeout(), course(seconds=[0.0, 599.9, 600.0, 600.1])) == [3]
    assert warned_at(Timeout(max_minutes=0.5), course(seconds=[30.0, 30.1])) == [1]


def test_value_and_threshold_are_in_seconds(course):
    (late,) = course(seconds=[75.0])
    found = Timeout(max_minutes=1).observe(late)
    assert (found["reason"], found["value"], found["threshold"]) == ("timeout", 75.0, 60)


def test_the_limit_is_checked():
    with pytest.raises(ValueError, match="`max_minutes` must be positive, got -1"):
        Timeout(max_minutes=-1)
