"""A figure exactly at its threshold passes, but for those that must be above it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smc.selection import gates, gates_on_test
from smc.selection.candidates import r2_scores, split_result
from smc.selection.criteria import is_stricter_or_equal, looser
from smc.selection.evidence import EventEvidence, SplitResult
from smc.selection.family import Discovery
from smc.selection.honest import Honest


@pytest.mark.parametrize(("p_value", "passes"), [(0.0499, True), (0.05, True), (0.0501, False)])
def test_a_p_value_at_the_level_rejects(p_value, passes):
    assert gates.romano_wolf(p_value, 0.05, explanation="", remedy="more events").passed is passes
    found = Discovery(0.01, p_value, 1.0, n_markets=3, method="benjamini_hochberg")
    assert gates.false_discovery(found, 0.05).passed is passes


def test_the_test_accuracy_that_is_asked_for_is_enough_less_its_error(make_candidate):
    part = make_candidate(test=0.53, n_test=200).test
    exact = 0.53 + 1.645 * part.accuracy_error
    for asked, passes in ((exact - 1e-9, True), (exact + 1e-9, False)):
        assert gates_on_test.enough_on_test(part, asked).passed is passes
    assert part.accuracy_error == pytest.approx(0.035, abs=0.002)
    part = replace(part, correct=np.ones(200))
    assert gates_on_test.enough_on_test(part, 1 + 1.645 * part.accuracy_error).passed


def test_the_gap_that_is_let_by_passes_and_the_error_of_the_val_accuracy_is_added(make_candidate):
    candidate = make_candidate(val=0.65, n_test=200)
    error = candidate.val.accuracy_error
    assert error == pytest.approx(0.034, abs=0.002)
    for gap, passes in ((0.2 + 1.645 * error - 1e-9, True), (0.2 + 1.645 * error + 1e-9, False)):
        gate = gates.gap(replace(candidate, history={"train_val_gap": gap}), 0.2)
        assert (gate.passed, gate.standard_error) == (passes, error)
        assert gate.threshold == pytest.approx(0.2 + 1.645 * error)


def test_a_gap_without_val_predictions_has_no_error_to_allow_for(make_candidate):
    for gap, passes in ((0.2, True), (0.2001, False)):
        assert gates.gap(replace(make_candidate(gap=gap), val=None), 0.2).passed is passes


def test_the_error_of_r2_is_that_of_many_draws():
    """Against the spread of R2 over redrawn samples, and against twins that count once."""
    rng = np.random.default_rng(0)

    def drawn(n=400):
        forecast = rng.normal(size=n)
        return forecast + rng.normal(size=n), forecast

    def r2(label, forecast):
        return 1 - ((label - forecast) ** 2).sum() / ((label - label.mean()) ** 2).sum()

    spread = np.std([r2(*drawn()) for _ in range(2000)])
    time = np.arange(400)
    errors = [
        SplitResult(EventEvidence(time, time, time * 0.0), time, time, score=r2_scores(*drawn())).r2_error
        for _ in range(200)
    ]
    assert np.mean(errors) == pytest.approx(spread, rel=0.1)
    constant = r2_scores(np.ones(9), np.arange(9.0))
    assert constant.tolist() == [0.0] * 9


def test_the_gap_of_r2_allows_for_its_error(make_candidate):
    val = replace(make_candidate().val, score=np.tile([1.0, -1.0, 0.5, -0.5], 50))
    assert val.r2_error > 0.01
    for gap, passes in (
        (0.2 + 1.645 * val.r2_error - 1e-9, True),
        (0.2 + 1.645 * val.r2_error + 1e-9, False),
    ):
        candidate = replace(make_candidate(), history={"train_val_r2_gap": gap}, val=val)
        assert gates.r2_gap(candidate, 0.2).passed is passes


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
