"""Each gate is turned by one planted change, and more trials never help."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smc.selection.candidates import split_result
from smc.selection.honest import CLASSIFICATION_GATES, REGRESSION_GATES, Honest
from smc.stats import TrackRecord

#: By the verdict, the better the larger.
ORDER = {"NO_MODEL": 0, "WATCH": 1, "DEPLOY": 2}


def judge(*symbols, **criteria):
    """Return the verdicts of a few draws, which decide nothing here."""
    return Honest(**{"n_draws": 500, **criteria}).select(symbols)


def asked(verdict):
    """Return what each gate said, by name."""
    return {gate.name: gate.passed for gate in verdict.gates}


def test_a_candidate_that_passes_every_gate_is_deployed(make_candidate, trials):
    (verdict,) = judge(trials(make_candidate()))
    assert verdict.verdict == "DEPLOY"
    assert [gate.name for gate in verdict.gates] == list(CLASSIFICATION_GATES)
    assert verdict.chosen.run_id == "a"
    assert verdict.decided_by is None
    assert not any(gate.remedy for gate in verdict.gates)


@pytest.mark.parametrize(
    ("planted", "gate", "verdict"),
    [
        ({"gap": 0.26}, "train_val_gap", "NO_MODEL"),
        ({"gap": None}, "train_val_gap", "NO_MODEL"),
        ({"accuracy": 0.52}, "out_of_fold_lower_bound", "NO_MODEL"),
        ({"test": 0.47, "val": 0.47}, "test_accuracy", "WATCH"),
        ({"test": 0.60, "val": 0.80}, "val_test_difference", "WATCH"),
        ({"test": 0.5, "val": 0.5}, "test_above_baseline", "WATCH"),
        ({"test": 0.56, "val": 0.6, "n_test": 100}, "test_p_value", "WATCH"),
        ({"test": None}, "test_predictions", "WATCH"),
    ],
)
def test_one_planted_change_turns_one_gate(make_candidate, trials, planted, gate, verdict):
    (found,) = judge(trials(make_candidate(**planted)))
    assert (found.decided_by.name, found.verdict) == (gate, verdict)
    assert found.chosen is None
    assert found.candidate.run_id == "a"
    assert found.decided_by.explanation
    after = list(CLASSIFICATION_GATES).index(gate) + 1
    assert [each.passed for each in found.gates[after:]] == [None] * (len(CLASSIFICATION_GATES) - after)


def test_trials_that_did_not_finish_count(make_candidate, trials):
    candidate = make_candidate(accuracy=0.57)
    alone, after = judge(trials(candidate)) + judge(trials(candidate, n_trials=60))
    assert asked(alone)["romano_wolf"] is True
    assert asked(after)["romano_wolf"] is False
    assert after.verdict == "WATCH"
    assert "more events" in after.decided_by.remedy


def test_the_correction_is_that_of_the_specification(make_candidate, trials):
    runs = [make_candidate("a", 0.57), make_candidate("b", 0.5)]
    p = judge(trials(*runs))[0].evidence["p_values"]
    corrected = judge(trials(*runs, n_trials=7))[0].evidence["p_values"]["corrected"]
    assert p["corrected"] == max(p["romano_wolf"], p["single"])
    assert corrected == pytest.approx(min(1, p["corrected"] + 5 * p["single"]))


def test_many_symbols_ask_for_more(make_candidate, trials):
    """One symbol among twenty that hold nothing: the false discovery rate."""
    found = trials(make_candidate(accuracy=0.57, test=0.57, val=0.57), symbol="AAA")
    noise = [trials(make_candidate("b", 0.5), symbol=f"N{k:02}") for k in range(19)]
    assert judge(found)[0].verdict == "DEPLOY"
    verdict = judge(found, *noise)[0]
    assert (verdict.symbol, verdict.decided_by.name, verdict.verdict) == (
        "AAA",
        "benjamini_hochberg",
        "WATCH",
    )


def test_the_best_ranked_of_the_proven_is_the_candidate(make_candidate, trials):
    """Larger evidence that fails the gap filter, or less than another, is passed over."""
    runs = [make_candidate("a", 0.62), make_candidate("b", 0.68), make_candidate("c", 0.75, gap=0.3)]
    (verdict,) = judge(trials(*runs))
    assert verdict.chosen.run_id == "b"
    assert [each.run_id for each in verdict.alternatives] == ["a"]  # c could not be deployed instead
    assert [row["run_id"] for row in verdict.comparison] == ["c", "b", "a"]


def test_a_better_rank_without_proof_is_passed_over(make_candidate, trials):
    """Forty events leave a high lower bound, and more to luck than a thousand do."""
    short, long = make_candidate("a", 0.75, n=40), make_candidate("b", 0.6, n=1000)
    (verdict,) = judge(trials(short, long, n_trials=60), n_draws=2000)
    first, second = verdict.comparison
    assert (first["run_id"], second["run_id"]) == ("a", "b")
    assert second["corrected_p_value"] <= 0.05 < first["corrected_p_value"]
    assert verdict.candidate.run_id == "b"


def test_the_test_part_of_no_other_run_is_looked_at(make_candidate, trials):
    runs = [make_candidate("a", 0.62, test=None), make_candidate("b", 0.68, test=None)]
    opened = []

    def open_test(candidate):
        opened.append(candidate.run_id)
        return make_candidate("b", 0.68)

    (verdict,) = Honest(n_draws=200).select([trials(*runs)], open_test)
    assert opened == ["b"]
    assert verdict.verdict == "DEPLOY"
    opened.clear()
    Honest(n_draws=200).select([trials(*runs, n_trials=10**9)], open_test)
    assert opened == []


@pytest.mark.parametrize("accuracy", [0.5, 0.54, 0.57, 0.6])
@pytest.mark.parametrize("seed", range(4))
def test_more_trials_never_improve_a_verdict(make_candidate, trials, accuracy, seed):
    """Finished ones without skill, and ones that failed."""
    candidate = make_candidate(accuracy=accuracy, seed=seed)
    others = [make_candidate(f"o{k}", 0.5, seed=100 * seed + k + 1) for k in range(8)]
    verdicts = [judge(trials(candidate, *others[:n]))[0] for n in (0, 2, 8)]
    verdicts += [judge(trials(candidate, *others, n_trials=n))[0] for n in (9, 30, 300)]
    ranks = [ORDER[each.verdict] for each in verdicts]
    assert ranks == sorted(ranks, reverse=True)
    told = [{row["run_id"]: row["corrected_p_value"] for row in each.comparison} for each in verdicts]
    p = [of_runs[candidate.run_id] for of_runs in told]
    assert p == sorted(p)


def test_the_order_of_runs_and_symbols_does_not_matter(make_candidate, trials):
    runs = [make_candidate(f"r{k}", 0.5 + 0.02 * k, seed=k) for k in range(6)]
    other = trials(make_candidate("x", 0.6), symbol="AAA")
    one, two = judge(trials(*runs), other), judge(other, trials(*reversed(runs), *runs))
    assert [each.symbol for each in one] == [each.symbol for each in two] == ["AAA", "EURUSD"]
    for first, second in zip(one, two, strict=True):
        assert first.gates == second.gates
        assert first.comparison == second.comparison
        assert first.evidence == second.evidence


def test_seeds_count_once_and_the_luckiest_gains_nothing(make_candidate, trials):
    seeds = [make_candidate(f"r{k}", share, key="one", seed=k) for k, share in enumerate([0.5, 0.52, 0.7])]
    (alone,), (verdict,) = judge(trials(seeds[0])), judge(trials(*seeds))
    assert verdict.evidence["n_panel"] == verdict.evidence["n_trials"] == 1
    assert verdict.candidate.run_id == "r0"  # the first that was registered, which no further seed replaces
    assert verdict.evidence["p_values"] == alone.evidence["p_values"]
    assert verdict.evidence["seed_band"][1] > 0.3
    assert [row["run_id"] for row in verdict.comparison] == ["r0", "r1", "r2"]


def test_a_symbol_of_failed_trials_has_no_model(make_candidate, trials):
    found = judge(trials(n_trials=3), trials(make_candidate("z", out_of_fold=None), symbol="X"))
    assert [each.verdict for each in found] == ["NO_MODEL", "NO_MODEL"]
    assert found[0].candidate is None
    assert found[0].evidence["n_trials"] == 3
    assert [row["run_id"] for row in found[1].comparison] == ["z"]
    assert judge() == []


@pytest.fixture
def regression(make_candidate):
    """A regression whose forecasts have a share of ``skill`` in common with the return, in a market that drifts."""

    def make(skill, drift=0.0, gap=0.05):
        rng = np.random.default_rng(2)
        parts = {}
        for part, first in (("out_of_fold", 0), ("val", 1000), ("test", 2000)):
            stamps = pd.date_range("2010-01-01", periods=400, freq="D", tz="UTC") + pd.Timedelta(days=first)
            ret = rng.normal(drift, 0.01, 400)
            said = skill * ret + rng.normal(0, 0.01, 400)
            bars = {"event": first + np.arange(400), "time": stamps, "end": first + np.arange(400)}
            rows = pd.DataFrame({**bars, "label": ret, "ret": ret, "prediction": said, "baseline": drift})
            net = pd.DataFrame({"account": 0, "time": stamps, "position": 1.0, "net": ret})
            parts[part] = split_result(rows, net)
        returns = TrackRecord.of(net["net"], periods_per_year=252)
        history = {"train_val_r2_gap": gap}
        return replace(make_candidate(), task="regression", history=history, returns=returns, **parts)

    return make


@pytest.mark.parametrize(("skill", "verdict"), [(0.4, "DEPLOY"), (0.0, "NO_MODEL")])
def test_a_regression_is_judged_by_its_events(trials, regression, skill, verdict):
    (found,) = judge(trials(regression(skill)))
    assert found.verdict == verdict
    assert [gate.name for gate in found.gates] == list(REGRESSION_GATES)
    assert found.evidence["measure"] == "return_coefficient"
    assert found.evidence["n_events"] == 400
    assert found.evidence["deflated_sharpe"]["convention"] == "2014"
    assert "with 400 events" in found.evidence["power"]["sentence"]


def test_the_drift_of_a_market_is_no_skill(trials, regression):
    """Always long earns a Sharpe ratio of five a year here."""
    candidate = regression(0.0, drift=0.003)
    assert candidate.returns.sharpe > 3
    assert judge(trials(candidate))[0].verdict == "NO_MODEL"


def test_a_regression_that_learnt_by_heart_is_refused(trials, regression):
    (found,) = judge(trials(regression(0.4, gap=1.9)))
    assert (found.verdict, found.decided_by.name) == ("NO_MODEL", "train_val_r2_gap")


@pytest.mark.parametrize(
    "planted",
    [
        ("out_of_fold", "is_constant", "out_of_fold_predictions", "NO_MODEL"),
        ("test", "is_constant", "test_predictions", "WATCH"),
        ("test", "is_idle", "test_positions", "WATCH"),
    ],
)
def test_who_says_one_thing_or_trades_nothing_is_not_deployed(make_candidate, trials, regression, planted):
    part, fault, gate, verdict = planted
    for candidate in (make_candidate(), regression(0.4)):
        faulty = replace(candidate, **{part: replace(getattr(candidate, part), **{fault: True})})
        (found,) = judge(trials(faulty))
        assert (found.decided_by.name, found.verdict) == (gate, verdict)


def test_a_class_without_its_audit_is_watched_and_the_test_part_stays_closed(make_candidate, trials):
    own = [{"class": "my.Features", "code": "1", "passed": False, "why": None}]
    opened = []
    (found,) = Honest(n_draws=200).select([trials(replace(make_candidate(), own_classes=own))], opened.append)
    assert (found.verdict, found.decided_by.name, opened) == ("WATCH", "own_classes", [])


def test_criteria_looser_than_the_first_are_watched(make_candidate, trials):
    before = {**Honest(n_draws=500).criteria, "min_test_accuracy": 0.6}
    (found,) = judge(trials(make_candidate(), criteria=before))
    assert (found.verdict, found.decided_by.name) == ("WATCH", "criteria")
    assert (
        judge(trials(make_candidate(), criteria={**before, "min_test_accuracy": 0.5}))[0].verdict == "DEPLOY"
    )


def asked_for(trials, **questions):
    """The same trials, their questions by run."""
    columns = [replace(column, question=questions[column.run_id]) for column in trials.market.columns]
    return replace(trials, market=replace(trials.market, columns=columns))


def test_of_several_questions_that_of_the_smallest_p_value_names_the_candidate(make_candidate, trials):
    """A larger lower bound over fewer events stands behind the surer answer."""
    few, many = make_candidate("a", 0.75, n=40), make_candidate("b", 0.6, n=1000)
    poor, wide = make_candidate("c", 0.5, n=300), make_candidate("d", 0.8, n=300, gap=0.3)
    asked = asked_for(trials(few, many, poor, wide), a="q1", b="q2", c="q2", d="q3")
    opened = []

    def open_test(candidate):
        opened.append(candidate.run_id)
        return candidate

    (verdict,) = Honest(n_draws=2000).select([asked], open_test)
    assert (verdict.candidate.run_id, opened) == ("b", ["b"])
    assert [row["run_id"] for row in verdict.comparison[:3]] == ["d", "a", "b"]
    told = [
        (other["question"], other["candidate"]["run_id"], other["is_sound"]) for other in verdict.questions
    ]
    assert told == [("q1", "a", True), ("q3", "d", False)]
    assert [run.run_id for run in verdict.alternatives] == ["c"]  # of its own question
    assert verdict.evidence["n_panel"] == 1
    assert verdict.evidence["p_values"]["corrected"] > verdict.evidence["p_values"]["romano_wolf"]


def test_a_trial_whose_run_is_gone_counts_as_it_did_and_is_not_deployed(make_candidate, trials):
    runs = [make_candidate("a", 0.58), make_candidate("b", 0.68)]
    whole = trials(*runs)
    (before,), (after,) = judge(whole), judge(replace(whole, candidates=runs[:1]))
    assert (before.candidate.run_id, after.candidate.run_id) == ("b", "a")
    row = next(row for row in before.comparison if row["run_id"] == "a")
    assert after.evidence["p_values"]["corrected"] == row["corrected_p_value"]
    assert (after.evidence["n_trials"], after.evidence["n_without_folder"]) == (2, 1)


def test_figures_beside_the_gates(make_candidate, trials):
    runs = [make_candidate(f"r{k:02}", 0.55, seed=k) for k in range(12)]
    figures = judge(trials(*runs))[0].evidence
    assert 0 <= figures["pbo"]["value"] <= 1
    assert figures["pbo"]["spread"] > 0
    assert 1 <= figures["effective_trials"] <= 12
    assert figures["power"]["smallest_edge"] > 0.08
    assert "cannot be told from luck" in figures["power"]["sentence"]
    assert {len(each) for each in figures["paired"]} == {3}
    few = judge(trials(*runs[:9]))[0].evidence
    assert few["pbo"] == {"value": None, "why": "n/a: 9 configurations, 10 are needed"}


def test_what_would_change_it_comes_true(make_candidate, trials):
    """As many more events like these as the gate asks for do turn it."""
    (before,) = judge(trials(make_candidate(accuracy=0.6, n=200), n_trials=60), n_draws=4000)
    assert before.decided_by.name == "romano_wolf"
    n_more = int(before.decided_by.remedy.split("about ")[1].split(" ")[0])
    longer = make_candidate(accuracy=0.6, n=200 + int(1.3 * n_more))
    (after,) = judge(trials(longer, n_trials=60), n_draws=4000)
    assert asked(after)["romano_wolf"] is True


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("evidence", "accuracy", "`evidence` must be return_coefficient, got .* what barriers alone tell"),
        ("alpha", 1.0, "`alpha` must lie between 0 and 1"),
        ("max_train_val_gap", 0.0, "`max_train_val_gap` must be positive"),
        ("n_draws", 0, "`n_draws` must be positive"),
    ],
)
def test_arguments_are_checked(name, value, message):
    with pytest.raises(ValueError, match=message):
        Honest(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_train_val_gap", 0.04),
        ("min_test_accuracy", 0.7),
        ("max_val_test_diff", 0.0),
        ("alpha", 0.001),
        ("q", 1e-9),
        ("confidence", 0.9999999),
    ],
)
def test_every_threshold_can_refuse(make_candidate, trials, name, value):
    candidate = make_candidate(val=0.72, test=0.62, gap=0.15)
    assert judge(trials(candidate))[0].verdict == "DEPLOY"
    assert judge(trials(candidate), **{name: value})[0].verdict != "DEPLOY"
