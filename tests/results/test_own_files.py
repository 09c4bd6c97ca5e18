"""Files that code of one's own reads are part of what a run is, as the code itself is."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from smc import api
from smc.comparison.significance import repeats
from smc.reproduce import reproduce
from smc.results import identify, keep_own_files, opened_files
from smc.results.own_files import digest_of
from smc.selection import candidates

READERS = {
    "open": "use(PATH)",
    "bytes": "use(PATH, 'rb')",
    "a path": "pathlib.Path(PATH).read_text()",
    "a descriptor": "os.close(os.open(PATH, os.O_RDONLY))",
    "pandas": "pandas.read_csv(PATH)",
    "NumPy": "numpy.loadtxt(PATH, delimiter=',')",
    "a database": "sqlite3.connect(PATH).close()",
    "a database by its address": "sqlite3.connect('file:' + PATH + '?mode=ro', uri=True).close()",
    "for update": "use(PATH, 'r+')",
    "a descriptor for update": "os.close(os.open(PATH, os.O_RDWR | os.O_CREAT))",
    "NumPy, mapped to memory": "numpy.memmap(PATH)",  # "r+" unless told
    "for update, and appended to": "use(PATH, 'a+')",
    "a relative path": "use(os.path.relpath(PATH))",
    "a link": "(os.path.exists(PATH + '.link') or os.symlink(PATH, PATH + '.link'), use(PATH + '.link'))",
    "a function of another module": "own_helper.read(PATH)",
}
IMPORTS = """
import os, pathlib, sqlite3, pandas, numpy, own_helper

def use(path, mode="r"):
    with open(path, mode) as file:
        file.read() if mode[0] == "r" else file.write("x")
"""
HELPER = """
import subprocess, os

def read(path):
    open(path).close()

def make_and_remove(path):  # as a pool of processes does with what it shares
    subprocess.run(["cp", __file__, path], check=True)
    read(path)
    os.remove(path)
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "own_reader")
    before = set(sys.modules)
    (tmp_path / "own_helper.py").write_text(HELPER)

    def write(text: str):
        (tmp_path / "own_reader.py").write_text(text)
        importlib.invalidate_caches()
        return importlib.import_module("own_reader")

    yield write
    for name in {"own_reader", "own_helper"} & (set(sys.modules) - before):
        del sys.modules[name]


def config(output: Path, target: str = "own_reader.Reader", **more):
    return {
        "features": {"_target_": target}, "labels": {}, "events": {}, "side": "long", "seed": 0,
        "paths": {"output": str(output)}, **more,
    }  # fmt: skip


def reader(work: str) -> str:
    return f"{IMPORTS}class Reader:\n    def compute(self, PATH):\n        {work}\n"


@pytest.mark.parametrize("how", READERS)
def test_a_file_that_is_read_anyhow_is_noted_with_its_content(write, tmp_path: Path, how: str) -> None:
    module, path = write(reader(READERS[how])), tmp_path / "prices.csv"
    path.write_text("" if how == "a database" else "1,2\n3,4\n")
    before = digest_of(str(path))
    with opened_files(config(tmp_path / "outputs")) as opened:
        module.Reader().compute(str(path))
    assert opened.files == {str(path): before}
    module.Reader().compute(str(path))  # outside the block


@pytest.mark.parametrize(
    "work",
    [
        "use(PATH), use(PATH, 'w')",
        "use(PATH, 'w'), use(PATH + '.new'), use(PATH, 'w')",
        "use(PATH, 'w'), use(PATH), use(PATH + '.new')",
        "use(PATH), use(PATH, 'a'), use(PATH)",
    ],
)
def test_what_is_written_over_once_it_was_read_was_an_input(write, tmp_path: Path, work: str) -> None:
    module, path = write(reader(work)), tmp_path / "prices.csv"
    path.write_text("1\n")
    Path(f"{path}.new").write_text("2\n")
    read = str(path) if work.startswith("use(PATH),") else f"{path}.new"
    before = digest_of(read)
    with opened_files(config(tmp_path / "outputs")) as opened:
        module.Reader().compute(str(path))
    assert opened.files == {read: before}


