"""The cache by content: equal to the bit, keyed by everything, shared, and never trusted blindly."""

import hashlib
import io
import json
import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from smc import structure
from smc.features import cache as cache_module
from smc.features.cache import FeatureCache, machine_key
from smc.features.feature_set import FeatureSet
from smc.features.momentum import Momentum
from smc.features.trend import Trend
from smc.structure import machine as machine_module


@pytest.fixture
def features():
    return FeatureSet({"momentum": Momentum(), "trend": Trend()})


@pytest.fixture
def cache(tmp_path):
    return FeatureCache(tmp_path / "cache" / "features")


@pytest.fixture
def no_machine(monkeypatch):
    """Fail whenever a machine computes."""

    def parts(self, bars):
        raise AssertionError("computed, not read")

    return lambda: monkeypatch.setattr(structure.Machine, "parts", parts)


def files(cache):
    return sorted(path for path in cache.folder.iterdir())


def test_first_and_second_time_equal_the_plain_computation(features, cache, bars, no_machine):
    expected = features.compute(bars)
    pd.testing.assert_frame_equal(cache.compute(features, bars), expected, check_exact=True)
    no_machine()
    pd.testing.assert_frame_equal(cache.compute(features, bars), expected, check_exact=True)


def test_other_families_read_the_same_rows(features, cache, bars, no_machine, own):
    cache.compute(features, bars)
    fewer = FeatureSet({"trend": Trend(slow=100), "drift": own.Drift()})
    expected = fewer.compute(bars)
    no_machine()
    pd.testing.assert_frame_equal(cache.compute(fewer, bars), expected, check_exact=True)


def test_families_of_ones_own_are_always_computed(cache, bars, odd_family):
    calls = []
    family = odd_family(lambda bars: calls.append(1) or np.zeros(len(bars)))
    for families in ({"mine": family}, {"mine": family, "trend": Trend()}):
        for _ in range(2):
            cache.compute(FeatureSet(families), bars)
    assert len(calls) == 4


def test_the_key_holds_everything_that_matters(features, bars, monkeypatch):
    rules, keys = features.rules, set()
    changed = bars.copy()
    changed.iloc[1234, 3] = np.nextafter(changed.iloc[1234, 3], np.inf)
    later = bars.set_index(bars.index + pd.Timedelta("1h"))
    for table in (bars, changed, later, bars[:-1]):
        keys.add(machine_key(table, rules))
    for rule in ({"swing_size": 6}, {"max_age": 501}, {"tz": "UTC"}, {"day_start": "00:00"}):
        keys.add(machine_key(bars, rules | rule))
    for name in ("code_version", "version"):
        with monkeypatch.context() as patch:
            patch.setattr(cache_module, name, lambda *parts: "other")
            keys.add(machine_key(bars, rules))
    assert len(keys) == 10
    assert machine_key(bars[bars.columns[::-1]].assign(extra=1), rules) == machine_key(bars, rules)


def flip(data, position):
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


