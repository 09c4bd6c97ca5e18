"""Compiled code on disk: renewed when any source changes, shared by processes, and done without if need be."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import njit
from numba.core import caching

import smc
from smc.jit import cached
from smc.structure import indicators
from smc.structure.columns import ROW
from smc.structure.state import empty_state

RUN = """
import numpy as np, pandas as pd
from smc import structure
index = pd.date_range("2024-01-01", periods=60, freq="1h", tz="UTC")
bars = pd.DataFrame(np.linspace(1, 2, 300).reshape(60, 5), index, ["open", "low", "close", "high", "volume"])
print(structure.compute(bars)["tbm_risk_atr"].iloc[-1])
"""


def run(folder):
    command = [sys.executable, "-c", RUN]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout)


@pytest.mark.slow
def test_a_change_in_a_called_function_renews_the_compiled_loop(tmp_path):
    shutil.copytree(Path(smc.__file__).parent, tmp_path / "smc", ignore=shutil.ignore_patterns("__pycache__"))
    assert run(tmp_path) == 1.5
    files = {path.name for path in (tmp_path / "smc" / "structure" / "__pycache__").glob("kernel*.nbc")}
    assert files
    assert run(tmp_path) == 1.5
    barriers = tmp_path / "smc" / "structure" / "barriers.py"
    barriers.write_text(barriers.read_text().replace("DEFAULT_RISK = 1.5", "DEFAULT_RISK = 1.25"))
    assert run(tmp_path) == 1.25


def refuse(locator):
    raise OSError("read-only file system")


def test_a_read_only_install_is_cached_for_the_user(monkeypatch, tmp_path):
    monkeypatch.setattr(caching.InTreeCacheLocator, "ensure_cache_path", refuse)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cached(double)(4) == 8
    assert list(tmp_path.rglob("*double*.nbc"))


def test_without_any_folder_to_write_it_still_compiles(monkeypatch):
    for locator in (caching.InTreeCacheLocator, caching.UserWideCacheLocator):
        monkeypatch.setattr(locator, "ensure_cache_path", refuse)
    assert cached(double)(4) == 8


def test_no_function_is_compiled_anew_for_each_period():
    """Numba compiles a function that is given whole numbers as constants once for each of them."""
    (core, _), row = empty_state(5, 500, 0.1, 0.25), np.zeros(1, ROW)
    advance_trend(core[0], row[0])
    assert len(indicators.ema.signatures) == 1


@njit
def advance_trend(core, row):
    indicators.update_trend(core, 1.0, 1.0, row)


def double(x):
    return 2 * x
