"""`python -m smc.diff`, from the outside."""

import re
import subprocess
import sys

import pytest

from smc.results import list_runs


def smc_diff(folder, *arguments):
    command = [sys.executable, "-m", "smc.diff", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


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

    seeds = smc_diff(tmp_path, *two_runs, "--seeds", "3")
    assert seeds.returncode == 0, seeds.stderr
    assert len(list_runs(tmp_path / "outputs")) == 6, "seed 0 of both was there"
    assert "Seeds at hand: 3 and 3" in seeds.stdout
    assert re.search(r"within|beyond", seeds.stdout)


def test_wrong_use_is_said_in_a_line(tmp_path):
    done = smc_diff(tmp_path, "a", "b", "--seeds", "2")
    assert (done.returncode, done.stderr) == (
        2,
        "error: --seeds must be 3 or more, got 2: two say nothing of a spread\n",
    )
    assert smc_diff(tmp_path, "a", "b").stderr.startswith("error: no run 'a' under outputs")
