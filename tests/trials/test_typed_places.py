"""Where people type that the ledger is: a path, a URL, or neither, which is said in a sentence."""

import os
import shutil
import subprocess
import sys

import pytest

from smc import api
from smc.errors import ConfigError, DiskFullError, PlaceError
from smc.trials import Ledger
from tests.trials.runs_to_count import bars_of, registration

FAST = (
    "data=simulated",
    "data.n_bars=1500",
    "symbol=S01",
    "features=daily",
    "events.last=150",
    "model=logistic",
)


def used(ledger):
    ledger.start(registration(), bars_of())
    ledger.close()


@pytest.mark.parametrize("folder", ["a%20b", "what?", "number#1", "100%", "a b", "x?mode=ro&y"])
def test_the_name_of_a_folder_does_not_move_the_ledger(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("SMC_LEDGER", str(tmp_path / "a file" / "ledger.sqlite"))
    (tmp_path / "a file").write_text("")
    output = tmp_path / folder
    used(Ledger(output=str(output)))
    assert (output / "ledger.sqlite").is_file()
    assert sorted(os.listdir(tmp_path)) == sorted(["a file", folder])
    monkeypatch.setenv("SMC_LEDGER", str(output / "other.sqlite"))
    used(Ledger())
    assert (output / "other.sqlite").is_file()


@pytest.mark.parametrize(
    "typed", ["{}/l.sqlite", "sqlite:///{}/l.sqlite", "~/l.sqlite", "sqlite:///~/l.sqlite"]
)
def test_a_path_is_read_as_one_and_the_home_folder_is_found(typed, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for make in (Ledger, lambda place: (monkeypatch.setenv("SMC_LEDGER", place), Ledger())[1]):
        used(make(typed.format(tmp_path)))
        assert (tmp_path / "l.sqlite").is_file()
        assert not (tmp_path / "~").exists()
        for path in tmp_path.glob("l.sqlite*"):
            path.unlink()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "it is no file and no URL"),
        ("postgresql:/me:secret@host/smc", "it is no file and no URL"),
        ("postgres://me:secret@host/smc", "begins with postgresql://"),
        ("postgresql://me:secret@host:54x2/smc", "must be a path or an SQLAlchemy URL"),
        ("~nobody_of_that_name/l.sqlite", "there is no user nobody_of_that_name"),
        (".", "is a folder; name the file in it"),
    ],
)
def test_what_is_neither_is_a_mistake_in_a_sentence(typed, said):
    with pytest.raises(ConfigError, match=said) as caught:
        used(Ledger(typed))
    assert "secret" not in str(caught.value)
    with pytest.raises(ConfigError, match=said):
        api.train([*FAST, f"ledger.url='{typed}'"])


def test_a_server_that_is_away_is_a_fault_of_the_place():
    with pytest.raises(PlaceError, match="Connection refused"):
        used(Ledger("postgresql://me@127.0.0.1:1/smc"))


def test_a_server_that_is_away_ends_a_command_with_its_code_and_leaves_no_failure(tmp_path, monkeypatch):
    command = [sys.executable, "-m", "smc.train", *FAST, "ledger.url=postgresql://me@127.0.0.1:1/smc"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
    monkeypatch.chdir(tmp_path)
    api.train([*FAST, "ledger.url=l.sqlite"])
    assert (tmp_path / "l.sqlite").is_file()


def test_results_in_the_home_folder_are_there(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    run = api.train([*FAST, "paths.output='~/results'"])
    assert run.path.parent == tmp_path / "home" / "results" / "runs"
    assert not (tmp_path / "~").exists()
    with pytest.raises(ConfigError, match=r"paths\.output: .*there is no user nobody_of_that_name"):
        api.train([*FAST, "paths.output='~nobody_of_that_name/x'"])


def start_many(ledger):
    for number in range(50):
        ledger.start(registration(f"run-{number}"), bars_of())


def test_a_disk_that_is_full_beside_the_ledger_is_named(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], capture_output=True
    ).returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        ledger = Ledger(str(disk / "ledger.sqlite"))
        used(ledger)
        (disk / "others").write_bytes(b"0" * (shutil.disk_usage(disk).free - 4096))
        with pytest.raises(DiskFullError, match="the disk is full: free some room"):
            start_many(ledger)
        ledger.close()
        with pytest.raises(DiskFullError, match="the disk is full: free some room"):
            start_many(Ledger(str(disk / "ledger.sqlite")))
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_run_of_another_machine_is_left_to_it(tmp_path, monkeypatch):
    ledger = Ledger(str(tmp_path / "l.sqlite"))
    far = os.uname()
    with monkeypatch.context() as patched:
        patched.setattr(os, "uname", lambda: type(far)(("Linux", "far", "", "", "")))
        ledger.start(registration("far"), bars_of())
    ledger.start(registration("near"), bars_of())
    assert ledger.reap("outputs", lambda _: "absent") == 1
    assert ledger.trials().set_index("run_id").status.to_dict() == {"far": "started", "near": "killed"}
    assert ledger.reap("outputs", lambda _: "failed", lambda _: "far") == 1
    assert ledger.trials().set_index("run_id").status["far"] == "failed"
    assert ledger.verify() == []


@pytest.mark.parametrize("was", ["new", "old"])
def test_a_server_holds_what_a_configuration_allows(was, postgres):
    wide = registration("wide", symbols=("S" * 200,), seed=3_000_000_000, model="M" * 90, output="/o" * 900)
    if was == "old":
        used(Ledger(postgres.render_as_string(hide_password=False)))
        narrow(postgres)
    ledger = Ledger(postgres.render_as_string(hide_password=False))
    ledger.start(wide, bars_of())
    row = ledger.trials().set_index("run_id").loc["wide"]
    assert (row.seed, row.symbol, row.model) == (3_000_000_000, "S" * 200, "M" * 90)
    assert ledger.verify() == []
    ledger.close()


def narrow(url):
    """Make the columns what they were before."""
    from sqlalchemy import create_engine

    engine = create_engine(url.set(drivername="postgresql+pg8000"))
    with engine.begin() as connection:
        for table in ("runs", "columns", "openings"):
            connection.exec_driver_sql(f"ALTER TABLE {table} ALTER COLUMN symbol TYPE VARCHAR(64)")
        connection.exec_driver_sql("ALTER TABLE runs ALTER COLUMN model TYPE VARCHAR(64)")
        connection.exec_driver_sql("ALTER TABLE runs ALTER COLUMN output TYPE VARCHAR(1000)")
        connection.exec_driver_sql("ALTER TABLE runs ALTER COLUMN seed TYPE INTEGER")
    engine.dispose()
