"""What a look at a test part costs, which of its events count, and when a verdict stands."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from smc.selection.candidates import split_result
from smc.selection.gates_on_test import look_at
from smc.selection.honest import Honest
from smc.selection.openings import Look, least_fresh, plan_look
from smc.trials.market_trials import Opening

DAY = 86_400 * 10**9


def opening_of(candidate, *, by="honest", days=0, trial=None, run_id=None, **figures) -> Opening:
    """The candidate's test part, or one that ends some days earlier or later."""
    time, newest = candidate.test_events
    start = pd.Timestamp(int(time[0]), tz="UTC")
    end = (newest + timedelta(days=days)).to_pydatetime()
    run_id = run_id or candidate.run_id
    return Opening(
        run_id, trial or candidate.identity.trial, "EURUSD", start, end, end, by, figures or {"passed": True}
    )


def other(candidate, days=0, run_id="other", by="honest") -> Opening:
    """An opening of another trial."""
    return opening_of(candidate, days=days, trial=run_id, run_id=run_id, by=by)


@pytest.fixture
def candidate(make_candidate):
    """Two hundred test events, one in ten hours."""
    return make_candidate()


def test_the_first_look_is_one_opening_and_takes_all_events(candidate):
    look = plan_look(candidate, [])
    assert (look.n_openings, look.is_used.all(), look.stands) == (1, True, None)


def test_further_trials_on_the_same_bars_pay_for_each_look(candidate):
    openings = [other(candidate, run_id=f"o{k}") for k in range(3)]
    look = plan_look(candidate, openings)
    assert (look.n_openings, look.is_used.all()) == (4, True)


@pytest.mark.parametrize(("n_seen", "n_used"), [(100, 100), (99, 101), (101, 200), (199, 200)])
def test_enough_events_that_nobody_has_seen_are_tested_alone(candidate, n_seen, n_used):
    time = candidate.test.time
    end = pd.Timestamp(int(time[n_seen - 1]), tz="UTC").to_pydatetime()
    look = plan_look(candidate, [replace(other(candidate), end=end)])
    assert int(look.is_used.sum()) == n_used
    assert look.is_used[-min(n_used, 100) :].all()
    assert look.n_openings == 2  # fresh events are no excuse: the look before counts


@pytest.mark.parametrize(("days", "n_openings"), [(-729, 2), (-732, 1), (5000, 2)])
def test_openings_of_the_last_two_years_count_and_later_ones_too(candidate, days, n_openings):
    assert plan_look(candidate, [other(candidate, days)]).n_openings == n_openings


def test_selecting_again_reads_what_was_opened(candidate):
    end = pd.Timestamp(int(candidate.test.time[79]), tz="UTC").to_pydatetime()
    before = replace(other(candidate, run_id="before"), end=end)
    first = plan_look(candidate, [before])
    assert (first.n_openings, int(first.is_used.sum())) == (2, 120)
    own = opening_of(candidate, **look_at(candidate.test, first).plain)
    later = other(candidate, run_id="later")
    for openings in ([before, own, later], [own, before, later], [own]):
        again = plan_look(candidate, openings)
        assert (again.n_openings, again.stands) == (2, None)
        assert np.array_equal(again.is_used, first.is_used)


def test_who_looked_by_another_rule_first_has_looked_at_all(candidate):
    """The classic rule opens every part, the candidate's among the first."""
    own = replace(opening_of(candidate, by="classic"), figures={})
    looks = [own, *(other(candidate, run_id=f"o{k}", by="classic") for k in range(9))]
    assert plan_look(candidate, looks).n_openings == 10


def test_recorded_parts_count_whoever_was_first(candidate):
    sweep = [other(candidate, run_id=f"o{k}", by="recorded") for k in range(3)]
    openings = [opening_of(candidate, by="recorded"), *sweep]
    assert plan_look(candidate, openings).n_openings == 4


def test_a_vintage_waits_until_there_are_enough_events_that_nobody_has_seen(candidate):
    old = opening_of(candidate, days=-10, run_id="old")  # 24 events later
    look = plan_look(candidate, [old])
    assert (look.stands, look.n_missing, look.n_openings) == (old, 100 - 24, 1)
    older = opening_of(candidate, days=-60, run_id="old")  # 144 events later
    look = plan_look(candidate, [older])
    assert (look.stands, look.n_openings, int(look.is_used.sum())) == (None, 2, 144)


def test_sealed_events_are_enough_to_plan_by(candidate):
    sealed = replace(
        candidate, test=None, is_sealed=True, sealed_events=(candidate.test.time, candidate.test.end)
    )
    old = opening_of(candidate, days=-10, run_id="old")
    assert plan_look(sealed, [old]).n_missing == plan_look(candidate, [old]).n_missing


