"""A selection reads a run folder once: what it remembers is what it would read, and deploys nothing."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from smc import api
from smc import select as command
from smc.config.compose_select import compose_selection
from smc.selection import remembered, runs
from smc.selection.candidate import Candidate, Identity
from smc.selection.evidence import EventEvidence, SplitResult
from smc.selection.facts import plain
from smc.selection.facts import remembered as made_again
from smc.selection.remembered import KEPT, RememberedRuns, state_of
from smc.selection.runs import ChangedRunError, FinishedRuns, read_runs


@pytest.fixture
def at_rest(monkeypatch):
    """Files count as at rest as soon as they are written."""
    monkeypatch.setattr(remembered, "REST", 0)


@pytest.fixture
def three(commit, at_rest, select, output):
    """Folders of the best run, a poorer one and one of a wide gap; judged once, and nothing remembered."""
    folders = [commit("a1", 0.65), commit("b2", 0.6), commit("c3", 0.7, gap=0.4)]
    select()  # the first fixes the criteria, and says so
    (output / KEPT).unlink()
    return folders


@pytest.fixture
def select(output):
    """Judge all runs; the manifest without what is of the moment."""

    def run() -> dict:
        manifest = api.select([f"paths.output={output}"]).manifest
        return {name: value for name, value in manifest.items() if name not in ("timestamp", "ledger")}

    return run


@pytest.fixture
def read(monkeypatch):
    """Names of the folders that a selection reads whole, in order."""
    read, load_run = [], runs.load_run

    def counted(folder: Path):
        read.append(folder.name)
        return load_run(folder)

    monkeypatch.setattr(runs, "load_run", counted)
    return read


def test_a_second_selection_says_the_same_and_reads_what_it_rests_on(three, select, read):
    first = select()
    assert set(read) == {"a1", "b2", "c3"}
    read.clear()
    assert select() == first
    assert first["selections"]["EURUSD"]["run_id"] == "a1"
    assert "c3" not in read, "it stands behind nothing"
    assert "a1" in read, "a verdict rests on it"


def test_another_run_is_read_and_the_others_are_not_read_again(three, commit, select, read):
    select()
    commit("d4", 0.5)
    read.clear()
    select()
    assert "d4" in read
    assert "c3" not in read


def test_a_folder_that_was_written_a_moment_ago_is_read_again(commit, select, read):
    commit("a1", 0.65)
    commit("b2", 0.6, gap=0.4)
    select()
    read.clear()
    select()
    assert "b2" in read


def edit(path: Path) -> None:
    """Change one byte, and put all times back that can be."""
    times, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def replace(path: Path) -> None:
    """Put another file of the same size and times in its place."""
    other = path.with_name("other")
    shutil.copy2(path, other)
    edit(other)
    other.replace(path)


def link(path: Path) -> None:
    target = path.parents[2] / "elsewhere"
    shutil.move(path, target)
    path.symlink_to(target)


CHANGES = {
    "edited": edit,
    "replaced": replace,
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "missing": lambda path: path.unlink(),
    "a link": link,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_any_file_is_seen_as_without_memory(commit, at_rest, output, change):
    for run_id in ("a1", "b2", "c3", "d4", "e5"):
        commit(run_id)
    assert recalled(output) == read_anew(output)
    changed = {"b2": "run.json", "c3": "sealed_returns.parquet", "d4": "config.yaml", "e5": "MANIFEST.json"}
    for run_id, name in changed.items():
        CHANGES[change](output / "runs" / run_id / name)
    found = recalled(output)
    assert found == read_anew(output)
    assert list(found["folders"]) == ["a1"]


def recalled(output: Path) -> dict[str, object]:
    """What is read of an output folder by who remembers it."""
    known = RememberedRuns.of(output)
    found = facts_of(read_runs(output, known))
    known.save()
    return found


def read_anew(output: Path) -> dict[str, object]:
    return facts_of(read_runs(output))


def facts_of(found: FinishedRuns) -> dict[str, object]:
    candidates = {symbol: list(map(plain, own)) for symbol, own in found.candidates.items()}
    return {**vars(found), "candidates": candidates}


def test_the_state_of_a_folder_tells_of_every_file_below_it(at_rest, tmp_path):
    (tmp_path / "model" / "a").mkdir(parents=True)
    (tmp_path / "model" / "a" / "weights.bin").write_bytes(b"weights")
    before = state_of(tmp_path)
    assert before == state_of(tmp_path) != ""
    edit(tmp_path / "model" / "a" / "weights.bin")
    assert state_of(tmp_path) != before
    assert state_of(tmp_path / "absent") == ""


def date(folder: Path) -> None:
    os.utime(folder / "run.json", (0, 0))


def copy_in_place(folder: Path) -> None:
    shutil.copytree(folder, folder.parents[1] / "copy")
    shutil.rmtree(folder)
    (folder.parents[1] / "copy").rename(folder)


@pytest.mark.parametrize("change", [date, copy_in_place])
def test_a_folder_that_was_dated_anew_or_copied_is_read_again(commit, at_rest, output, read, change):
    folders = [commit("a1"), commit("b2")]
    first = recalled(output)
    change(folders[1])
    read.clear()
    assert recalled(output) == first
    assert read == ["b2"]


def rewritten(output: Path, change) -> None:
    """Change the lines of what is remembered."""
    lines = [json.loads(line) for line in (output / KEPT).read_bytes().splitlines()]
    (output / KEPT).write_text("\n".join(json.dumps(line) for line in change(lines)))


def test_memory_that_was_forged_deploys_nothing(commit, at_rest, select, output, ledger):
    commit("a1", 0.65, gap=0.4)
    select()
    first = select()
    assert first["summary"]["models_selected"] == 0

    def forge(lines):
        lines[1][2]["candidates"][0]["history"]["train_val_gap"] = 0.0
        return lines

    rewritten(output, forge)
    assert select() == first
    market = ledger.market_trials(ledger.trials("EURUSD")["market"].iloc[0])
    assert market.openings == [], "its test part was not looked at"
    assert select() == first


def test_what_is_told_of_a_candidate_is_what_its_folder_says(commit, at_rest, select, output):
    commit("a1", 0.5)
    select()
    first = select()
    assert first["selections"]["EURUSD"]["train_val_gap"] == 0.05

    def forge(lines):
        lines[1][2]["candidates"][0]["history"]["train_val_gap"] = 0.01
        return lines

    rewritten(output, forge)
    assert select() == first


def test_a_regression_has_no_error_of_accuracy_and_is_made_again_all_the_same():
    time = np.arange(50) * 10
    evidence = EventEvidence(time, time, np.random.default_rng(0).normal(size=50))
    part = SplitResult(evidence, time, time, score=evidence.value - evidence.mean)
    history = {"train_val_r2_gap": 0.1}
    whole = Candidate(Identity("a", "A", "m", "t"), "regression", history, part, val=part)
    again = made_again(json.loads(json.dumps(plain(whole))), lambda: whole)
    assert plain(again) == plain(whole)
    assert np.isnan(again.val.accuracy_error)
    assert again.val.r2_error == part.r2_error > 0


def test_a_run_that_rots_unseen_is_named_before_a_verdict_rests_on_it(three, select, monkeypatch):
    select()
    states = {folder: state_of(folder) for folder in three}
    monkeypatch.setattr(runs, "state_of", states.__getitem__)
    edit(three[0] / "sealed_returns.parquet")
    found = select()
    assert [run["folder"] for run in found["runs"]["damaged"]] == ["a1"]
    assert found["selections"]["EURUSD"]["candidate"]["run_id"] != "a1"


FORMS = {
    "another version": lambda lines: [{**lines[0], "smc": "another"}, *lines[1:]],
    "another NumPy": lambda lines: [{**lines[0], "numpy": "1.0"}, *lines[1:]],
    "no facts": lambda lines: [lines[0], 3, "x"],
    "an odd type": lambda lines: with_facts(lines, lambda facts: {**facts, "run_id": 3}),
    "an empty candidate": lambda lines: with_facts(lines, lambda facts: {**facts, "candidates": [{}]}),
    "nothing inside": lambda lines: with_facts(lines, lambda facts: {}),
    "nothing": lambda lines: [],
}


def with_facts(lines, change):
    return [lines[0], *([name, state, change(facts)] for name, state, facts in lines[1:])]


def test_memory_of_another_version_or_form_is_not_taken(commit, at_rest, output, read):
    commit("a1")
    first = recalled(output)
    for name, change in FORMS.items():
        rewritten(output, change)
        read.clear()
        assert recalled(output) == first, name
        assert read == ["a1"], name


def test_facts_are_of_a_version_of_all_that_reckons_them():
    assert set(remembered._versions()) == {"smc", "numpy", "pandas", "pyarrow"}


def test_a_run_of_the_same_figures_and_other_files_is_not_what_was_judged(commit, output):
    commit("a1")
    found = read_runs(output)
    found.digests["a1"] = "0" * 64
    with pytest.raises(ChangedRunError, match="was changed while it was judged: select again"):
        found._in_full("a1", "EURUSD")


def test_a_candidate_made_again_is_the_one_that_was_read(commit, output):
    commit("a1")
    commit("b2", sealed=False)
    found = read_runs(output)
    for candidate in found.candidates["EURUSD"]:
        whole = found._in_full(candidate.run_id, "EURUSD")
        again = made_again(json.loads(json.dumps(plain(whole))), lambda whole=whole: whole)
        assert plain(again) == plain(whole)
        assert (again.test is None) == (whole.test is None)
        for one, other in ((again.out_of_fold, whole.out_of_fold), (again.val, whole.val)):
            assert one.accuracy_error == other.accuracy_error
            assert one.is_single == other.is_single
            assert (one.time == other.time).all()
            assert (one.evidence.value == other.evidence.value).all()
        assert again.test_events[1] == whole.test_events[1]
        assert (again.test_events[0] == whole.test_events[0]).all()


def test_memory_that_cannot_be_written_costs_time_alone(commit, at_rest, output):
    commit("a1")
    (output / "cache").write_text("no folder")
    assert recalled(output) == recalled(output)


def test_what_the_ledger_was_told_is_said_even_if_all_runs_are_read_again(commit, output, monkeypatch):
    commit("a1")
    told, tries = [["one trial taken over"], []], []

    def changed_once(*arguments):
        tries.append(arguments)
        if len(tries) == 1:
            raise ChangedRunError("the run was changed")
        return read_runs(*arguments)

    monkeypatch.setattr(command, "settle", lambda *_: told.pop(0))
    monkeypatch.setattr(command, "read_runs", changed_once)
    config, name = compose_selection([f"paths.output={output}"])
    assert command.select(config, name).news == ["one trial taken over"]
    assert len(tries) == 2
