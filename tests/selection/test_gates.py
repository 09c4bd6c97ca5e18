"""A figure exactly at its threshold passes, but for those that must be above it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smc.selection import gates, gates_on_test
from smc.selection.candidates import split_result
from smc.selection.criteria import is_stricter_or_equal, looser
from smc.selection.honest import Honest


@pytest.mark.parametrize(("p_value", "passes"), [(0.0499, True), (0.05, True), (0.0501, False)])
def test_a_p_value_at_the_level_rejects(p_value, passes):
    assert gates.romano_wolf(p_value, 0.05, explanation="", remedy="more events").passed is passes
    assert gates.false_discovery(p_value, 0.05, n_symbols=3).passed is passes


def test_the_test_accuracy_that_is_asked_for_is_enough_less_its_error(make_candidate):
    part = make_candidate(test=0.53, n_test=200).test
    exact = 0.53 + 1.645 * part.accuracy_error
    for asked, passes in ((exact - 1e-9, True), (exact + 1e-9, False)):
        assert gates_on_test.enough_on_test(part, asked).passed is passes
    assert part.accuracy_error == pytest.approx(0.035, abs=0.002)
    part = replace(part, correct=np.ones(200))
    assert gates_on_test.enough_on_test(part, 1 + 1.645 * part.accuracy_error).passed


@pytest.mark.parametrize(("gap", "passes"), [(0.19, True), (0.2, True), (0.21, False)])
def test_the_gap_that_is_let_by_passes(make_candidate, gap, passes):
    assert gates.gap(make_candidate(gap=gap), 0.2).passed is passes


@pytest.mark.parametrize(("accuracy", "passes"), [(0.49, False), (0.5, False), (0.51, True)])
def test_a_model_as_good_as_the_baseline_does_not_beat_it(make_candidate, accuracy, passes):
    part = make_candidate(test=accuracy, n_test=300).test
    assert part.baseline_accuracy == 0.5
    assert gates_on_test.beats_baseline(part).passed is passes


def test_val_and_test_may_differ_by_the_limit_and_their_error(make_candidate):
    candidate = make_candidate(val=0.65, test=0.60)
    gate = gates_on_test.val_test_difference(candidate.val, candidate.test, 0.05)
    exact = gates_on_test.val_test_difference(
        candidate.val, candidate.test, gate.value - gate.threshold + 0.05
    )
    assert exact.threshold == pytest.approx(exact.value)
    assert gate.passed
    assert not gates_on_test.val_test_difference(
        candidate.val, candidate.test, gate.value - gate.threshold + 0.04
    ).passed


def test_a_constant_or_idle_part_is_told(make_candidate):
    candidate = make_candidate()
    constant = replace(candidate.test, is_constant=True)
    assert gates.varied_predictions(candidate.out_of_fold).passed
    assert not gates.varied_predictions(constant).passed
    assert not gates_on_test.varied_on_test(constant).passed
    assert gates_on_test.takes_positions(candidate.test).passed
    assert not gates_on_test.takes_positions(replace(candidate.test, is_idle=True)).passed


def test_what_is_constant_and_what_is_idle(make_rows):
    rows = make_rows(0.6, n=40, seed=0)
    held = pd.DataFrame({"account": 0, "time": rows["time"], "position": 0.0, "net": 0.0})
    told = split_result(rows, held)
    assert (told.is_constant, told.is_idle) == (False, True)
    told = split_result(rows.assign(prediction=0), held.assign(position=[0.0] * 39 + [-1.0]))
    assert (told.is_constant, told.is_idle) == (True, False)
    assert split_result(rows, held[:0]).is_idle


@pytest.mark.parametrize(("gap", "passes"), [(0.19, True), (0.2, True), (0.21, False), (None, False)])
def test_the_gap_of_a_regression_is_that_of_its_r2(make_candidate, gap, passes):
    candidate = replace(make_candidate(), task="regression", history={"train_val_r2_gap": gap})
    gate = gates.r2_gap(candidate, 0.2)
    assert (gate.passed, gate.value) == (passes, gap)


def test_every_class_of_ones_own_must_have_passed(make_candidate):
    candidate = make_candidate()
    assert gates.own_classes(candidate).passed
    told = [
        {"class": "my.Features", "code": "1", "passed": True, "why": None},
        {"class": "my.Labels", "code": "2", "passed": False, "why": "reads the future"},
    ]
    gate = gates.own_classes(replace(candidate, own_classes=told))
    assert (gate.passed, gate.explanation) == (False, "my.Labels: reads the future")
    assert gates.own_classes(replace(candidate, own_classes=told[:1])).passed


BEFORE = {
    "evidence": "return_coefficient",
    "max_train_val_gap": 0.2,
    "min_test_accuracy": 0.55,
    "max_val_test_diff": 0.05,
}
BEFORE |= {"alpha": 0.05, "q": 0.05, "confidence": 0.95, "n_draws": 2000, "seed": 0}
#: Criterion -> one that is stricter, one that is looser.
CHANGED = {
    "max_train_val_gap": (0.1, 0.3),
    "min_test_accuracy": (0.6, 0.5),
    "max_val_test_diff": (0.0, 0.1),
    "alpha": (0.01, 0.1),
    "q": (0.01, 0.1),
    "confidence": (0.99, 0.9),
    "seed": (None, 1),
    "n_draws": (None, 4000),
    "evidence": (None, "log_loss"),
}


def test_the_criteria_that_are_held_against_the_first_are_all_of_the_rule():
    assert set(CHANGED) == set(BEFORE) == set(Honest().criteria)


@pytest.mark.parametrize("name", CHANGED)
def test_criteria_may_become_stricter(name):
    stricter, loose = CHANGED[name]
    assert is_stricter_or_equal(BEFORE, BEFORE)
    if stricter is not None:
        assert is_stricter_or_equal(BEFORE, {**BEFORE, name: stricter})
    assert looser(BEFORE, {**BEFORE, name: loose}) == [name]
    assert looser(BEFORE, {key: value for key, value in BEFORE.items() if key != name}) == [name]


def test_looser_criteria_are_told():
    assert gates.fixed_criteria(None, BEFORE).passed
    gate = gates.fixed_criteria(BEFORE, {**BEFORE, "alpha": 0.1})
    assert (gate.passed, gate.threshold) == (False, 0.0)
    assert "alpha 0.05 -> 0.1" in gate.explanation
