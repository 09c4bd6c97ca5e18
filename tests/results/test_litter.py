"""What kills leave half written goes at a later run; what is damaged in a cache is computed anew."""

import fcntl
import itertools
import json
import os
import time

import pandas as pd
import pytest

from smc.errors import DataError
from smc.fingerprint import bars_fingerprint
from smc.results import KeptBars, RunStore, keep_bars, kept_laws
from smc.results.litter import FOLDERS, HALF, remove_litter
from smc.results.own_files import KEPT, _kept_files

DAYS = 2 * 24 * 3600
#: Calls of the file system by which a file is written.
CALLS = ("open", "close", "fsync", "replace", "mkdir", "unlink")


def put(path, *, age=DAYS, data=b"half"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_a_later_run_removes_half_files_and_free_locks(tmp_path):
    half = [put(tmp_path / folder / f".name.json.{'0a' * 6}") for folder in FOLDERS]
    half += [
        put(tmp_path / "cache/features" / f".key.npy.{'0a' * 16}"),
        put(tmp_path / "cache/features/key.lock"),
    ]
    kept = [
        put(tmp_path / "bars" / "00.parquet"),
        put(tmp_path / "bars" / ".keep"),
        put(tmp_path / "sweeps" / f".young.json.{'0a' * 6}", age=10),
        put(tmp_path / "locks" / "00000000000000bb"),
        put(tmp_path / "runs" / "x" / f".name.json.{'0a' * 6}"),
    ]
    with RunStore(tmp_path, min_free_mb=0).claim("00000000000000aa") as claim:
        claim.commit()
    assert not any(path.exists() for path in half)
    assert all(path.exists() for path in kept)


def test_a_lock_that_is_held_and_a_link_are_left_alone(tmp_path):
    lock, target = put(tmp_path / "cache/features/key.lock"), put(tmp_path / "elsewhere")
    link = tmp_path / "bars" / f".name.{'0a' * 6}"
    link.parent.mkdir()
    link.symlink_to(target)
    with lock.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert remove_litter(tmp_path, older_than=-1) == []
    assert target.exists()
    assert link.is_symlink()
    assert remove_litter(tmp_path, older_than=-1) == [lock]


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", b"{}", None])
def test_damaged_bars_are_written_anew(content, tmp_path, bars):
    path = keep_bars(tmp_path, bars)
    kept = KeptBars(str(tmp_path), {"X": bars_fingerprint(bars)})
    if content is None:
        bars.iloc[:-1].to_parquet(path)
    else:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"damaged: it holds other bars .* run again on the same data"):
        kept.load("X")
    assert keep_bars(tmp_path, bars) == path
    pd.testing.assert_frame_equal(kept.load("X"), bars, check_freq=False)


@pytest.mark.parametrize(
    "content",
    [
        *(b"[]", b"{", b'"x"', b"[" * 100_000, b'{"version": 1}'),
        b'{"why": "x", "passed": true, "version": "V"}',
        b'{"why": [1], "passed": false, "version": "V"}',
        b'{"why": ["leaks"], "passed": true, "version": "V"}',
    ],
)
def test_strange_laws_are_asked_anew(content, tmp_path):
    path = tmp_path / kept_laws.KEPT / "code.json"
    put(path, data=content.replace(b"V", kept_laws.laws_version().encode()))
    assert kept_laws.kept_laws(tmp_path, "code") is None
    kept_laws.keep_laws(tmp_path, "code", ["leaks"])
    assert kept_laws.kept_laws(tmp_path, "code")["why"] == ["leaks"]


def test_strange_lists_of_files_are_none(tmp_path):
    for value in ({"a": 1}, {"a": ["b"]}, ["a"], "a"):
        put(tmp_path / KEPT / "trial.json", data=json.dumps(value).encode())
        assert _kept_files(tmp_path, "trial") == {}
    put(tmp_path / KEPT / "trial.json", data=b'{"a": "0", "b": null}')
    assert _kept_files(tmp_path, "trial") == {"a": "0", "b": None}


def die_at(point, work):
    """Do some work in a child that dies at one of its calls of the file system; tell whether it got that far."""
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1] != 0
    calls = itertools.count()
    for name in CALLS:
        real = getattr(os, name)

        def call(*arguments, real=real, **keywords):
            if next(calls) == point:
                os._exit(9)
            return real(*arguments, **keywords)

        setattr(os, name, call)
    work()
    os._exit(0)


@pytest.mark.parametrize("damaged", [False, True])
def test_bars_that_are_killed_at_any_call_are_whole_or_mended_later(damaged, tmp_path, bars):
    kept = KeptBars("", {"X": bars_fingerprint(bars)})
    for point in itertools.count():
        kept.output = str(tmp_path / str(point))
        if damaged:
            keep_bars(kept.output, bars).write_bytes(b"damaged")
        died = die_at(point, lambda: keep_bars(kept.output, bars))
        if kept.has("X") and not damaged:
            pd.testing.assert_frame_equal(kept.load("X"), bars, check_freq=False)
        path = keep_bars(kept.output, bars)
        pd.testing.assert_frame_equal(kept.load("X"), bars, check_freq=False)
        remove_litter(tmp_path / str(point), older_than=-1)
        assert list(path.parent.iterdir()) == [path]
        if not died:
            break
    assert point > 3


def test_names_of_results_are_not_those_of_half_files():
    for name in (
        "report.md",
        ".gitignore",
        "0123456789ab",
        ".0123456789ab",
        "a.0123456789ab",
        ".a.0123456789aX",
    ):
        assert not HALF.fullmatch(name)
    assert HALF.fullmatch(".a.json.0123456789ab")


def test_a_list_of_a_sweep_that_cannot_be_read_is_said(tmp_path):
    from smc.selection.runs import missing_runs, unreadable_lists

    put(tmp_path / "sweeps" / "a.json", data=b'{"jobs": [{"job": 0, "run_id": "aa"}]}')
    for name, data in (("b.json", b"{"), ("c.json", b"[" * 100_000), ("d.json", b'{"jobs": 3}')):
        put(tmp_path / "sweeps" / name, data=data)
    assert [said["folder"] for said in unreadable_lists(tmp_path)] == [
        f"sweeps/{name}.json" for name in "bcd"
    ]
    assert [run["run_id"] for run in missing_runs(tmp_path, [])] == ["aa"]
