"""`python -m smc.diff`, from the outside."""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from smc.diff import compare
from smc.results import list_runs, load_run


def smc_diff(folder, *arguments):
    command = [sys.executable, "-m", "smc.diff", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def fold_test(one, other) -> float:
    """Nadeau and Bengio's test from the accuracies and sizes of the folds, by hand."""
    first, second = (np.array(run.record["history"]["cv_fold_accuracies"]) for run in (one, other))
    folds = json.loads((one.path / "splits.json").read_text())["plan"]["folds"]
    train, test = (
        [sum(last - first + 1 for first, last in fold[part]) for fold in folds] for part in ("train", "test")
    )
    change = first - second
    ratio = np.mean(np.divide(test, train))
    t = change.mean() / np.sqrt((1 / len(change) + ratio) * change.var(ddof=1))
    return float(2 * stats.t.sf(abs(t), len(change) - 1))


@pytest.fixture
def two_runs(smc_train, tmp_path):
    done = smc_train("-m", "model=logistic", "reg=strong,tiny", "events.last=300", "aug=light")
    assert done.returncode == 0, done.stderr
    one, other = list_runs(tmp_path / "outputs")
    return one.name, other.name


def test_two_runs_differ_by_what_was_set_and_their_seeds_give_the_noise(tmp_path, two_runs):
    plain = smc_diff(tmp_path, *two_runs)
    assert plain.returncode == 0, plain.stderr
    assert "Same data, same splits, same code." in plain.stdout
    keys = re.findall(r"^ ([\w.]+\.[\w.]+) ", plain.stdout, re.MULTILINE)
    assert keys == ["model.C"], "a profile is named by what it changes"
    assert "n/a" in plain.stdout

    first, second = (load_run(tmp_path / "outputs" / "runs" / name) for name in two_runs)
    said = dict(
        re.findall(
            r"^ (McNemar|Diebold-Mariano|corrected resampled t) .* ([\d.]+)$", plain.stdout, re.MULTILINE
        )
    )
    assert set(said) == {"McNemar", "Diebold-Mariano", "corrected resampled t"}
    assert float(said["corrected resampled t"]) == pytest.approx(fold_test(first, second), abs=6e-4)

    del first.config["calibrate"]
    runs, configuration, *_ = compare(first, second, output=str(tmp_path / "outputs"))
    assert "A: Made before smc had `calibrate`: composed with its default, none." in runs.points
    assert [row[0] for row in configuration.tables[0].rows] == ["model.C"]

    seeds = smc_diff(tmp_path, *two_runs, "--seeds", "3")
    assert seeds.returncode == 0, seeds.stderr
    assert len(list_runs(tmp_path / "outputs")) == 6, "seed 0 of both was there"
    assert "Seeds at hand: 3 and 3" in seeds.stdout
    assert re.search(r"within|beyond", seeds.stdout)

    other_root = shutil.copytree(
        tmp_path / "outputs" / "runs" / two_runs[1], tmp_path / "other" / "runs" / two_runs[1]
    )
    (tmp_path / "outputs" / "runs" / two_runs[1] / "run.json").unlink()
    moved = smc_diff(tmp_path, f"outputs/runs/{two_runs[0]}", str(other_root), "--output", "other")
    assert moved.returncode == 0, moved.stderr
    assert "Seeds at hand: 3 and 3" in moved.stdout, "those where the runs were made, but no damaged one"


def test_wrong_use_is_said_in_a_line(tmp_path):
    done = smc_diff(tmp_path, "a", "b", "--seeds", "2")
    assert (done.returncode, done.stderr) == (
        2,
        "error: --seeds must be 3 or more, got 2: two say nothing of a spread\n",
    )
    assert smc_diff(tmp_path, "a", "b").stderr.startswith("error: no run 'a' under outputs")