def test_what_a_run_appends_to_and_reads_is_an_input_too(write, tmp_path: Path) -> None:
    module, path = write(reader("use(PATH, 'a'), use(PATH)")), tmp_path / "prices.csv"
    path.write_text("1\n")
    with opened_files(config(tmp_path / "outputs")) as opened:
        module.Reader().compute(str(path))
    assert list(opened.files) == [str(path)]


@pytest.mark.parametrize(
    "work",
    [
        "use(os.__file__)",
        "use(pandas.__file__)",
        "use(__file__)",
        "use('/proc/self/status')",
        "use(os.devnull)",
        "use(PATH, 'w'), use(PATH)",
        "use(PATH, 'a')",
        "use(PATH, 'a'), use(PATH)",
        "use(PATH, 'x'), use(PATH, 'r+')",
        "sqlite3.connect(PATH).execute('create table x (y)').connection.close(), use(PATH, 'rb')",
        "sqlite3.connect(':memory:').close()",
        "use(PATH + '.new', 'w'), use(PATH + '.new'), os.remove(PATH + '.new')",
        "(os.makedirs('outputs', exist_ok=True), pathlib.Path('outputs/x').touch(), use('outputs/x'))",
        "own_helper.make_and_remove(PATH)",
        "os.listdir('.')",
        "__import__('zoneinfo').ZoneInfo('Europe/Paris')",
    ],
)
def test_what_is_no_input_of_ones_own_is_not_noted(write, tmp_path: Path, monkeypatch, work: str) -> None:
    monkeypatch.chdir(tmp_path)
    module, path = write(reader(work)), tmp_path / "prices.csv"
    with opened_files(config(tmp_path / "outputs")) as opened:
        module.Reader().compute(str(path))
    assert opened.files == {}


def test_each_source_that_opens_a_file_is_told(write, tmp_path: Path) -> None:
    module, path = write(reader("use(PATH), own_helper.read(PATH)")), tmp_path / "prices.csv"
    path.write_text("1\n")
    with opened_files(config(tmp_path / "outputs")) as opened:
        module.own_helper.read(str(path))
        module.Reader().compute(str(path))
    assert opened.openers == {str(path): {str(tmp_path / "own_helper.py"), str(tmp_path / "own_reader.py")}}


def test_what_others_open_and_runs_without_code_of_ones_own_cost_nothing(write, tmp_path: Path) -> None:
    write(reader("pass"))
    path = tmp_path / "prices.csv"
    path.write_text("1\n")
    with opened_files(config(tmp_path / "outputs")) as opened:
        path.read_text()
    assert opened.files == {}
    with opened_files(config(tmp_path, "smc.features.feature_set.FeatureSet")) as opened:
        path.read_text()
    assert not opened.sources


