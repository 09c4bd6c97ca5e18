"""Claims, skips, failures and states of a run store."""

import errno
import json
import os
import subprocess

import pytest

from smc.errors import DataError, DiskFullError, ResultsError, RunBusyError
from smc.results import RunStore, durable, list_runs, load_run
from smc.results import claim as claim_module

RUN = "00000000000000aa"


@pytest.fixture(params=["out", "résultats du mois ∂/été 2024"])
def store(tmp_path, request):
    return RunStore(tmp_path / request.param, min_free_mb=0)


def write(store, **how):
    with store.claim(RUN, **how) as claim:
        if not claim.skip:
            claim.save_record({"symbol": "EURUSD"})
            claim.commit()
        return claim


def with_another_id(store):
    with store.claim("another") as claim:
        claim.commit()


def fail(store, error, **how):
    with pytest.raises(type(error)), store.claim(RUN, **how) as claim:  # noqa: PT012
        (claim.staging / "half.bin").write_bytes(b"x" * 1000)
        raise error


def test_a_run_is_seen_once_it_is_committed_and_not_before(store):
    with store.claim(RUN) as claim:
        claim.save_record({"symbol": "EURUSD"})
        assert (list_runs(store.output), store.state(RUN)) == ([], "started")
        assert claim.commit() == claim.folder == store.folder(RUN)
        assert store.state(RUN) == "finished"
    assert list_runs(store.output) == [store.folder(RUN)]
    assert list(store.staging.iterdir()) == []


def test_a_finished_run_is_skipped_and_not_touched(store):
    before = write(store).folder.stat().st_mtime_ns
    assert write(store).skip == "finished"
    assert write(store, retry="failed").skip == "finished"
    assert store.folder(RUN).stat().st_mtime_ns == before


def test_a_failed_run_is_run_again_only_when_asked_for(store):
    fail(store, DataError("row 3: high < low"))
    assert write(store).skip == "failed"
    assert store.state(RUN) == "failed"
    assert write(store, retry="failed").skip is None
    assert store.state(RUN) == "finished"


@pytest.mark.parametrize("error", [ResultsError("the ledger cannot be used"), DiskFullError("full")])
def test_what_failed_for_its_place_is_run_again_unasked(store, error):
    fail(store, error)
    assert store.state(RUN) == "failed"
    assert write(store).skip is None


def test_an_unknown_retry_is_refused(store):
    with pytest.raises(ValueError, match="`retry` must be one of none, failed, got 'all'"):
        write(store, retry="all")


@pytest.mark.parametrize(
    ("error", "reason", "message"),
    [
        (DataError("row 3: high < low\nand more"), "bad_data", "DataError: row 3: high < low"),
        (MemoryError(), "out_of_memory", "MemoryError: "),
        (OSError(errno.ENOSPC, "No space left"), "disk_full", "OSError: [Errno 28] No space left"),
        (
            ZeroDivisionError("x" * 900),
            "ZeroDivisionError",
            "fail (PLACE) raised ZeroDivisionError: " + "x" * 400,
        ),
    ],
)
def test_a_failure_is_recorded_with_reason_sentence_and_traceback(store, error, reason, message):
    fail(store, error)
    said = store.status(RUN)
    place = f"{said['culprit']['file']}, line {said['culprit']['line']}"
    message = message.replace("PLACE", place)
    assert (said["status"], said["reason"], said["message"]) == ("failed", reason, message)
    assert said["traceback"].startswith("Traceback")
    assert "in fail" in said["traceback"]
    assert said["started"] <= said["ended"]
    assert list(store.staging.iterdir()) == []
    assert list_runs(store.output) == []


@pytest.mark.parametrize(
    ("stop", "reason"), [(KeyboardInterrupt(), "interrupted"), (SystemExit(1), "SystemExit")]
)
def test_an_interrupted_run_is_killed_and_starts_afresh(store, stop, reason):
    fail(store, stop)
    assert (store.state(RUN), store.status(RUN)["reason"]) == ("killed", reason)
    assert list(store.staging.iterdir()) == []
    assert write(store).skip is None


def test_staging_is_removed_before_the_failure_is_recorded(store, monkeypatch):
    staged = []
    write_status = claim_module.write_status

    def watch(path, record, **where):
        staged.append((record["status"], [path for path in store.staging.iterdir() if path.is_dir()]))
        write_status(path, record, **where)

    monkeypatch.setattr(claim_module, "write_status", watch)
    fail(store, ValueError())
    assert staged == [("started", []), ("failed", [])]


