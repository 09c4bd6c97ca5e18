"""Another ledger, an older one, an empty one, none: a verdict stops, or counts what it finds as it is."""

import os
import shutil
import sqlite3

import pytest

from smc.errors import ResultsError
from tests.stories.conftest import never_better, told


def test_an_empty_ledger_stops_a_selection(story):
    story.sweep("model.C=0.01,0.008,1")
    before = story.select()
    story.use_ledger(story.place / "empty.sqlite")
    with pytest.raises(ResultsError) as error:
        story.select()
    told(
        str(error.value),
        "3 finished runs under",
        "nor is what else was tried beside; use the ledger that counted them (SMC_LEDGER, ledger.url=), or "
        "count them as they are: python -m smc.ledger import",
    )
    said = story.ask_ledger("import", story.output)
    told(said, "3 trials counted")
    never_better(before, story.select())


def test_a_colleagues_ledger_stops_a_selection(story):
    story.train()
    story.use_ledger(story.place / "colleague.sqlite")
    story.train("model.C=0.008", output=story.place / "theirs")
    with pytest.raises(ResultsError, match=r"1 finished runs under .* are not in the ledger"):
        story.select()


def test_the_ledger_deleted_and_nothing_else(story):
    """Its runs and manifest point to it: a new one that the next run begins is found out."""
    story.sweep("model.C=0.01,0.008")
    before = story.select()
    story.delete(*[run.run_id for run in story.runs() if run.run_id != before.candidate])
    for path in story.place.glob("ledger.sqlite*"):
        path.unlink()
    story.train("model.C=0.012")
    with pytest.raises(ResultsError) as error:
        story.select()
    told(str(error.value), "1 finished runs under", "are not in the ledger")
    story.ask_ledger("import", story.output)
    after = story.select()
    never_better(before, after)
    assert (after.counted["n_trials"], after.counted["n_untold"]) == (3, 1)  # the sweep's list names it


def test_a_ledger_restored_from_yesterday(story):
    """The trials since then are forgotten; the manifest that was written after them is not."""
    story.train()
    story.select()
    yesterday = story.place / "yesterday.sqlite"
    copy_ledger(story.ledger_file, yesterday)
    story.train("model.C=0.008", output=story.place / "elsewhere")
    story.select()
    copy_ledger(yesterday, story.ledger_file)
    with pytest.raises(ResultsError) as error:
        story.select()
    told(
        str(error.value), "lacks what the last manifest rests on: it is another one, or an older copy was put"
    )


def test_a_ledger_restored_from_before_a_run_that_is_there(story):
    story.train()
    yesterday = story.place / "yesterday.sqlite"
    copy_ledger(story.ledger_file, yesterday)
    story.train("model.C=0.008")
    copy_ledger(yesterday, story.ledger_file)
    with pytest.raises(ResultsError, match=r"1 finished runs under .* are not in the ledger"):
        story.select()


def test_a_folder_imported_into_a_fresh_ledger_keeps_its_looks_and_its_criteria(story):
    """What folder and manifests know: rounds by date, test parts that were opened, what was asked for."""
    for C in (0.01, 0.008):
        story.train(f"model.C={C}")
        before = story.select("selection.alpha=0.04")
    assert before.counted["openings"] >= 1
    story.use_ledger(story.place / "fresh.sqlite")
    told(story.ask_ledger("import", story.output), "2 trials counted")
    after = story.select()
    never_better(before, after)
    assert after.counted["openings"] >= before.counted["openings"]
    told(after.told, "looser than at the first selection of this market: alpha 0.04 -> 0.05")
    assert after.path.name == "manifest.looser.json"


def test_trials_that_folder_and_sweep_lists_name_are_imported_too(story):
    """Losers deleted before the folder is imported elsewhere: the list of the sweep still names them."""
    story.sweep("model.C=0.01,0.008,0.012,0.015")
    before = story.select()
    story.delete(*[run.run_id for run in story.runs() if run.run_id != before.candidate])
    story.use_ledger(story.place / "fresh.sqlite")
    story.ask_ledger("import", story.output)
    after = story.select()
    never_better(before, after)
    assert after.counted["n_untold"] == 3


def test_two_ledgers_put_together_by_importing_both_folders(story):
    one, other = story.place / "one", story.place / "other"
    story.train("model.C=0.01", output=one)
    first = story.select(output=one)
    story.use_ledger(story.place / "second.sqlite")
    story.train("model.C=0.008", output=other)
    second = story.select(output=other)
    story.use_ledger(story.place / "both.sqlite")
    for folder in (one, other):
        told(story.ask_ledger("import", folder), "1 trials counted")
    told(story.ask_ledger("verify"), "every row follows from them")
    for folder, before in ((one, first), (other, second)):
        after = story.select(output=folder)
        never_better(before, after)
        assert after.counted["n_trials"] == 2
    assert story.ask_ledger("import", one).endswith("nothing that the ledger does not know.")


def test_trials_made_elsewhere_cost_what_untold_trials_do(story):
    story.train()
    before = story.select()
    table = story.place / "trials.csv"
    table.write_text("symbol,name,date\nS01,excel 1,2024-05-01\nS01,excel 2,2024-05-01\nS01,a friend's,\n")
    told(story.ask_ledger("import", table), "3 trials counted")
    after = story.select()
    never_better(before, after)
    assert after.p_oof == pytest.approx(before.p_oof + 3 * before.p_single)
    told(after.told, "for all 4 of its market, 3 of them without evidence")
    told(story.ask_ledger("import", table), "nothing that the ledger does not know")


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_data_directory_that_cannot_be_written_is_said_in_every_verdict(story):
    blocked = story.place / "file"
    blocked.write_text("")
    story.use_ledger(blocked / "ledger.sqlite")
    story.train()
    told(
        story.select().told,
        "these verdicts know of this folder's trials alone: the ledger",
        "set SMC_LEDGER to a file on a local disk, or type `ledger.url=`",
    )
    again = story.select()
    assert "cannot be used" in again.manifest["ledger"]["fallback"]
    told(story.ask_ledger(), "Not yours: the ledger")


def test_a_row_of_the_ledger_edited(story):
    """Rounds and counts follow from the events, which name each other."""
    story.train()
    story.train("model.C=0.008")
    told(story.ask_ledger("verify"), "each naming the one before; every row follows from them")
    story.ledger.close()
    with sqlite3.connect(story.ledger_file) as connection:
        connection.execute("UPDATE runs SET round = 1")
    said = story.ask_ledger("verify")
    assert said.endswith("exit code 1")
    told(said, "runs")


def copy_ledger(source, target):
    """Copy a ledger as a backup does, with its write-ahead log."""
    for suffix in ("", "-wal", "-shm"):
        old = target.with_name(target.name + suffix)
        old.unlink(missing_ok=True)
        if (path := source.with_name(source.name + suffix)).exists():
            shutil.copy(path, old)