def test_the_hook_is_not_installed_before_it_is_needed() -> None:
    code = (
        "import sys; added = []; sys.addaudithook = added.append\n"
        "from smc.results import opened_files\n"
        "with opened_files({'model': {'_target_': 'smc.model.x.X'}, 'paths': {'output': '.'}}): pass\n"
        "assert not added"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_module_that_is_imported_by_a_name_made_up_is_a_file_that_is_read(write, tmp_path: Path) -> None:
    (tmp_path / "own_hidden.py").write_text("x = 1\n")
    module = write(reader("__import__('own_' + 'hidden')"))
    try:
        for _ in range(2):  # from its source, then as it was compiled
            sys.modules.pop("own_hidden", None)
            with opened_files(config(tmp_path / "outputs")) as opened:
                module.Reader().compute("")
            assert opened.files == {
                str(tmp_path / "own_hidden.py"): digest_of(str(tmp_path / "own_hidden.py"))
            }
    finally:
        sys.modules.pop("own_hidden", None)


def test_a_file_that_was_missing_counts_once_it_is_there(write, tmp_path: Path) -> None:
    module, path = (
        write(
            reader(
                "os.path.exists(PATH) or None\n        try:\n            open(PATH)\n        except OSError: pass"
            )
        ),
        tmp_path / "x",
    )
    asked = config(tmp_path / "outputs")
    before = identify(asked, data_hash="d")
    with opened_files(asked) as opened:
        module.Reader().compute(str(path))
    assert opened.files == {str(path): None}
    keep_own_files(tmp_path / "outputs", before.trial, opened.files)
    assert identify(asked, data_hash="d") == before
    path.write_text("1")
    assert identify(asked, data_hash="d") != before


def test_run_and_trial_follow_the_files_and_return_with_them(write, tmp_path: Path) -> None:
    write(reader("pass"))
    path, output = tmp_path / "prices.csv", tmp_path / "outputs"
    seeds = [config(output, seed=seed) for seed in (0, 1)]

    def names() -> list[tuple[str, str]]:
        answers = [identify(asked, data_hash="d") for asked in seeds]
        assert answers[0].trial == answers[1].trial
        return [(answer.run_id, answer.trial) for answer in answers]

    seen = {}
    for content in ("one", "two", "three"):
        path.write_text(content)
        seen[content] = names()
        keep_own_files(output, seen[content][0][1], {str(path): digest_of(str(path))})
        assert names() == seen[content]
    assert len({run for answers in seen.values() for run, _ in answers}) == 6
    assert len({trial for answers in seen.values() for _, trial in answers}) == 3
    for content in ("two", "one", "three"):
        path.write_text(content)
        assert names() == seen[content]


def test_a_file_that_a_later_link_of_the_chain_reads_counts_too(write, tmp_path: Path) -> None:
    write(reader("pass"))
    first, second, output = tmp_path / "a", tmp_path / "b", tmp_path / "outputs"
    asked = config(output)
    first.write_text("1")
    second.write_text("1")
    start = identify(asked, data_hash="d")
    keep_own_files(output, start.trial, {str(first): digest_of(str(first))})
    first.write_text("2")
    link = identify(asked, data_hash="d")
    keep_own_files(output, link.trial, {str(path): digest_of(str(path)) for path in (first, second)})
    assert identify(asked, data_hash="d") == link
    second.write_text("2")
    assert len({start.run_id, link.run_id, identify(asked, data_hash="d").run_id}) == 3


LABEL = """
import pandas as pd
from smc.labels.direction import Direction

class Drawn(Direction):
    def compute(self, bars, events, side):
        pd.read_csv("levels.csv")
        return super().compute(bars, events, side)
"""
FAST = (
    *(
        "data=simulated",
        "data.n_bars=1500",
        "symbol=S01",
        "features=daily",
        "events.last=150",
        "cv.n_splits=2",
    ),
    *("model=logistic", "reg=baseline", "aug=none", "monitor=none", "keep_bars=false", "labels=direction"),
    "labels._target_=own_reader.Drawn",
)


def test_a_run_is_another_one_once_a_file_that_its_label_reads_is_edited(
    write, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(LABEL)
    levels = tmp_path / "levels.csv"
    levels.write_text("level\n1\n")
    first = api.train(FAST)
    (file,) = json.loads((first.path / "run.json").read_text())["own_files"]
    assert file == {"path": str(levels), "sha256": digest_of(str(levels))}
    assert api.train(FAST).run_id == first.run_id
    levels.write_text("level\n2\n")
    second = api.train(FAST)
    assert second.run_id != first.run_id
    assert second.record["trial_hash"] != first.record["trial_hash"]
    assert second.record["seedless_hash"] == first.record["seedless_hash"]
    trials = {candidates._identity(run.run_id, run.record, "S01").trial for run in (first, second)}
    assert len(trials) == 2  # a selection never takes them for seeds of one
    assert [run.run_id for run in repeats(second, "outputs")] == [second.run_id]
    assert api.train([*FAST, "seed=1"]).record["trial_hash"] == second.record["trial_hash"]
    for path in (tmp_path / "outputs" / "cache").rglob("*.json"):
        os.remove(path)  # a cache may go: the run says itself what it read
    assert api.train(FAST).run_id == second.run_id
    levels.write_text("level\n1\n")
    assert api.train(FAST).run_id == first.run_id
    np.testing.assert_equal(second.record["history"], first.record["history"])
    since = reproduce(second, output="outputs").since
    assert since == [f"{levels}, which code of your own reads, is another file than it was."]
    levels.write_text("level\n2\n")
    write(f"{LABEL}\n# edited\n")
    assert reproduce(second, output="outputs").since == [
        "The code of your own classes is another than it was."
    ]
