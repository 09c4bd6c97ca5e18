"""README's commands do what README says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """List the lines of README's shell blocks that start smc: what installs it is left out of them."""
    lines = [line for kind, text in BLOCKS if kind == "bash" for line in text.splitlines()]
    started = [
        line[line.index("python -m smc.") :] if "venv" in line else line
        for line in lines
        if "-m smc." in line
    ]
    return list(dict.fromkeys(started))


def write_bars(path: Path, seed: int) -> None:
    """Write H4 bars of a random walk with naive stamps, as a terminal exports them."""
    steps = np.random.default_rng(seed).normal(0.0, 0.001, size=(3500, 8)).cumsum(axis=1)
    opens = np.exp(np.concatenate([[0.0], steps[:-1, -1].cumsum()]))
    walk = (opens[:, None] * np.exp(np.column_stack([np.zeros(3500), steps]))).round(5)
    columns = {"Open": walk[:, 0], "High": walk.max(axis=1), "Low": walk.min(axis=1), "Close": walk[:, -1]}
    stamps = pd.date_range("2019-01-07", periods=3500, freq="4h").strftime("%Y.%m.%d %H:%M")
    pd.DataFrame({"Time": stamps, **columns, "Volume": 100}).to_csv(path, index=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with bars, and with the files that README shows."""
    root = tmp_path_factory.mktemp("readme")
    (root / "bars").mkdir()
    for seed, symbol in enumerate(("EURUSD", "GBPUSD")):
        write_bars(root / "bars" / f"{symbol}_H4.csv", seed)
    (root / "my_conf" / "model").mkdir(parents=True)
    (model,) = (text for kind, text in BLOCKS if kind == "yaml" and "_target_" in text)
    (root / "my_conf" / "model" / "own_trees.yaml").write_text(model)
    (python,) = (text for kind, text in BLOCKS if kind == "python")
    (root / "my_models.py").write_text(python)
    made = start("python -m smc.train model=logistic events.last=300", root)  # what later commands look at
    assert made.returncode == 0, made.stderr
    return root


def start(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    line = command.replace("python -m", f"{sys.executable} -m")
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, "SMC_LEDGER": str(folder / "ledger.sqlite")},
    )


def test_the_commands_are_found() -> None:
    assert len(commands()) >= 8
    assert "python -m smc.train" in commands()


@pytest.mark.parametrize("command", [each for each in commands() if "S01" not in each])
def test_a_command_of_readme_runs(command: str, folder: Path) -> None:
    done = start(command, folder)
    assert done.returncode == 0, done.stderr


def test_the_mistakes_that_readme_shows_are_told_as_it_shows_them(folder: Path) -> None:
    (shown,) = (text for kind, text in BLOCKS if kind == "text" and "smc.train" in text)
    command, _, answer = shown.removeprefix("$ ").partition("\n")
    done = start(command, folder)
    assert done.returncode == 2
    assert done.stderr == answer


def test_the_story_ends_as_readme_shows(tmp_path: Path) -> None:
    (story,) = (command for command in commands() if "symbol=S01,S02" in command)
    (shown,) = (text for kind, text in BLOCKS if kind == "text" and "DEPLOY" in text)
    done = start(story, tmp_path)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout
    steps = [command for command in commands() if "S01" in command and command != story]
    assert len(steps) >= 3
    for step in steps:
        done = start(step, tmp_path)
        assert done.returncode == 0, done.stderr


def test_what_readme_says_of_the_default_run_is_what_it_says(tmp_path: Path) -> None:
    (shown,) = (text for kind, text in BLOCKS if kind == "text" and text.startswith("Result"))
    assert start("python -m smc.train", tmp_path).returncode == 0
    assert shown in start("python -m smc.show", tmp_path).stdout
