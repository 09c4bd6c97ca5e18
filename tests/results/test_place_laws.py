"""What stands where runs do: locks, links, names that are typed, packed files that grow."""

import gzip
import os
import shutil
import subprocess
import sys

import pytest

from smc.errors import ResultsError, RunBusyError
from smc.results import RunStore, load_run, lock, packing
from smc.results.locate import locate
from smc.results.lock import exclusive
from smc.results.manifest import NAME

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