def test_an_error_after_the_commit_leaves_the_run_finished(store):
    with pytest.raises(ValueError, match="report"), store.claim(RUN) as claim:  # noqa: PT012
        claim.save_record({})
        claim.commit()
        raise ValueError("report")
    assert store.state(RUN) == store.status(RUN)["status"] == "finished"


def test_a_block_that_forgets_to_commit_is_a_failure(store):
    with pytest.raises(ResultsError, match=r"without a commit: call `claim\.commit\(\)`"), store.claim(RUN):
        pass
    assert store.state(RUN) == "failed"


def test_a_run_that_is_being_written_is_busy_and_names_its_process(store):
    with store.claim(RUN) as claim:
        with (
            pytest.raises(RunBusyError, match=f"run {RUN} is being written by process {os.getpid()} on "),
            store.claim(RUN),
        ):
            pass
        assert store.state(RUN) == "started"
        claim.commit()
    assert store.state(RUN) == "finished"


def test_another_run_can_be_written_at_the_same_time(store):
    with store.claim(RUN) as one, store.claim("other") as other:
        other.save_record({})
        other.commit()
        assert one.staging.is_dir()
        one.commit()
    assert len(list_runs(store.output)) == 2


def test_a_claim_removes_what_dead_runs_left_and_spares_the_living(store):
    dead = [store.staging / name for name in ("dead.0123", f"{RUN}.4567")]
    with store.claim("living") as living:
        for folder in dead:
            (folder / "model").mkdir(parents=True)
        (store.staging / "dead.status").write_text("{}")
        write(store)
        assert [path.name for path in store.staging.iterdir()] == [living.staging.name]
        living.commit()


def test_a_deleted_run_is_absent_whatever_its_status_says(store):
    assert store.state(RUN) == "absent"
    for path in sorted(write(store).folder.rglob("*")):
        path.unlink()
    store.folder(RUN).rmdir()
    assert store.state(RUN) == "absent"
    assert write(store).skip is None


def test_a_status_that_was_lost_or_cut_is_written_again(store):
    write(store)
    for text in ("", '{"status": "sta', "[]", '{"status": "started"}'):
        (store.statuses / f"{RUN}.json").write_text(text)
        assert store.state(RUN) == "finished"
        assert write(store).skip == "finished"
        assert store.status(RUN)["status"] == "finished"


def test_a_damaged_run_is_never_skipped_in_silence(store):
    (write(store).folder / "run.json").write_text("{}")
    with pytest.raises(ResultsError, match=r"damaged: run\.json has another size"):
        write(store)


def test_temporary_files_are_no_part_of_the_run(store):
    with store.claim(RUN) as claim:
        (claim.scratch / "epoch1.ckpt").write_bytes(b"1")
        (claim.scratch / "epoch2.ckpt").write_bytes(b"2")
        claim.commit()
    assert [path.name for path in claim.folder.iterdir()] == ["MANIFEST.json"]


@pytest.mark.parametrize("run_id", ["../up", "", "a.b", "a/b"])
def test_a_run_id_is_no_path(store, run_id):
    with pytest.raises(ResultsError, match="a run id is made of at most 64 letters"), store.claim(run_id):
        pass


def test_every_file_is_on_the_disk_before_the_rename_and_the_manifest_is_last(store, monkeypatch):
    events = []
    fsync, rename = os.fsync, os.rename

    def name_of(descriptor):
        return os.readlink(f"/proc/self/fd/{descriptor}")

    monkeypatch.setattr(os, "fsync", lambda fd: (events.append(name_of(fd)), fsync(fd))[1])
    monkeypatch.setattr(os, "rename", lambda a, b: (events.append("RENAME"), rename(a, b))[1])
    with store.claim(RUN) as claim:
        (claim.staging / "model" / "deep").mkdir(parents=True)
        for name in ("run.json", "model/a.ubj", "model/deep/b.npy"):
            (claim.staging / name).write_text(name)
        events.clear()
        claim.commit()
    staging = str(claim.staging)
    names = [event.removeprefix(staging).lstrip("/") for event in events[: events.index("RENAME")]]
    assert sorted(names[:3]) == ["model/a.ubj", "model/deep/b.npy", "run.json"]
    assert sorted(names[3:]) == ["", "MANIFEST.json", "model", "model/deep"]
    assert events[events.index("RENAME") + 1] == str(store.runs)


