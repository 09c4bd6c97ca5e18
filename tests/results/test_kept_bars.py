"""Bars kept by content: once, whole, and only what their name says."""

import os

import pandas as pd
import pytest

from smc.errors import DataError
from smc.fingerprint import bars_fingerprint
from smc.results import KeptBars, keep_bars


def test_bars_come_back_as_they_were(tmp_path, bars):
    bars = bars.assign(volume=float("nan"))
    bars.attrs["account"] = {"gaps": 3}
    keep_bars(tmp_path, bars)
    found = KeptBars(str(tmp_path), {"X": bars_fingerprint(bars)}).load("X")
    pd.testing.assert_frame_equal(found, bars, check_freq=False)
    assert found.attrs["account"] == {"gaps": 3}


def test_bars_are_written_once(tmp_path, bars):
    path = keep_bars(tmp_path, bars)
    first = path.stat().st_mtime_ns
    assert keep_bars(tmp_path, bars.copy()) == path
    assert path.stat().st_mtime_ns == first
    keep_bars(tmp_path, bars.iloc[:-1])
    assert len(list(path.parent.iterdir())) == 2


def test_other_bars_under_the_name_are_refused(tmp_path, bars):
    path = keep_bars(tmp_path, bars)
    bars.iloc[:-1].to_parquet(path)
    with pytest.raises(DataError, match="damaged: it holds other bars"):
        KeptBars(str(tmp_path), {"X": bars_fingerprint(bars)}).load("X")


def test_bars_that_were_read_are_read_anew_once_the_file_is_another(tmp_path, bars):
    path, kept = keep_bars(tmp_path, bars), KeptBars(str(tmp_path), {"X": bars_fingerprint(bars)})
    found = kept.load("X")
    found.iloc[0, 0] = -1.0
    assert kept.load("X").equals(bars)
    stamps = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(stamps.st_atime_ns, stamps.st_mtime_ns))
    with pytest.raises(DataError, match="damaged"):
        kept.load("X")
    keep_bars(tmp_path, bars)
    assert kept.load("X").equals(bars)


def test_bars_that_are_not_kept_are_named(tmp_path):
    with pytest.raises(DataError, match=r"X: no bars at .*keep_bars=false"):
        KeptBars(str(tmp_path), {"X": "0" * 64}).load("X")
