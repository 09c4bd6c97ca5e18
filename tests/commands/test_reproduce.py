"""`python -m smc.reproduce`, from the outside: the same run, and each thing that may have changed since."""

import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from smc.data.index import Index
from smc.reproduce import _code_changes, _default_changes, reproduce
from smc.results import list_runs, load_run

FILES = ("data=files", "data.root=bars", "features=daily", "symbol=SP500", "events.last=200", "aug=light",
         "model.max_depth=3")  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with bars, and one finished run of them."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "bars").mkdir()
    Index().load("SP500").to_parquet(folder / "bars" / "SP500.parquet")
    command = [sys.executable, "-m", "smc.train", *FILES]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "mine")


@pytest.fixture
def run(folder):
    (path,) = list_runs(folder / "outputs")
    return load_run(path)


def smc_reproduce(folder, *arguments):
    command = [sys.executable, "-m", "smc.reproduce", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def test_a_run_comes_out_the_same_in_another_process_and_nothing_is_written(folder, run):
    before = sorted(folder.rglob("*"))
    done = smc_reproduce(folder, run.run_id[:6])
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Run {run.run_id}: identical" in done.stdout
    assert "Code, packages, default values and data are what they were." in done.stdout
    assert sorted(folder.rglob("*")) == before


def test_a_changed_price_is_named_and_the_run_rebuilt_from_the_bars_of_then(folder):
    path = folder / "bars" / "SP500.parquet"
    bars = pd.read_parquet(path)
    place, column = 2500, bars.columns.get_loc("close")
    bars.iloc[place, column] = np.nextafter(bars.iloc[place, column], 0)
    bars.to_parquet(path)
    done = smc_reproduce(folder)
    said = " ".join(done.stdout.split())
    assert f"SP500: 1 cell changed, the first at {bars.index[place]:%Y-%m-%d %H:%M} in `close`" in said
    assert "rebuilt from the bars kept under outputs" in said
    assert done.returncode == 0, done.stdout

    (kept,) = (folder / "outputs" / "bars").iterdir()
    kept.unlink()
    gone = smc_reproduce(folder)
    assert gone.returncode == 2
    assert "runs keep theirs unless keep_bars=false" in gone.stderr


def test_data_that_are_gone_do_not_stop_a_rebuild(folder):
    (folder / "bars" / "SP500.parquet").unlink()
    done = smc_reproduce(folder)
    assert "SP500 cannot be loaded today" in " ".join(done.stdout.split())
    assert done.returncode == 0, done.stdout


def test_a_changed_default_is_named_and_what_was_typed_is_none(run):
    run.config["cv"]["n_splits"] = 4
    assert list(_default_changes(run, run.config, None)) == ["cv.n_splits would be 8 today; rebuilt with 4."]


def test_a_run_made_before_a_group_existed_is_rebuilt_without_it(run, folder, monkeypatch):
    monkeypatch.chdir(folder)
    for later in ("calibrate", "feature_selection", "keep_bars"):
        del run.config[later]
        run.record["choices"].pop(later, None)
    found = reproduce(run)
    assert found.verdict == "identical"
    assert found.since == [
        "Made before smc had `feature_selection`: composed with its default, none.",
        "Made before smc had `calibrate`: composed with its default, none.",
        "Made before smc had `keep_bars`: composed with its default, True.",
    ]


def test_a_changed_package_version_and_code_are_named(run, monkeypatch):
    now = {**run.record["package_versions"], "numpy": "9.9"}
    del now["xgboost"]
    monkeypatch.setattr("smc.reproduce.package_versions", lambda config: now)
    monkeypatch.setattr("smc.reproduce.code_version", lambda: "0" * 16)
    code, *packages = _code_changes(run)
    assert code.endswith(f"{run.record['code_version']} then, {'0' * 16} now.")
    assert packages[0].endswith("then, 9.9 now.")
    assert packages[1].startswith("xgboost: ")
    assert packages[1].endswith("then, not installed now.")


def test_a_result_that_differs_ends_with_one(run, folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setattr("smc.model.xgboost.XGBoost.predict_proba", _of_another_model)
    found = reproduce(run)
    assert found.verdict == "different"
    (predictions,) = (each for each in found.findings if each.part == "predictions")
    assert predictions.detail.startswith("row 0, `")


def _of_another_model(self, X):
    return np.tile([0.25, 0.75], (len(X), 1))
