"""What smc.clean removes, and what it never does: a run, the ledger, what somebody holds, what lies outside."""

import contextlib
import fcntl
import os
import time
from pathlib import Path

import pytest

from smc.clean import clean, main
from smc.errors import ConfigError, ResultsError
from smc.results import RunStore
from smc.results.leftovers import KINDS, alone, entries
from smc.results.lock import exclusive, held_folder, unclaimed

DONE, CUT, DEAD, FAILED = "d" * 16, "c" * 16, "a" * 16, "f" * 16
KEY = "0" * 64
DAYS = 10 * 24 * 3600


def put(path: Path, data: bytes = b"x" * 5000, *, age: float = DAYS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (time.time() - age,) * 2)
    return path


@pytest.fixture
def output(tmp_path) -> Path:
    """Results of all kinds."""
    root = tmp_path / "outputs"
    store = RunStore(root, min_free_mb=0)
    with store.claim(DONE) as claim:
        put(claim.staging / "model" / "weights", age=0)
        claim.commit()
    with contextlib.suppress(KeyboardInterrupt), store.claim(CUT) as claim:
        put(claim.staging / "run.json", b"{}", age=0)
        claim.set_aside()
        raise KeyboardInterrupt
    with contextlib.suppress(KeyError), store.claim(FAILED):
        raise KeyError
    os.utime(root / "partial" / CUT, (time.time() - DAYS,) * 2)
    return root


def kept(root: Path) -> dict[str, Path]:
    """What is never removed."""
    return {
        name: put(root / name)
        for name in (
            *("ledger.sqlite", "manifest.json", f"bars/{KEY[:16]}.parquet", f"names/{DONE}.json"),
            *(f"cache/own_files/{KEY}.json", "cache/mine.npy", "cache/features/mine.npy", "cache/mine/x"),
            *("locks/mine", "staging/mine/x", f"staging/{DEAD}/x", "partial/mine/x", "sweeps/a.json"),
            *("sweeps/a/mine.txt", "reports/x/page.md", "runs/mine"),
        )
    }


def rubbish(root: Path) -> dict[str, list[Path]]:
    """What is, by kind."""
    caches = (f"features/{KEY}.npy", f"features/{KEY}.json", f"laws/{KEY}.json", "selection.jsonl")
    return {
        "caches": [put(root / "cache" / name) for name in caches],
        "staging": [
            put(root / "staging" / f"{DEAD}.{'0' * 12}" / "scratch" / "x").parents[1],
            put(root / "staging" / f"{DEAD}.status"),
        ],
        "half": [put(root / "bars" / f".x.parquet.{'0' * 12}"), put(root / "names" / f".x.json.{'0' * 12}")],
        "partial": [root / "partial" / CUT],
        "logs": [put(root / "sweeps/a/1.log"), put(root / "sweeps/parts-b/host-12/0.log")],
        "locks": [root / "locks" / run for run in (DONE, CUT, FAILED)],
    }


def test_nothing_goes_that_is_not_asked_for_and_all_that_is_said_goes(output):
    stays, goes = kept(output), rubbish(output)
    run = {path: path.read_bytes() for path in (output / "runs" / DONE).rglob("*") if path.is_file()}
    told = clean(output)
    assert {kind: {each.path for each in found} for kind, found in told.items()} == {
        kind: set(paths) for kind, paths in goes.items()
    }
    assert all(path.exists() for paths in goes.values() for path in paths)
    assert clean(output, remove=True) == told
    assert not any(path.exists() for paths in goes.values() for path in paths)
    assert all(path.exists() for path in stays.values())
    assert {path: path.read_bytes() for path in run} == run
    assert not any(clean(output, older_than=0, remove=True).values())
    assert (output / "sweeps/a").is_dir(), "it holds something else"
    assert not (output / "sweeps/parts-b/host-12").exists()
    store = RunStore(output)
    assert (store.state(DONE), store.state(FAILED), store.state(CUT)) == ("finished", "failed", "killed")


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_alone(output, kind):
    goes = rubbish(output)
    clean(output, [kind], remove=True)
    assert {name for name, paths in goes.items() if not all(path.exists() for path in paths)} == {kind}


def test_what_is_young_stays(output):
    goes = rubbish(output)
    for path in (*goes["partial"], *goes["logs"]):
        os.utime(path, (time.time() - 3600,) * 2)
    assert not {"partial", "logs"} & {kind for kind, found in clean(output).items() if found}
    assert {"partial", "logs"} <= {kind for kind, found in clean(output, older_than=0.01).items() if found}


