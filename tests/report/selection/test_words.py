"""What a report says beside the figures."""

import pytest

from smc.report.selection.conclusions import recommendation
from smc.report.selection.facts import facts_section


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
    assert facts(null_band={"why": "n/a: no bars"})["the same pipeline on shifted features"] == "n/a: no bars"
    assert not any("shifted" in name for name in facts(null_band=None))


@pytest.mark.parametrize(
    ("verdict", "said"),
    [("DEPLOY", "Deploy logistic"), ("WATCH", "do not trade it"), ("NO_MODEL", "Deploy nothing")],
)
def test_the_recommendation_is_the_verdicts(make_manifest, verdict, said):
    found = recommendation(make_manifest({"EURUSD": verdict})["selections"]["EURUSD"])
    assert any(said in sentence for sentence in found)
    assert any("needs about 340 more events" in sentence for sentence in found) == (verdict != "DEPLOY")
