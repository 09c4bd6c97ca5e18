"""What stands where runs do: locks, links, names that are typed, packed files that grow."""

import errno
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from smc.errors import PlaceError, ResultsError, RunBusyError
from smc.report.runs import runs
from smc.results import RunStore, load_run, lock, packing
from smc.results.locate import locate
from smc.results.lock import exclusive
from smc.results.manifest import NAME
from smc.selection.runs import missing_runs, read_runs

RUN, OTHER = "00000000000000aa", "00000000000000bb"


def make(output, run_id=RUN):
    with RunStore(output, min_free_mb=0).claim(run_id) as claim:
        claim.save_record({"symbol": "A"})
        (claim.staging / "model").mkdir()
        (claim.staging / "model" / "weights.bin").write_bytes(b"w" * 3000)
        return claim.commit()


def test_a_lock_is_not_taken_through_a_link(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / RUN).symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"), exclusive(tmp_path / RUN):
        pass
    assert victim.read_text() == "precious"


def test_a_link_in_place_of_a_lock_is_said_and_nothing_is_written(tmp_path):
    folder = make(tmp_path / "out")
    shutil.rmtree(folder)
    victim = tmp_path / "victim"
    victim.write_text("precious")
    lock = tmp_path / "out" / "locks" / RUN
    lock.unlink()
    lock.symlink_to(victim)
    with pytest.raises(ResultsError, match="cannot write under"):
        make(tmp_path / "out")
    assert victim.read_text() == "precious"
    assert RunStore(tmp_path / "out").state(RUN) == "absent"


def test_a_lock_whose_file_was_replaced_meanwhile_is_taken_where_the_new_one_stands(tmp_path, monkeypatch):
    """As if somebody removed the file between its being opened and locked."""
    path, take, n_calls = tmp_path / RUN, lock._take, []

    def removed(descriptor):
        if not n_calls:
            path.unlink()
        n_calls.append(1)
        return take(descriptor)

    monkeypatch.setattr(lock, "_take", removed)
    with exclusive(path):
        assert len(n_calls) == 2
        with pytest.raises(RunBusyError), exclusive(path):
            pass


def test_a_second_writer_deletes_nothing_of_one_that_lives(tmp_path):
    """Its lock's file was removed, so that another process gets in: it must leave its staging alone."""
    store = RunStore(tmp_path, min_free_mb=0)
    with store.claim(RUN) as claim:
        claim.save_record({"symbol": "A"})
        (tmp_path / "locks" / RUN).unlink()
        script = (
            "from smc.results import RunStore\n"
            f"with RunStore({str(tmp_path)!r}, min_free_mb=0).claim({RUN!r}) as claim:\n"
            "    claim.save_record({'symbol': 'B'}); claim.commit()\n"
        )
        subprocess.run([sys.executable, "-c", script], check=True)
        assert (claim.staging / "run.json").is_file()
        with pytest.raises(RunBusyError, match="its lock had been removed"):
            claim.commit()
        claim.committed = True
    assert load_run(store.folder(RUN)).record["symbol"] == "B"


@pytest.mark.parametrize("name", ["..", ".", "../runs", "/", "runs", "a/b", "../out", "status"])
def test_a_name_that_is_no_run_has_nobody_delete_anything(tmp_path, monkeypatch, name):
    folder = make(tmp_path / "out")
    monkeypatch.chdir(folder.parent)
    with pytest.raises(ResultsError) as raised:
        locate(name, tmp_path / "out")
    assert "delete" not in str(raised.value)


def test_a_name_that_a_shell_completed_is_the_run(tmp_path):
    folder = make(tmp_path / "out")
    assert locate(f"{RUN}/", tmp_path / "out") == folder
    assert locate(f"{RUN[:14]}/", tmp_path / "out") == folder


def test_a_packed_file_that_grows_without_end_is_refused(tmp_path, monkeypatch):
    (tmp_path / "zeros.bin.gz").write_bytes(gzip.compress(bytes(5_000_000)))
    monkeypatch.setattr(packing, "MOST_UNPACKED", 3_000_000)
    with (
        pytest.raises(ResultsError, match="larger than 3,000,000 bytes"),
        packing.unpacked(tmp_path, ["zeros.bin.gz"], ["zeros.bin.gz"]),
    ):
        pass


def test_a_packed_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "a.bin.gz").write_bytes(b"no gzip")
    with (
        pytest.raises(ResultsError, match="no gzip file"),
        packing.unpacked(tmp_path, ["a.bin.gz"], ["a.bin.gz"]),
    ):
        pass