@pytest.mark.parametrize("which", [".npy", ".json"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: flip(data, len(data) // 2),
        lambda data: flip(data, 3),
        lambda data: flip(data, len(data) - 3),
        lambda data: b"null",
        lambda data: b"\xff\xfe" + data,
    ],
)
def test_a_damaged_file_is_computed_again_and_replaced(features, cache, bars, which, damage):
    expected = cache.compute(features, bars)
    path = next(path for path in files(cache) if path.suffix == which)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    pd.testing.assert_frame_equal(cache.compute(features, bars), expected, check_exact=True)
    assert path.read_bytes() == whole


def test_half_a_pair_is_no_entry(features, cache, bars):
    expected = cache.compute(features, bars)
    for path in files(cache):
        path.unlink()
        pd.testing.assert_frame_equal(cache.compute(features, bars), expected, check_exact=True)
        assert len(files(cache)) == 2


def test_files_are_plain_numbers(features, cache, bars):
    cache.compute(features, bars)
    rows = np.load(next(path for path in files(cache) if path.suffix == ".npy"), allow_pickle=False)
    assert rows.dtype == np.float64
    assert rows.shape == (len(bars), len(structure.COLUMNS))


def test_the_file_is_what_numpy_writes_and_its_hash_that_of_every_byte(features, cache, bars):
    cache.compute(features, bars)
    note, rows = (
        next(path for path in files(cache) if path.suffix == suffix) for suffix in (".json", ".npy")
    )
    plain = io.BytesIO()
    np.save(plain, structure.Machine(**features.rules).run(bars), allow_pickle=False)
    assert rows.read_bytes() == plain.getvalue()
    assert json.loads(note.read_text())["sha256"] == hashlib.sha256(plain.getvalue()).hexdigest()


def test_a_table_of_the_right_hash_and_the_wrong_size_is_no_entry(features, cache, bars):
    """Nor is one with bytes behind it, whose note is of what precedes them."""
    expected = cache.compute(features, bars)
    note, rows = (
        next(path for path in files(cache) if path.suffix == suffix) for suffix in (".json", ".npy")
    )
    whole = rows.read_bytes()
    for table in (
        np.load(rows)[:-1],
        np.load(rows)[:, :-1],
        np.load(rows).astype(np.float32),
        np.load(rows).T,
    ):
        np.save(rows, table)
        digest = hashlib.sha256(rows.read_bytes()).hexdigest()
        note.write_text(json.dumps({"columns": list(structure.COLUMNS), "sha256": digest}))
        pd.testing.assert_frame_equal(cache.compute(features, bars), expected, check_exact=True)
        assert rows.read_bytes() == whole
    rows.write_bytes(whole + b"more")
    pd.testing.assert_frame_equal(cache.compute(features, bars), expected, check_exact=True)
    assert rows.read_bytes() == whole


def test_what_is_returned_is_what_was_hashed(features, cache, bars, monkeypatch):
    """The file is opened once, so that no other can take its place between its hash and its rows."""
    cache.compute(features, bars)
    opened, true_open = [], cache_module.open_regular
    monkeypatch.setattr(cache_module, "open_regular", lambda path: opened.append(path) or true_open(path))
    cache.compute(features, bars)
    assert [path.suffix for path in opened] == [".npy"]


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_disk_that_fills_up_on_the_way_costs_no_row(features, cache, bars, monkeypatch, after):
    expected = features.compute(bars)
    true_write = cache_module.write_rows

    def full(file, n_bars, parts):
        def written():
            for number, rows in enumerate(parts):
                if number == after:
                    raise OSError(28, "No space left on device")
                yield rows

        return true_write(file, n_bars, written())

    monkeypatch.setattr(machine_module, "PART_SIZE", len(bars) // 3)
    monkeypatch.setattr(cache_module, "write_rows", full)
    pd.testing.assert_frame_equal(cache.compute(features, bars), expected, check_exact=True)
    assert files(cache) == []


def test_a_failed_write_is_logged_and_leaves_nothing(features, cache, bars, monkeypatch, caplog):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache_module.os, "fsync", full)
    with caplog.at_level(logging.WARNING):
        rows = cache.compute(features, bars)
    assert rows.equals(features.compute(bars))
    assert "features are not cached: [Errno 28] No space left on device" in caplog.text
    assert files(cache) == []


def test_a_folder_that_cannot_be_made_is_logged(features, bars, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    assert FeatureCache(tmp_path / "file" / "cache").compute(features, bars).shape[0] == len(bars)
    assert "features are not cached" in caplog.text


READ = """
import sys
import pandas as pd
from smc.features.cache import FeatureCache
from smc.features.feature_set import FeatureSet
from smc.features.trend import Trend
from smc.fingerprint import bars_fingerprint
rows = FeatureCache(sys.argv[1]).compute(FeatureSet({"trend": Trend()}), pd.read_parquet(sys.argv[2]))
sys.stdout.write(bars_fingerprint(rows) + " " + str("numba" in sys.modules))
"""


def read(cache, path):
    command = [sys.executable, "-c", READ, str(cache.folder), str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def test_reading_imports_no_numba(cache, bars, tmp_path):
    bars.to_parquet(tmp_path / "bars.parquet")
    first, second = (read(cache, tmp_path / "bars.parquet") for _ in range(2))
    assert first[1] == "True"
    assert second == [first[0], "False"]


def test_eight_processes_share_a_folder(cache, bars, tmp_path):
    bars.to_parquet(tmp_path / "bars.parquet")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: read(cache, tmp_path / "bars.parquet")[0], range(8)))
    assert len(set(answers)) == 1
    assert len(files(cache)) == 2