def test_a_full_disk_leaves_no_partial_run_but_its_record(small_disk):
    store = RunStore(small_disk, min_free_mb=0)
    with pytest.raises(OSError, match="No space left"), store.claim(RUN) as claim:  # noqa: PT012
        (claim.staging / "model.ubj").write_bytes(b"0" * 5_000_000)
        claim.commit()
    assert store.status(RUN)["reason"] == "disk_full"
    assert "write_bytes" in store.status(RUN)["traceback"]
    assert (store.state(RUN), list_runs(small_disk), list(store.staging.iterdir())) == ("failed", [], [])
    assert write(store, retry="failed").skip is None


def test_a_disk_that_others_filled_still_takes_the_failure_record(small_disk):
    store = RunStore(small_disk, min_free_mb=0)
    with pytest.raises(OSError, match="No space left"), store.claim(RUN) as claim:  # noqa: PT012
        fill(small_disk / "others")
        claim.save_record({"symbol": "EURUSD"})
        claim.commit()
    said = store.status(RUN)
    assert (said["status"], said["reason"], said["traceback"]) == ("failed", "disk_full", None)
    assert list_runs(small_disk) == []
    with pytest.raises(DiskFullError, match=r"needs 0\.1 MB of free disk, 0\.0 MB are left"):
        write(RunStore(small_disk, min_free_mb=0.1), retry="failed")
    with pytest.raises(DiskFullError, match=r"the disk under .* is full: free some room"):
        with_another_id(store)
    (small_disk / "others").unlink()
    assert write(store, retry="failed").skip is None


def test_a_failure_that_cannot_be_recorded_is_said_with_the_error(store, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(ValueError, match="no fit") as raised, store.claim(RUN):  # noqa: PT012
        monkeypatch.setattr(claim_module, "write_status", refuse)
        raise ValueError("no fit")
    assert "could not be recorded" in raised.value.__notes__[0]
    assert store.state(RUN) == "killed"


def test_a_status_that_cannot_be_written_does_not_undo_a_commit(store, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with store.claim(RUN) as claim:
        monkeypatch.setattr(claim_module, "write_status", refuse)
        claim.commit()
    assert store.state(RUN) == "finished"


def test_too_little_room_is_said_before_a_run_starts(tmp_path):
    store = RunStore(tmp_path, min_free_mb=1e9)
    with pytest.raises(DiskFullError, match=r"needs 1e\+09 MB of free disk, [\d.]+ MB are left"):
        write(store)
    assert store.state(RUN) == "absent"
    with pytest.raises(ValueError, match="`min_free_mb` must not be negative, got -1"):
        RunStore(tmp_path, min_free_mb=-1)


def test_an_output_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match=r"cannot write under .*file/out: File exists .*`paths\.output=`"):
        write(RunStore(tmp_path / "file" / "out"))


def test_a_read_only_output_is_named(small_disk):
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(ResultsError, match=r"cannot write under .*small disk: Read-only file system"):
        write(RunStore(small_disk, min_free_mb=0))


def test_a_read_only_output_can_still_be_read(small_disk):
    store = RunStore(small_disk, min_free_mb=0)
    write(store)
    fail_id = "failed"
    with pytest.raises(ValueError, match="no"), store.claim(fail_id):
        raise ValueError("no")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert load_run(store.folder(RUN)).record["symbol"] == "EURUSD"
    assert (store.state(RUN), store.state(fail_id)) == ("finished", "failed")


def test_an_atomic_write_that_fails_leaves_the_old_content_alone(tmp_path, monkeypatch):
    path = tmp_path / "manifest.json"
    durable.write_atomic(path, b"old")
    durable.write_atomic(path, b"new")

    def refuse(*_):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="Invalid argument"):
        durable.write_atomic(path, b"newer")
    assert [(item.name, item.read_bytes()) for item in tmp_path.iterdir()] == [("manifest.json", b"new")]


def test_a_file_system_that_cannot_sync_folders_is_no_hindrance(store, monkeypatch):
    fsync = os.fsync

    def refuse(descriptor):
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    assert write(store).committed


def test_a_disk_that_cannot_sync_a_file_refuses_the_run(store, monkeypatch):
    def refuse(descriptor):
        if not os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"), store.claim(RUN) as claim:  # noqa: PT012
        claim.save_record({})
        monkeypatch.setattr(os, "fsync", refuse)
        claim.commit()
    assert list_runs(store.output) == []


def test_the_manifest_names_the_run(store):
    manifest = json.loads((write(store).folder / "MANIFEST.json").read_text())
    assert manifest["run_id"] == RUN
    assert set(manifest["files"]) == {"run.json"}


def fill(path):
    """Fill the disk to the last byte."""
    with pytest.raises(OSError, match="No space left"), open(path, "wb", buffering=0) as file:  # noqa: PT012
        while True:
            file.write(b"0" * 4096)
