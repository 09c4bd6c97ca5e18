"""The classic rule: SPEC 12.1, to the letter."""

import pytest

from smc.selection.classic import Classic


def test_the_score_is_test_accuracy_less_half_the_gap(make_candidate, trials):
    runs = [make_candidate("a", test=0.66, gap=0.10), make_candidate("b", test=0.63, gap=0.02)]
    (verdict,) = Classic().select([trials(*runs)])
    assert (verdict.verdict, verdict.chosen.run_id) == ("DEPLOY", "b")
    assert [round(row["score"], 3) for row in verdict.comparison] == [0.62, 0.61]
    (other,) = Classic(gap_weight=0.1).select([trials(*runs)])
    assert other.chosen.run_id == "a"


@pytest.mark.parametrize(
    ("planted", "gate"),
    [
        ({"gap": 0.201}, "train_val_gap"),
        ({"gap": None}, "train_val_gap"),
        ({"test": 0.545, "val": 0.545}, "test_accuracy"),
        ({"val": 0.71}, "val_test_difference"),
    ],
)
def test_three_filters(make_candidate, trials, planted, gate):
    (verdict,) = Classic().select([trials(make_candidate(**planted))])
    assert verdict.verdict == "NO_MODEL"
    assert [each.name for each in verdict.gates if not each.passed] == [gate]


def test_evidence_out_of_fold_is_nothing_to_it(make_candidate, trials):
    (verdict,) = Classic().select([trials(make_candidate(accuracy=0.4), n_trials=999)])
    assert verdict.verdict == "DEPLOY"


def test_it_opens_every_test_part(make_candidate, trials):
    opened = []

    def open_test(candidate):
        opened.append(candidate.run_id)
        return candidate

    Classic().select([trials(make_candidate("a"), make_candidate("b"))], open_test)
    assert sorted(opened) == ["a", "b"]


def test_no_runs_no_model(trials):
    (verdict,) = Classic().select([trials(n_trials=2)])
    assert (verdict.verdict, verdict.candidate, verdict.comparison) == ("NO_MODEL", None, [])
