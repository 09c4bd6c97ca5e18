"""The reference sweep as a command: multirun.sh, from the sweep to the manifest."""

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "multirun.sh"


def multirun(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(SCRIPT), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_it_ends_in_a_manifest_of_all_its_runs(tmp_path) -> None:
    done = multirun(tmp_path, "--output", "mine", "model=logistic", "reg=baseline", "cv=holdout", "aug=none")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 finished" in done.stderr
    manifest = json.loads((tmp_path / "mine" / "manifest.json").read_text())
    assert set(manifest["selections"]) == {"NASDAQ", "SP500"}
    assert not (tmp_path / "outputs" / "runs").exists()


def test_a_mistake_ends_it_before_the_first_run(tmp_path) -> None:
    done = multirun(tmp_path, "model=lgistic")
    assert done.returncode == 2
    assert "lgistic" in done.stderr
    assert not (tmp_path / "outputs" / "manifest.json").exists()


def test_usage_says_how_it_is_called(tmp_path) -> None:
    done = multirun(tmp_path, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: ./multirun.sh")