def test_a_table_that_says_it_is_endless_is_not_read(tmp_path, monkeypatch):
    import pandas as pd

    from smc.results import table_file

    pd.DataFrame({"a": [0.0] * 100}).to_parquet(tmp_path / "a.parquet")
    monkeypatch.setattr(table_file, "MOST_CELLS", 99)
    with pytest.raises(ValueError, match="more than 99 cells"):
        table_file.read_table(tmp_path / "a.parquet")


def test_a_status_is_not_written_through_a_link(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "out" / "status").mkdir(parents=True)
    (tmp_path / "out" / "status" / f"{RUN}.json").symlink_to(victim)
    make(tmp_path / "out")
    assert victim.read_text() == "precious"
    assert os.path.islink(tmp_path / "out" / "status" / f"{RUN}.json") is False


def test_a_copy_of_a_run_under_another_name_is_read(tmp_path):
    folder = make(tmp_path / "out")
    shutil.copytree(folder, folder.with_name(OTHER))
    assert load_run(folder.with_name(OTHER)).run_id == RUN
    assert (folder.with_name(OTHER) / NAME).is_file()


def with_list(folder, **entries):
    """Write entries of one's own into the list of files."""
    said = json.loads((folder / NAME).read_bytes())
    (folder / NAME).write_text(json.dumps({**said, **entries}))
    return said


@pytest.mark.parametrize(
    "name", ["../../victim", "/etc/hostname", "", ".", "model/..", "a\\b", "a\0b", "\x1b[2J", "a//b"]
)
def test_a_list_of_files_leads_nowhere(tmp_path, name):
    folder = make(tmp_path)
    files = json.loads((folder / NAME).read_bytes())["files"]
    with_list(folder, files={**files, name: files["run.json"]})
    with pytest.raises(ResultsError, match="which is no file of the folder"):
        load_run(folder)


@pytest.mark.parametrize("packed", [["../x.gz"], ["/tmp/x.gz"], [1], {"run.json": 1}, None, [["run.json"]]])
def test_nothing_but_files_of_the_run_are_packed(tmp_path, packed):
    folder = make(tmp_path)
    with_list(folder, packed=packed)
    with pytest.raises(ResultsError, match="other files than its own"):
        load_run(folder)


@pytest.mark.parametrize("run_id", ["../runs/b", "/tmp/b", "", None, 3, "a" * 65, "a b", "a\n"])
def test_an_id_is_a_name_that_leads_nowhere(tmp_path, run_id):
    folder = make(tmp_path)
    with_list(folder, run_id=run_id)
    with pytest.raises(ResultsError, match="is no id"):
        load_run(folder)


def test_nothing_is_read_behind_a_link(tmp_path):
    folder = make(tmp_path / "out")
    (folder / "model").rename(tmp_path / "elsewhere")
    (folder / "model").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ResultsError, match="lies behind a link"):
        load_run(folder)


@pytest.mark.parametrize("name", ["run.json", NAME])
def test_a_pipe_is_not_waited_for(tmp_path, name):
    folder = make(tmp_path)
    (folder / name).unlink()
    os.mkfifo(folder / name)
    signal.alarm(60)
    try:
        with pytest.raises(ResultsError, match="no plain file"):
            load_run(folder)
    finally:
        signal.alarm(0)


def test_folders_that_are_no_runs_are_not_listed(tmp_path):
    make(tmp_path)
    for name in (".ipynb_checkpoints", "a b", "\x1b[2J"):
        (tmp_path / "runs" / name).mkdir()
        (tmp_path / "status" / f"{name}.json").write_text("{}")
    assert len(runs(tmp_path)) == 1


def test_a_list_of_odd_jobs_names_those_that_are_some(tmp_path):
    (tmp_path / "sweeps").mkdir()
    odd = [
        {"run_id": "../x"},
        {"run_id": [1]},
        {"run_id": OTHER, "symbol": {}},
        3,
        {"run_id": RUN, "symbol": "A"},
    ]
    (tmp_path / "sweeps" / "2020.json").write_text(json.dumps({"jobs": odd}))
    assert [run["run_id"] for run in missing_runs(tmp_path, [])] == [RUN]


@pytest.mark.parametrize("name", ["run.json", NAME, "model/weights.bin"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EMFILE])
def test_a_disk_that_does_not_give_a_file_leaves_no_run_out(tmp_path, monkeypatch, name, number):
    """A verdict on the runs that could be read would be another one a moment later."""
    folder = make(tmp_path)
    open_file = os.open

    def failing(path, *arguments, **named):
        if Path(path) == folder / name:
            raise OSError(number, os.strerror(number), str(path))
        return open_file(path, *arguments, **named)

    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(PlaceError, match=os.strerror(number)):
        load_run(folder)
    with pytest.raises(PlaceError, match=os.strerror(number)):
        read_runs(tmp_path)
