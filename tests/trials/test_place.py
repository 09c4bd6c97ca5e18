"""The ledger is the user's; the output folder's serves where that one cannot be used, and says so."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from smc.errors import ResultsError
from smc.trials import Ledger
from tests.trials.runs_to_count import bars_of, registration


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The user's data directory, which is not there yet."""
    monkeypatch.delenv("SMC_LEDGER", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home" / "data"))
    return tmp_path / "home" / "data"


def used(ledger):
    ledger.start(registration(), bars_of())
    ledger.close()
    return ledger.place, ledger.fallback


def test_one_ledger_counts_the_runs_of_every_output_folder(home, tmp_path):
    assert used(Ledger(output=str(tmp_path / "a"))) == (f"sqlite:///{home}/smc/ledger.sqlite", None)
    assert used(Ledger(output=str(tmp_path / "b"))) == (f"sqlite:///{home}/smc/ledger.sqlite", None)
    assert not (tmp_path / "a").exists()


def test_the_variable_names_a_file_or_a_url_and_a_typed_url_wins(home, tmp_path, monkeypatch):
    named = f"sqlite:///{tmp_path}/named.sqlite"
    for value in (f"{tmp_path}/named.sqlite", named):
        monkeypatch.setenv("SMC_LEDGER", value)
        assert used(Ledger(output=str(tmp_path))) == (named, None)
    typed = f"sqlite:///{tmp_path}/typed.sqlite"
    assert used(Ledger(typed, output=str(tmp_path))) == (typed, None)
    monkeypatch.setenv("SMC_LEDGER", "relative.sqlite")
    monkeypatch.chdir(tmp_path)
    assert Ledger().place == f"sqlite:///{tmp_path}/relative.sqlite"
    assert not home.exists()


def assert_falls_back(tmp_path, reason):
    place, fallback = used(Ledger(output=str(tmp_path / "out")))
    assert place == f"sqlite:///{tmp_path}/out/ledger.sqlite"
    for part in (reason, "counts the trials of this folder alone", "SMC_LEDGER", "ledger.url="):
        assert part in fallback
    with pytest.raises(ResultsError, match=r"(?s)cannot be used: .*SMC_LEDGER"):
        used(Ledger())


def test_a_data_directory_that_cannot_be_made_gives_way(home, tmp_path):
    home.parent.mkdir()
    home.write_text("a file")
    assert_falls_back(tmp_path, "the ledger " + str(home / "smc" / "ledger.sqlite"))


@pytest.mark.parametrize("refusal", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_disk_that_refuses_locks_gives_way(home, tmp_path, monkeypatch, refusal):
    def refuse(*_):
        raise OSError(refusal, os.strerror(refusal))

    monkeypatch.setattr(fcntl, "lockf", refuse)
    assert_falls_back(tmp_path, os.strerror(refusal))


def test_a_file_that_may_not_be_written_gives_way(home, tmp_path, monkeypatch):
    used(Ledger())
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "ledger.sqlite")
    assert_falls_back(tmp_path, "Permission denied")


def test_a_full_disk_is_no_reason_to_count_elsewhere(home, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(fcntl, "lockf", full)
    assert Ledger(output=str(tmp_path)).place.startswith(f"sqlite:///{home}")


def test_a_typed_place_and_a_server_never_give_way(home, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="cannot be used"):
        used(Ledger(f"sqlite:///{tmp_path}/file/ledger.sqlite", output=str(tmp_path)))
    monkeypatch.setenv("SMC_LEDGER", "mssql+pymssql://host/db")
    with pytest.raises(ResultsError, match="No module named 'pymssql'"):
        used(Ledger(output=str(tmp_path)))