def test_what_somebody_holds_stays(output):
    goes = rubbish(output)
    put(output / "cache/features" / f"{KEY}.lock")
    with contextlib.ExitStack() as held:
        lock = held.enter_context(open(output / "cache/features" / f"{KEY}.lock", "rb"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        for run in (DEAD, CUT, DONE):
            held.enter_context(exclusive(output / "locks" / run))
        held.enter_context(held_folder(output / "sweeps/a"))
        told = clean(output, older_than=0)
        removed = clean(output, older_than=0, remove=True)
    stay = [*goes["caches"][:2], *goes["staging"], *goes["partial"], goes["logs"][0], *goes["locks"][:2]]
    assert all(path.exists() for path in stay)
    gone = {each.path for found in removed.values() for each in found}
    assert goes["logs"][0] not in {each.path for each in told["logs"]}
    assert gone == {path for paths in goes.values() for path in paths} - set(stay)


def test_a_staging_folder_stays_whose_writer_lives_though_its_lock_was_removed(output):
    store = RunStore(output, min_free_mb=0)
    with store.claim(DEAD) as claim:
        put(claim.staging / "x")
        (output / "locks" / DEAD).unlink()
        clean(output, older_than=0, remove=True)
        assert (claim.staging / "x").exists()
        claim.commit()
    assert store.state(DEAD) == "finished"


def test_a_run_that_starts_while_its_partial_result_goes_is_not_told_to_wait(output):
    with unclaimed(output / "locks" / CUT) as free:
        assert free
        assert clean(output, remove=True)["partial"]
    assert not (output / "partial" / CUT).exists()


@pytest.mark.parametrize(
    "link",
    ["cache", "cache/features", "staging", "partial", "sweeps", "sweeps/a", "bars", "names", "cache/laws"],
)
def test_nothing_is_removed_behind_a_link(output, tmp_path, link):
    goes = [path for paths in rubbish(output).values() for path in paths]
    outside = tmp_path / "outside"
    (output / link).rename(outside)
    (output / link).symlink_to(outside)
    behind = sorted(outside.rglob("*"))
    clean(output, older_than=0, remove=True)
    assert sorted(outside.rglob("*")) == behind
    assert not all(path.exists() for path in goes), "the rest is removed"


def test_links_themselves_and_what_they_lead_to_stay(output, tmp_path):
    secret = put(tmp_path / "secret" / "x")
    links = (f"locks/{DEAD}", f"staging/{DEAD}.{'1' * 12}", f"partial/{DEAD}", f"cache/features/{KEY}.npy")
    for place in (*links, "sweeps/linked", "sweeps/linked2/1.log"):
        (output / place).parent.mkdir(parents=True, exist_ok=True)
        (output / place).symlink_to(secret.parent if "cache" not in place else secret)
    inside = put(output / "staging" / f"{DEAD}.{'2' * 12}" / "y")
    (inside.parent / "link").symlink_to(secret.parent)
    clean(output, older_than=0, remove=True)
    assert secret.exists()
    assert not inside.parent.exists()
    assert all((output / place).is_symlink() for place in links)


def test_a_folder_that_holds_no_results_is_left_alone(tmp_path):
    mine = put(tmp_path / "staging" / f"{DEAD}.{'0' * 12}" / "x")
    with pytest.raises(ResultsError, match=r"no results under .*: name the root of all results by --output"):
        clean(tmp_path, remove=True)
    assert mine.exists()
    assert entries(tmp_path, "cache/features") == []


def test_two_do_not_clean_at_once(output):
    with alone(output), pytest.raises(ResultsError, match="another process cleans"):
        clean(output, remove=True)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"kinds": ["cach"]}, r"cach: no kind of leftovers; did you mean caches\? \(kinds: caches, staging"),
        ({"kinds": ["runs"]}, "runs: no kind of leftovers"),
        ({"older_than": -1.0}, "--older-than must be a number of days, 0 or more, got -1"),
        ({"older_than": float("nan")}, "--older-than must be a number of days"),
    ],
)
def test_a_mistake_removes_nothing(output, asked, message):
    goes = rubbish(output)
    with pytest.raises(ConfigError, match=message):
        clean(output, **asked, remove=True)
    assert all(path.exists() for paths in goes.values() for path in paths)


def test_the_command_says_how_much_room_it_is_and_removes_with_yes_alone(output, capsys):
    put(output / "cache/features" / f"{KEY}.npy", b"x" * 3_000_000)
    main(["--output", str(output)])
    assert "MB can be freed: --yes removes it" in capsys.readouterr().out
    main(["--yes", "caches", "--output", str(output)])
    assert "3.0 MB were freed" in capsys.readouterr().out
    main(["caches", f"paths.output={output}"])
    assert f"There is nothing to remove under {output}" in " ".join(capsys.readouterr().out.split())
