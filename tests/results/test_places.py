"""Faults of a disk, a file system or a limit are no failure of a run: waited out, else named, and tried again."""

import errno
import os
from pathlib import Path

import pytest

from smc.errors import DiskFullError, PlaceError, ResultsError
from smc.results import RunStore, durable, list_runs
from smc.results.durable import ended_by_place, named_errors, patiently, place_errors, write_atomic
from smc.train import main

FAST = (
    *("data=simulated", "data.n_bars=1500", "symbol=S01", "features=daily", "events.last=150"),
    *("cv.n_splits=2", "model=logistic", "reg=baseline", "aug=none", "monitor=none", "labels=direction"),
)
PLACE = ("EIO", "ESTALE", "EROFS", "EACCES", "EMFILE", "EDQUOT", "ENOSPC")


def fault(name):
    number = getattr(errno, name)
    return OSError(number, os.strerror(number), "where/it/is")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(durable, "PAUSES", (0.0, 0.0, 0.0))


@pytest.fixture
def smc_train(tmp_path, monkeypatch, capsys):
    """Type a command line in an empty folder; return its exit code and what was said."""
    monkeypatch.chdir(tmp_path)

    def type_in(*arguments):
        monkeypatch.setattr("sys.argv", ["smc.train", *arguments, *FAST])
        with pytest.raises(SystemExit) as caught:
            main()
        return caught.value.code, capsys.readouterr().err

    return type_in


#: Of no file, so that it is nobody's own code.
FAILING = """
def function(*arguments, **keywords):
    if when(*arguments):
        calls.append(arguments)
        if len(calls) <= times:
            raise error
    return real(*arguments, **keywords)
"""


def failing(monkeypatch, target, error, times=10**9, when=lambda *_: True):
    """Let a function fail some times, then work."""
    owner, name = target
    there = {"real": getattr(owner, name), "calls": [], "times": times, "error": error, "when": when}
    exec(FAILING, there)
    monkeypatch.setattr(owner, name, there["function"])
    return there["calls"]


@pytest.mark.parametrize("name", PLACE)
def test_a_fault_while_saving_is_of_the_place_and_the_same_command_tries_again(name, smc_train, monkeypatch):
    with monkeypatch.context() as patched:
        failing(patched, (Path, "write_text"), fault(name))
        code, said = smc_train()
    assert code == 3, said
    assert said.startswith("error: ")
    assert "Traceback" not in said
    if name == "ENOSPC":
        assert "the disk under outputs is full: free some room and run again" in said
    elif name == "EDQUOT":
        assert "the disk quota under outputs is used up" in said
    else:
        assert f"cannot write under outputs: {os.strerror(getattr(errno, name))} (where/it/is); " in said
    ((path, status),) = (
        (path, RunStore("outputs").status(path.stem)) for path in Path("outputs/status").iterdir()
    )
    assert status["reason"] == ("disk_full" if name in ("ENOSPC", "EDQUOT") else "bad_place")
    assert list(Path("outputs/staging").iterdir()) == []
    code, said = smc_train()
    assert code == 0, said
    assert [folder.name for folder in list_runs("outputs")] == [path.stem]


def test_a_fault_that_passes_is_waited_out(smc_train, monkeypatch):
    with monkeypatch.context() as patched:
        calls = failing(patched, (Path, "write_text"), fault("EIO"), times=2)
        code, said = smc_train()
    assert code == 0, said
    assert len(calls) >= 3


def test_a_sweep_ends_at_the_first_and_goes_on_later(smc_train, monkeypatch):
    with monkeypatch.context() as patched:
        failing(patched, (Path, "write_text"), fault("EROFS"), when=lambda path, *_: "staging" in path.parts)
        code, said = smc_train("-m", "seed=0,1,2")
    assert code == 3, said
    assert "0 of 3 finished, 1 failed, 2 not started" in said
    assert "error: cannot write under outputs: Read-only file system" in said
    code, said = smc_train("-m", "seed=0,1,2")
    assert code == 0, said


def test_an_output_that_cannot_be_written_is_named_by_every_command(tmp_path, monkeypatch, capsys):
    from smc import select

    failing(monkeypatch, (os, "listdir"), fault("EACCES"))
    failing(monkeypatch, (Path, "glob"), fault("EACCES"))
    monkeypatch.setattr("sys.argv", ["smc.select", f"paths.output={tmp_path}"])
    with pytest.raises(SystemExit) as caught:
        select.main()
    assert caught.value.code == 3
    assert "Permission denied (where/it/is); make it writable" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "n_calls"), [("EIO", 4), ("EMFILE", 4), ("EROFS", 1), ("ENOSPC", 1), ("EACCES", 1)]
)
def test_what_may_pass_is_tried_four_times_and_the_rest_once(name, n_calls):
    calls = []

    def write():
        calls.append(1)
        raise fault(name)

    with pytest.raises(OSError, match=os.strerror(getattr(errno, name))):
        patiently(write)
    assert len(calls) == n_calls


def test_a_file_whose_sync_failed_is_written_from_the_start(tmp_path, monkeypatch):
    synced = []

    def sync(path):
        synced.append(path.read_bytes())
        if len(synced) == 1:
            path.write_bytes(b"half")
            raise fault("EIO")

    monkeypatch.setattr(durable, "sync", sync)
    write_atomic(tmp_path / "file", b"whole")
    assert (tmp_path / "file").read_bytes() == b"whole"
    assert synced == [b"whole", b"whole"]
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("name", PLACE)
def test_a_fault_is_named_with_path_words_and_remedy(name):
    kind = DiskFullError if name in ("ENOSPC", "EDQUOT") else PlaceError
    with pytest.raises(kind, match=r"under out.*; |: free some room") as caught, named_errors("out"):
        raise fault(name)
    assert type(caught.value) is kind


def test_what_is_no_folder_is_a_mistake_and_no_fault():
    with pytest.raises(ResultsError, match="File exists") as caught, named_errors("out"):
        raise fault("EEXIST")
    assert not isinstance(caught.value, PlaceError)
    with pytest.raises(FileNotFoundError), place_errors("out"):
        raise fault("ENOENT")


OWN = """
import errno, os
from smc.labels.direction import Direction

class Label(Direction):
    number = errno.EACCES
    def compute(self, *_): raise OSError(self.number, os.strerror(self.number), "mine.csv")
"""


@pytest.mark.parametrize(("name", "exit_code"), [("EACCES", 1), ("EMFILE", 1), ("EIO", 3), ("ENOSPC", 3)])
def test_a_file_that_ones_own_code_may_not_open_is_its_own_failure(
    name, exit_code, smc_train, tmp_path, monkeypatch
):
    (tmp_path / "own_denied.py").write_text(OWN.replace("EACCES", name))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "own_denied")
    monkeypatch.delitem(__import__("sys").modules, "own_denied", raising=False)
    code, said = smc_train("labels._target_=own_denied.Label")
    assert code == exit_code, said
    assert ("Label.compute (own_denied.py, line 7) raised" in said) == (exit_code == 1)


def test_other_errors_are_not_of_the_place():
    assert not ended_by_place(ValueError("no"))
    assert not ended_by_place(fault("ENOENT"))
    assert ended_by_place(fault("ESTALE"))


def test_a_model_whose_saving_broke_off_is_saved_anew(smc_train, monkeypatch):
    with monkeypatch.context() as patched:
        is_last = lambda path, _: path.parts[-2:] == ("model", "model.json")  # noqa: E731
        calls = failing(patched, (Path, "write_bytes"), fault("EIO"), times=1, when=is_last)
        code, said = smc_train()
    assert code == 0, said
    assert len(calls) == 2
