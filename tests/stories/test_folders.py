"""Folders of runs that are deleted, copied, edited, kept elsewhere: no p-value hears of it."""

import json
import shutil

from tests.stories.conftest import edit, never_better, recompute_manifest, told


def test_winners_kept_and_losers_deleted(story):
    story.train()
    story.sweep("model.C=0.008,0.012,1,10")
    before = story.select()
    losers = [run.run_id for run in story.runs() if run.run_id != before.candidate]
    story.delete(*losers)
    after = story.select()
    never_better(before, after)
    assert (after.p_oof, after.counted) == (before.p_oof, before.counted)
    assert after.entry["evidence"]["n_without_folder"] == 4


def test_the_candidate_deleted(story):
    """Its p-value stays in the market; nothing is deployed in its place for free."""
    story.sweep("model.C=0.01,0.008")
    before = story.select()
    story.delete(before.candidate)
    after = story.select()
    never_better(before, after)
    assert after.counted["openings"] == 2
    assert after.counted["n_trials"] == before.counted["n_trials"]


def test_a_folder_copied_under_another_name(story):
    run = story.train()
    before = story.select()
    shutil.copytree(run.path, run.path.with_name("copy"))
    after = story.select()
    assert (after.p_values, after.verdict, after.counted) == (before.p_values, before.verdict, before.counted)
    assert len(after.manifest["runs"]["repeated"]) == 1


def test_a_record_edited(story):
    """The gap of an overfitted run made small by hand: the folder is no longer what its list says."""
    run = story.train("model.C=1")
    before = story.select()
    story.train("model.C=0.008")
    edit(run, train_val_gap=0.0)
    after = story.select()
    assert run.run_id not in after.p_values
    assert after.counted["n_trials"] == before.counted["n_trials"] + 1
    told(after.told, f"damaged, left out: {run.run_id} (", "has another size than MANIFEST.json says")


def test_a_record_edited_and_the_list_of_files_made_true_again(story):
    run = story.train("model.C=1")
    story.train("model.C=0.008")
    before = story.select()
    edit(run, train_val_gap=0.0)
    recompute_manifest(run.path)
    after = story.select()
    never_better(before, after)
    assert run.run_id not in after.p_values
    told(after.told, "it was changed after the ledger had been told of it: run it again")


def test_a_run_that_says_it_is_older_than_the_ledger(story):
    """The event that registered it taken out of its record: it is known all the same."""
    run = story.train()
    before = story.select()
    record = json.loads((run.path / "run.json").read_bytes())
    del record["ledger"]
    (run.path / "run.json").write_text(json.dumps(record))
    recompute_manifest(run.path)
    story.train("model.C=1")
    after = story.select()
    assert run.run_id not in after.p_values
    assert after.counted["n_trials"] == before.counted["n_trials"] + 1
    told(after.told, "it was changed after the ledger had been told of it: run it again")


def test_evidence_of_an_edited_folder_is_that_of_the_ledger(story):
    """Its file of evidence exchanged for a better run's."""
    poor, good = story.train("model.C=10"), story.train("model.C=0.01")
    before = story.select()
    shutil.copy(good.path / "evidence.parquet", poor.path / "evidence.parquet")
    recompute_manifest(poor.path)
    after = story.select()
    never_better(before, after)
    assert after.p_oof == before.p_oof


def test_a_run_carried_out_anew_in_another_folder(story):
    """An empty folder forgets nothing: trials count by market, wherever they were made."""
    story.sweep("model.C=0.008,0.009,0.011,0.012")
    story.train()
    before = story.select()
    fresh = story.place / "fresh"
    story.train(output=fresh)
    after = story.select(output=fresh)
    assert after.counted["n_trials"] == before.counted["n_trials"] == 5
    run_id = after.candidate
    assert after.p_values[run_id] == before.p_values[run_id]
    assert after.counted["round"] == 2
    told(after.told, "for all 5 of its market")


def test_the_whole_output_folder_deleted(story):
    story.sweep("model.C=0.008,0.009,0.011,0.012")
    story.select()
    shutil.rmtree(story.output)
    story.train()
    after = story.select()
    assert (after.counted["n_trials"], after.counted["round"]) == (5, 2)
    told(after.told, "for all 5 of its market, 0 of them without evidence, in round 2")
