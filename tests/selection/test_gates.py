"""A figure exactly at its threshold passes, but for those that must be above it."""

import pytest

from smc.selection import gates


@pytest.mark.parametrize(("p_value", "passes"), [(0.0499, True), (0.05, True), (0.0501, False)])
def test_a_p_value_at_the_level_rejects(p_value, passes):
    assert gates.romano_wolf(p_value, 0.05, explanation="", remedy="more events").passed is passes
    assert gates.false_discovery(p_value, 0.05, n_symbols=3).passed is passes


@pytest.mark.parametrize(("accuracy", "passes"), [(0.545, False), (0.55, True), (0.555, True)])
def test_the_test_accuracy_that_is_asked_for_is_enough(make_candidate, accuracy, passes):
    candidate = make_candidate(test=accuracy, n_test=200)
    assert gates.enough_on_test(candidate.test, 0.55).passed is passes


@pytest.mark.parametrize(("gap", "passes"), [(0.19, True), (0.2, True), (0.21, False)])
def test_the_gap_that_is_let_by_passes(make_candidate, gap, passes):
    assert gates.gap(make_candidate(gap=gap), 0.2).passed is passes


@pytest.mark.parametrize(("accuracy", "passes"), [(0.49, False), (0.5, False), (0.51, True)])
def test_a_model_as_good_as_the_baseline_does_not_beat_it(make_candidate, accuracy, passes):
    part = make_candidate(accuracy=accuracy, n=300).out_of_fold
    assert part.baseline_accuracy == 0.5
    assert gates.beats_baseline(part).passed is passes


def test_val_and_test_may_differ_by_the_limit_and_their_error(make_candidate):
    candidate = make_candidate(val=0.65, test=0.60)
    gate = gates.val_test_difference(candidate.val, candidate.test, 0.05)
    exact = gates.val_test_difference(candidate.val, candidate.test, gate.value - gate.threshold + 0.05)
    assert exact.threshold == pytest.approx(exact.value)
    assert gate.passed
    assert not gates.val_test_difference(
        candidate.val, candidate.test, gate.value - gate.threshold + 0.04
    ).passed
