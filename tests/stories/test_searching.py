"""Trying one more, and one more: whatever way it is typed, each try is paid."""

import pytest

from smc.errors import SmcError
from smc.train import carry_out
from smc.training import run as training
from smc.training.trial import CountedTrial
from tests.stories.conftest import never_better, told

FOREST = ("model=random_forest", "model.n_estimators=3", "reg=tiny")


def stop(*_, **__):
    raise KeyboardInterrupt


def first_alone():
    """A task that carries out its first job; then somebody presses Ctrl-C."""
    jobs = iter([carry_out])
    return lambda *arguments: next(jobs, stop)(*arguments)


def test_one_idea_after_another_costs_a_round_each(story):
    story.train()
    before = story.select()
    runs = [story.train(f"model.C={C}") for C in (0.008, 0.012, 0.015)]
    after = story.select()
    never_better(before, after)
    assert (before.verdict, after.counted["n_trials"]) == ("DEPLOY", 4)
    assert [story.rounds()[run.run_id] for run in runs] == [2, 3, 4]
    assert after.p_values[runs[-1].run_id] > before.p_oof + 6 * before.p_single  # two a round


def test_the_same_ideas_as_a_list_are_one_round(story):
    story.train()
    before = story.select()
    story.sweep("model.C=0.01,0.008,0.012,0.015")
    after = story.select()
    never_better(before, after)
    assert sorted(story.rounds().values()) == [1, 2, 2, 2]


def test_ideas_until_none_can_pass(story):
    """The first run passes; the same run as the eleventh idea does not."""
    best = "model.C=0.01"
    story.train("model.C=1")
    for number in range(9):
        story.train("model=baseline", f"split.val_frac={0.2 + number / 100}")
    run = story.train(best)
    after = story.select()
    assert story.rounds()[run.run_id] == 11
    assert after.p_values[run.run_id] > 0.05
    assert after.verdict == "NO_MODEL" or after.decided_by == "romano_wolf"


def test_the_best_of_a_search_elsewhere_typed_in_as_the_one_idea(story):
    """Many are tried in another folder, and the best is typed alone into an empty one."""
    story.train("model.C=0.012", output=story.place / "alone")
    before = story.select(output=story.place / "alone")
    story.sweep("model.C=0.008,0.009,0.011,0.015", output=story.place / "elsewhere")
    best = story.train("model.C=0.01")
    after = story.select()
    assert story.rounds()[best.run_id] == 3
    assert after.counted["n_trials"] == 6
    assert after.p_oof > before.p_oof
    told(after.told, "for all 6 of its market, 0 of them without evidence, in round 3")


def test_a_list_worked_through_by_parts_counts_whole_from_its_first_part(story):
    story.train()
    before, ideas = story.select(), "model.C=0.008,0.012,0.015,0.02"
    with pytest.raises(KeyboardInterrupt):
        story.sweep(ideas, task=first_alone())
    part = story.select()
    never_better(before, part)
    assert (part.counted["n_trials"], part.counted["n_untold"]) == (5, 3)
    told(part.told, "for all 5 of its market, 3 of them without evidence")
    story.sweep(ideas)
    whole = story.select()
    never_better(before, whole)
    assert (whole.counted["n_trials"], whole.counted["n_untold"]) == (5, 0)
    assert sorted(story.rounds().values()) == [1, 2, 2, 2, 2]


def test_one_job_of_a_list_started_by_itself_is_an_idea_of_its_own(story):
    first = story.train()
    with pytest.raises(KeyboardInterrupt):
        story.sweep("model.C=0.008,0.012,0.015", task=stop)
    second = story.train("model.C=0.02")
    before = story.select()
    picked = story.train("model.C=0.012")
    never_better(before, story.select())
    assert [story.rounds()[run.run_id] for run in (first, second, picked)] == [1, 3, 4]


def test_seeds_added_until_one_passes_and_the_others_deleted(story):
    first, *others = [story.train(*FOREST, f"seed={seed}") for seed in range(4)]
    before = story.select()
    assert before.counted["n_trials"] == 1
    story.delete(first, *others[:-1])
    after = story.select()
    never_better(before, after)
    assert after.verdict == "NO_MODEL"
    told(after.told, "have no sound folder here: they count, and cannot be deployed")
    assert story.train(*FOREST, "seed=0").run_id == first.run_id  # the only way back is the first one
    assert story.select().p_values == {first.run_id: before.p_oof, others[-1].run_id: before.p_oof}


def test_a_seed_that_did_not_finish_is_not_forgotten(story, monkeypatch):
    """The first seed shows a poor fold, is stopped, and the next one is to stand for the trial."""
    story.train("seed=1", output=story.place / "alone")
    before = story.select(output=story.place / "alone")
    with monkeypatch.context() as patch:
        patch.setattr(training, "evaluate", stop)
        with pytest.raises(KeyboardInterrupt):
            story.train("model.C=0.012", "seed=0")
    story.train("model.C=0.012", "seed=1")
    after = story.select()
    assert (before.counted["n_untold"], after.counted["n_untold"]) == (0, 1)
    assert after.p_oof > before.p_oof


def test_columns_that_say_nothing_and_copies_of_a_trial_lower_no_p_value(story):
    story.train()
    before = story.select()
    story.sweep("model=baseline", "split.val_frac=0.25,0.26,0.27")
    constant = story.select()
    never_better(before, constant)
    assert constant.p_oof >= before.p_oof
    story.sweep("evaluation.volatility_size=21,22,23")  # the same evidence under three other names
    after = story.select()
    never_better(constant, after)
    assert after.counted["n_trials"] == 7
    assert after.candidate == before.candidate  # no copy takes its place, to be opened once more
    assert after.counted["openings"] == 1


def test_a_key_that_changes_nothing_is_no_trial(story):
    first = story.train()
    before = story.select()
    for key in ("trainer.n_threads=1", "model.n_jobs=1", "run.name=again", "run.tags=[b]"):
        assert story.train(key).run_id == first.run_id
    assert story.train(output=story.place / "elsewhere").run_id == first.run_id
    after = story.select()
    assert (after.p_values, after.verdict, after.counted) == (before.p_values, before.verdict, before.counted)
    assert after.manifest["runs"]["damaged"] == []


def test_a_run_stopped_after_a_look_counts_though_nothing_is_left_of_it(story, monkeypatch):
    story.train()
    before = story.select()
    on_scored = CountedTrial.on_scored
    with monkeypatch.context() as patch:
        patch.setattr(CountedTrial, "on_scored", lambda trial: (on_scored(trial), stop()))
        with pytest.raises((KeyboardInterrupt, SmcError)):
            story.train("model.C=0.008")
    after = story.select()
    never_better(before, after)
    assert (after.counted["n_trials"], after.counted["n_untold"]) == (2, 1)
    assert after.p_oof == pytest.approx(before.p_oof + before.p_single)
    told(after.told, "for all 2 of its market, 1 of them without evidence")


def test_a_trial_that_failed_is_deleted(story, monkeypatch):
    story.train()
    before = story.select()
    with monkeypatch.context() as patch:
        patch.setattr(training, "evaluate", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            story.train("model.C=0.008")
    failed = story.select()
    never_better(before, failed)
    assert failed.counted["n_untold"] == 1
    for record in story.output.rglob("*status*"):
        if record.is_file() and "runs" not in record.parts:
            record.unlink()
    after = story.select()
    assert (after.p_values, after.counted) == (failed.p_values, failed.counted)
