"""Rows on the disk."""

from pathlib import Path

from smc.selftest import Scenario
from smc.selftest.store import Store

SCENARIO = Scenario(300, 0.75)


def test_rows_come_back_by_seed(tmp_path: Path) -> None:
    store = Store(tmp_path / "new" / "folder")
    for seed in (3, 1):
        store.append(SCENARIO, {"seed": seed, "value": 0.5})
    assert store.read(SCENARIO) == {3: {"seed": 3, "value": 0.5}, 1: {"seed": 1, "value": 0.5}}
    assert store.read(Scenario(300, 0.0)) == {}


def test_a_torn_row_is_left_out_and_spoils_no_other(tmp_path: Path) -> None:
    store, path = Store(tmp_path), tmp_path / "300_075.jsonl"
    store.append(SCENARIO, {"seed": 0})
    path.write_bytes(path.read_bytes() + b'{"seed": 1, "val')
    assert set(store.read(SCENARIO)) == {0}
    store.append(SCENARIO, {"seed": 2})
    store.append(SCENARIO, {"seed": 1})
    assert set(store.read(SCENARIO)) == {0, 1, 2}


def test_writers_have_files_of_their_own(tmp_path: Path) -> None:
    Store(tmp_path, ".0").append(SCENARIO, {"seed": 0})
    assert Store(tmp_path, ".1").read(SCENARIO) == {}
    assert (tmp_path / "300_075.0.jsonl").is_file()
