"""Names, tags and notes that come later: shown everywhere alike, and no part of what was verified or judged."""

import json
import multiprocessing
import shutil
from pathlib import Path

import pytest

from smc import api
from smc.errors import ConfigError, ResultsError
from smc.report.run.sections.provenance import identity_section
from smc.report.runs import Wanted
from smc.report.runs import runs as listed
from smc.report.view import RunView
from smc.results import RunStore, load_run
from smc.results.naming import rename
from smc.runs import runs
from smc.tag import main, tag
from smc.trials import Ledger

MARKET = ("data=simulated", "data.n_bars=2500", "events.last=150", "aug=none", "monitor=none", "cv=holdout")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two runs, one of them named as it was started."""
    place = tmp_path_factory.mktemp("tagged")
    named = ("run.name=floor", "run.tags=[plain]", 'run.note="the least"')
    for words in (("model=baseline", *named), ("model=logistic",)):
        api.train([*MARKET, *words, f"paths.output={place}", f"ledger.url={place}/ledger.sqlite"])
    return place


@pytest.fixture
def output(trained, tmp_path) -> Path:
    """The two runs, in a folder of the test's own."""
    return Path(shutil.copytree(trained, tmp_path / "outputs", dirs_exist_ok=True))


def ids(output):
    return runs(output).set_index("model")["run"].to_dict()


def contents(output):
    return {path: path.read_bytes() for path in (output / "runs").rglob("*") if path.is_file()}


def test_what_is_given_later_is_shown_wherever_what_was_typed_is(output, capsys):
    run, other = ids(output)["baseline"], ids(output)["logistic"]
    main([run[:6], "--output", str(output), "--add", "keep", "--remove=plain", "--name", "", "--note=why"])
    assert run in capsys.readouterr().out
    assert tag([run], output=output) == {run: {"name": None, "tags": ["keep"], "note": "why"}}
    assert list(runs(output, tags=["keep"])["run"]) == [run]
    assert runs(output, tags=["plain"]).empty
    assert list(runs(output, where=["name=floor"])["run"]) == []
    shown = repr(identity_section(RunView(load_run(output / "runs" / run))))
    assert "'keep'" in shown
    assert "'why'" in shown
    assert "floor" not in shown
    (section,) = listed(output, Wanted(tags=["keep"]))
    assert len(section.tables[0].rows) == 1
    with pytest.raises(ResultsError, match="the tags there are: keep"):
        listed(output, Wanted(tags=["plain"]))
    assert tag([other], output=output)[other] == {"name": None, "tags": [], "note": None}


def test_a_run_that_was_named_stays_verified_counted_and_judged_as_it_was(output):
    before, digest = contents(output), load_run(output / "runs" / ids(output)["logistic"]).digest
    judged = api.select([f"paths.output={output}"]).manifest
    head = Ledger().head()
    tag(list(ids(output).values()), output=output, add=["deploy"], name="the winner", note="surely")
    assert (contents(output), Ledger().head()) == (before, head)
    assert load_run(output / "runs" / ids(output)["logistic"]).digest == digest
    again = api.select([f"paths.output={output}"]).manifest
    assert json.dumps(again["selections"], default=str) == json.dumps(judged["selections"], default=str)


def test_a_rebuilt_run_is_identical_whatever_it_is_called(output):
    from smc.reproduce import reproduce

    run = load_run(output / "runs" / ids(output)["baseline"])
    tag([run.path], output="elsewhere", name="other", add=["a"])
    assert reproduce(load_run(run.path), output=str(output)).verdict == "identical"


def test_the_same_command_says_how_a_finished_run_is_renamed(output):
    from smc.training.outcome import Outcome, say_outcome

    run = ids(output)["baseline"]
    asked = {"name": "idea", "tags": ["x"], "note": None}
    said = say_outcome(Outcome(run, "finished", output / "runs" / run, is_new=False, naming=asked))
    assert "keeps its name 'floor', its tags ['plain'], and 'idea', ['x'] are written nowhere" in said
    assert "python -m smc.tag changes them" in said


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"add": ["x" * 33]}, "`tags` must have 32 characters at most, got 33"),
        ({"add": [f"t{number}" for number in range(17)]}, "`tags` must be 16 at most, got 1[78]"),
        ({"add": [""]}, "`tags` must not be empty"),
        ({"name": "a\x1b[2J"}, "characters that can be printed"),
        ({"remove": ["nope"]}, "--remove nope: no tag of these runs; they have plain"),
    ],
)
def test_what_is_no_name_is_refused_and_nothing_is_renamed(output, asked, message):
    before = tag(list(ids(output).values()), output=output)
    with pytest.raises(ConfigError, match=message):
        tag(list(ids(output).values()), output=output, **{"note": "new", **asked})
    assert tag(list(before), output=output) == before


def test_an_unknown_run_is_a_mistake(output, capsys):
    with pytest.raises(SystemExit) as end:
        main(["ffff", "--output", str(output), "--add=x"])
    assert end.value.code == 2
    assert "error: no run 'ffff'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "kept",
    [b"[]", b"{", b"[" * 1000, b'{"name": 3, "tags": [], "note": null}', b'{"name": null, "tags": ["a", 3]}'],
)
def test_a_damaged_file_says_nothing(output, kept):
    run = ids(output)["baseline"]
    (output / "names").mkdir()
    (output / "names" / f"{run}.json").write_bytes(kept)
    assert tag([run], output=output)[run]["name"] == "floor"
    assert tag([run], output=output, add=["x"])[run]["tags"] == ["plain", "x"]


def test_a_run_that_failed_is_found_by_what_it_is_called_now(tmp_path):
    store = RunStore(tmp_path, min_free_mb=0)
    about = {"symbol": "S", "model": "M", "run": {"name": "typed", "tags": [], "note": None}}
    with pytest.raises(KeyError), store.claim("ab" * 8, about=about):
        raise KeyError
    assert store.status("ab" * 8)["run"]["name"] == "typed"
    rename(tmp_path, {"ab" * 8: lambda: {"name": "later", "tags": ["t"], "note": None}})
    assert len(listed(tmp_path, Wanted(name="later"))) == 1
    assert store.status("cd" * 8) == {}


def add(output, names):
    for name in names:
        tag(output=output, add=[name])


def test_tags_of_two_processes_are_both_kept(output):
    context = multiprocessing.get_context("fork")
    shares = [[f"{letter}{number}" for number in range(5)] for letter in "ab"]
    processes = [context.Process(target=add, args=(output, share)) for share in shares]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    (named,) = tag(output=output).values()
    assert {name for share in shares for name in share} <= set(named["tags"])
