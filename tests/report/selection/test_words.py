"""What a report says beside the figures."""

import pytest

from smc.report.selection.conclusions import conclusions, recommendation
from smc.report.selection.entries import gate_name, gates_section
from smc.report.selection.facts import facts_section, questions_section


def facts(**evidence):
    return dict(facts_section({"evidence": {"n_trials": 7, **evidence}}).tables[0].rows)


def test_a_rule_that_only_counts_has_its_counts():
    assert facts()["distinct trials counted"] == "7"


def test_a_record_that_no_length_would_make_long_enough_says_so():
    found = facts(min_track_record_length={"bars": None, "years": None, "observed_years": 2.0})
    assert found["track record that its Sharpe ratio needs"] == "no length would do; there are 2.00"


def test_the_deflated_sharpe_ratio_shows_all_conventions_its_own_first():
    found = facts(deflated_sharpe={"2014": 0.9, "2025": 0.8, "convention": "2025", "sharpe": 1.0})
    assert found["chance that it is above the luck of all trials (deflated)"] == "80.0 %; 90.0 % (2014)"


def test_the_null_band_stands_beside_the_verdict_where_it_was_asked_for():
    band = {"low": -0.05, "high": 0.06, "n_draws": 20, "p_value": 0.0476}
    found = facts(null_band=band)
    assert found["the same pipeline on shifted features, central 90 %"] == "[-0.050, 0.060], 20 refits"
    assert found["share of those refits that score as much (p)"] == "0.0476"
    assert (
        facts(null_band={"why": "n/a: no bars"})["the same pipeline on shifted features"]
        == "not computed: no bars"
    )
    assert not any("shifted" in name for name in facts(null_band=None))


@pytest.mark.parametrize(
    ("verdict", "said"),
    [("DEPLOY", "Deploy logistic"), ("WATCH", "do not trade it"), ("NO_MODEL", "Deploy nothing")],
)
def test_the_recommendation_is_the_verdicts(make_manifest, verdict, said):
    found = recommendation(make_manifest({"EURUSD": verdict})["selections"]["EURUSD"])
    assert any(said in sentence for sentence in found)
    assert any("needs about 340 more events" in sentence for sentence in found) == (verdict != "DEPLOY")


def test_an_earlier_look_that_stands_is_dated():
    stands = {"run_id": "f00", "since": "2025-03-04T05:06:07+00:00", "n_missing": 76}
    told = facts(stands=stands)["the verdict on the test part stands"]
    assert told == "since 2025-03-04, run f00; waits for 76 new events"
    assert "the verdict on the test part stands" not in facts(stands=None)


def test_a_p_value_says_what_else_it_would_bear():
    found = facts(
        p_values={"corrected": 0.01, "test": 0.002}, would_pass_as_best_of=1234, n_untold=3, round=2
    )
    assert found["p corrected for all trials of its market"] == "0.0100"
    assert found["it would pass as the best of"] == "1,234 more"
    assert (found["of them without evidence"], found["round of trials, 1 the first"]) == ("3", "2")


def test_other_questions_are_listed_beside_the_one_that_names_the_candidate():
    other = {
        "question": "q2",
        "n_trials": 4,
        "candidate": {"run_id": "f00", "model": "mlp"},
        "is_sound": False,
        "lower_bound": 0.05,
        "corrected_p_value": 0.0123,
    }
    (section,) = questions_section({"questions": [other]})
    assert section.tables[0].rows == [("mlp", "f00", "not passed", "4", "0.050", "0.0123")]
    assert questions_section({}) == questions_section({"questions": []}) == []


def test_what_has_no_figure_has_no_row():
    assert "effective_trials" not in facts(effective_trials=None)
    assert not any("n/a" in cell for cell in facts(n_runs=None, openings=None, value=None).values())


def test_a_p_value_is_never_zero():
    assert facts(p_values={"single": 0.0})["p of the trial alone (Student's t)"] == "< 0.0001"


def test_gates_that_were_not_asked_are_one_sentence(make_manifest):
    entry = make_manifest({"EURUSD": "NO_MODEL"})["selections"]["EURUSD"]
    asked = [gate for gate in entry["gates"] if gate["passed"] is not None]
    section = gates_section(entry)
    assert len(section.tables[0].rows) == len(asked) < len(entry["gates"])
    (sentence,) = section.points
    for gate in entry["gates"]:
        assert (gate_name(gate["name"]) in sentence) == (gate["passed"] is None)
    assert gates_section(make_manifest({"EURUSD": "DEPLOY"})["selections"]["EURUSD"]).points == []


@pytest.mark.parametrize("n_models", [1, 2])
def test_the_figures_of_the_models_selected_are_averaged(make_manifest, n_models):
    verdicts = {"A": "DEPLOY", "B": "DEPLOY" if n_models == 2 else "WATCH", "C": "NO_MODEL"}
    manifest = make_manifest(verdicts)
    entries = [manifest["selections"][name] for name in ("A", "B")[:n_models]]
    gaps = [0.1, 0.04][:n_models]
    for entry, gap in zip(entries, gaps, strict=True):
        entry["train_val_gap"], entry["test_accuracy"] = gap, 0.6 + gap
        entry["comparison"][0]["out_of_fold_accuracy"] = 0.5 + gap
    mean = sum(gaps) / n_models
    said = next(sentence for sentence in conclusions(manifest) if "selected: " in sentence)
    assert f"train-validation gap {100 * mean:.1f} %" in said
    assert f"out-of-fold accuracy {100 * (0.5 + mean):.1f} %" in said
    assert f"test accuracy {100 * (0.6 + mean):.1f} %" in said
    for entry in entries:
        entry["test_accuracy"] = None
    assert not any("test accuracy" in sentence for sentence in conclusions(manifest))
    assert not any("selected: " in sentence for sentence in conclusions(make_manifest({"A": "WATCH"})))