@pytest.mark.parametrize(("n_events", "least"), [(0, 30), (60, 30), (61, 31), (200, 100)])
def test_at_least_thirty_and_half(n_events, least):
    assert least_fresh(n_events) == least


def judged(candidate, trials, openings):
    """The verdict, and which test parts were opened."""
    opened = []

    def open_test(run):
        opened.append(run.run_id)
        return run

    (verdict,) = Honest(n_draws=500).select([trials(candidate, openings=openings)], open_test)
    return verdict, opened


def test_a_verdict_stands_dated_while_the_gates_before_hold(candidate, trials, make_candidate):
    old = opening_of(candidate, days=-10, run_id="old", passed=True, p_value=0.01)
    verdict, opened = judged(candidate, trials, [old])
    assert (verdict.verdict, opened) == ("DEPLOY", [])
    (told,) = {gate.explanation for gate in verdict.gates if "stands" in gate.explanation}
    assert told == f"stands as of {old.time:%Y-%m-%d}: waits for 76 events that nobody has seen"
    assert verdict.evidence["stands"] == {"run_id": "old", "since": old.time.isoformat(), "n_missing": 76}
    assert (verdict.evidence["p_values"]["test"], verdict.evidence["test"]) == (0.01, None)
    weak = make_candidate(accuracy=0.5)
    assert judged(weak, trials, [replace(old, trial=weak.identity.trial)])[0].verdict == "NO_MODEL"


def test_a_refused_one_waits_and_no_other_is_opened_instead(candidate, trials, make_candidate):
    figures = {"passed": False, "decided_by": "test_p_value"}
    old = opening_of(candidate, days=-10, run_id="old", **figures)
    verdict, opened = judged(candidate, trials, [old])
    assert (verdict.verdict, verdict.decided_by.name, opened) == ("WATCH", "test_p_value", [])
    assert verdict.decided_by.remedy == "76 more events"
    assert judged(candidate, trials, [replace(old, figures={})])[0].verdict == "WATCH"  # nothing is known


def test_looks_are_paid(candidate, trials):
    """Some four per mille after one look, over five per cent after thirty."""
    alone, _ = judged(candidate, trials, [])
    looks = [other(candidate, run_id=f"o{k}") for k in range(29)]
    after, _ = judged(candidate, trials, looks)
    p = alone.evidence["p_values"]["test"]
    assert after.evidence["p_values"]["test"] == pytest.approx(30 * p)
    assert (alone.verdict, alone.evidence["openings"], after.evidence["openings"]) == ("DEPLOY", 1, 30)
    assert (after.verdict, after.decided_by.name) == ("WATCH", "test_p_value")
    assert alone.evidence["test"]["passed"]
    assert after.evidence["test"]["decided_by"] == "test_p_value"


@pytest.mark.parametrize(
    ("n", "overlap", "is_told"), [(19, 0, False), (20, 0, True), (200, 15, True), (200, 24, False)]
)
def test_too_few_independent_events_have_no_p_value(make_candidate, make_rows, n, overlap, is_told):
    part = split_result(make_rows(0.8, n=n, seed=0, part="test", overlap=overlap), pd.DataFrame())
    seen = look_at(part, Look(1, np.ones(n, dtype=bool)))
    assert (seen.test is not None) is is_told
    assert (seen.p_value < 1) is is_told
    assert look_at(part, Look(10**6, np.ones(n, dtype=bool))).p_value == 1


def test_only_the_events_of_the_look_are_tested(candidate):
    half = np.arange(200) >= 100
    seen = look_at(candidate.test, Look(1, half))
    assert seen.n_events == 100
    assert seen.mean == pytest.approx(candidate.test.evidence.value[100:].mean())


def test_the_overlap_is_that_of_the_events_which_are_tested(make_rows):
    """Labels overlap in the first half, and in the second they do not."""
    rows = make_rows(0.6, n=300, seed=0, part="test")
    wide = rows.assign(end=rows["end"] + np.where(np.arange(300) < 150, 200, 0))
    half = np.arange(300) >= 150
    part, plain = split_result(wide, pd.DataFrame()), split_result(rows, pd.DataFrame())
    assert look_at(part, Look(1, half)).test.degrees == look_at(plain, Look(1, half)).test.degrees


def test_a_candidate_whose_test_events_are_not_known_pays_for_all_looks(candidate):
    unknown = replace(candidate, test=None)
    assert plan_look(unknown, [other(candidate, -5000), other(candidate, run_id="o2")]).n_openings == 3


def test_the_last_of_several_verdicts_stands(candidate):
    openings = [opening_of(candidate, days=days, run_id=f"old{days}") for days in (-60, -10)]
    assert plan_look(candidate, openings).stands is openings[1]
