"""A norm above the limit, or none at all."""

import math

import pytest

from smc.monitor.exploding_gradients import ExplodingGradients


def test_the_limit_itself_passes(course, warned_at):
    assert warned_at(ExplodingGradients(), course(gradient_norm=[9.9, 10.0, 10.0001, math.inf])) == [2, 3]


def test_trees_have_no_gradient(course, warned_at):
    assert warned_at(ExplodingGradients(), course(gradient_norm=[None, None])) == []


def test_a_norm_that_is_no_number_is_above_any_limit(course, warned_at):
    assert warned_at(ExplodingGradients(max_norm=1e9), course(gradient_norm=[math.nan])) == [0]


def test_the_limit_is_checked():
    with pytest.raises(ValueError, match="`max_norm` must be positive, got 0"):
        ExplodingGradients(max_norm=0)
