"""Looks at the test part, and what a selection asks for."""

import json

from smc.selection.manifest import NAME
from tests.stories.conftest import never_better, told


def test_looking_again_and_again_gives_the_same_answer(story):
    story.train()
    first = story.select()
    for _ in range(3):
        again = story.select()
        assert (again.p_test, again.p_oof, again.verdict) == (first.p_test, first.p_oof, first.verdict)
        assert again.counted == first.counted


def test_the_classic_rule_for_comparison_leaves_the_manifest_alone_and_pays_for_what_it_opens(story):
    story.train()
    story.sweep("model.C=0.008,0.006")
    before = story.select()
    kept = (story.output / NAME).read_bytes()
    classic = story.select("selection=classic")
    assert classic.path.name == "manifest.classic.json"
    assert (story.output / NAME).read_bytes() == kept
    told(classic.told, "Machines read", "of the honest rule and a market's first criteria: it is as it was")
    opened = story.counted().openings
    assert sorted({opening.by for opening in opened}) == ["classic", "honest"]
    assert len(opened) == 3
    after = story.select()
    never_better(before, after)
    assert after.p_test == before.p_test  # it was judged before


def test_the_classic_rule_first(story):
    """Whoever looks at all test parts first pays for all of them afterwards."""
    story.sweep("model.C=0.01,0.008,0.006", output=story.output)
    story.select("selection=classic")
    after = story.select()
    assert after.counted["openings"] == 3
    assert after.verdict != "DEPLOY" or after.p_test <= 0.05
    told(after.told, "times 3 openings of this market")


def test_recorded_test_parts_are_openings_and_said_to_be(story):
    sealed = story.train()
    before = story.select()
    runs = [story.train(f"model.C={C}", "evaluation.test=recorded") for C in (0.006, 0.005, 0.004)]
    after = story.select()
    never_better(before, after)
    assert len(story.counted().openings) == 4
    assert sealed.record["test_part"]["S01"]["state"] == "sealed"
    told(
        json.dumps(runs[0].record["test_part"]),
        "one look at the test part of its market, which later verdicts pay",
    )


def test_recorded_first_then_judged(story):
    for C in (0.01, 0.006, 0.005):
        story.train(f"model.C={C}", "evaluation.test=recorded")
    after = story.select()
    assert after.counted["openings"] == 3
    told(after.told, "times 3 openings of this market")


def test_a_sealed_run_shows_nothing_of_its_test_part(story):
    run = story.train()
    assert "test" not in set(run.predictions["part"])
    assert run.record["test_metrics"] is None
    told(
        json.dumps(run.record["test_part"]), "opened by python -m smc.select, for the one run that it chooses"
    )


def test_the_runner_up_is_not_opened_for_free(story):
    story.train()
    first = story.select()
    story.delete(first.candidate)
    story.train("model.C=0.008")
    second = story.select()
    assert second.candidate != first.candidate
    assert (first.counted["openings"], second.counted["openings"]) == (1, 2)
    told(second.told, "times 2 openings of this market")


def test_a_threshold_loosened(story):
    story.train("model.C=1")
    before = story.select()
    assert before.decided_by == "train_val_gap"
    after = story.select("selection.max_train_val_gap=0.5")
    assert after.verdict == "WATCH"
    assert after.path.name == "manifest.looser.json"
    assert after.counted["openings"] == 0
    told(after.told, "looser than at the first selection of this market: max_train_val_gap 0.2 -> 0.5")
    assert json.loads((story.output / NAME).read_bytes()) == before.manifest


def test_the_dice_thrown_again(story):
    story.train()
    before = story.select()
    for key in ("selection.seed=1", "selection.n_draws=500"):
        after = story.select(key)
        assert (after.verdict, after.decided_by) == ("WATCH", "criteria")
        assert after.path.name == "manifest.looser.json"
    told(after.told, "looser than at the first selection of this market: n_draws 2000 -> 500")
    assert story.select().verdict == before.verdict
    assert story.select("selection.alpha=0.04").path.name == NAME


def test_a_fallback_reads_alternatives(story):
    """Only runs that passed every filter are named there."""
    story.sweep("model.C=0.01,0.008,1,10,100")
    entry = story.select().entry
    gaps = {row["run_id"]: row["train_val_gap"] for row in entry["comparison"]}
    named = [entry["candidate"], *entry["alternatives"]]
    assert len(named) == sum(gap <= 0.2 for gap in gaps.values()) < len(gaps)
    assert all(gaps[run["run_id"]] <= 0.2 for run in named)
