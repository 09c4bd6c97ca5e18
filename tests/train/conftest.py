"""Runs as a user starts them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def smc_train(tmp_path: Path) -> Command:
    """Start `python -m smc.train` in an empty folder of its own, and wait for it."""

    def run(*overrides: str, env: dict[str, str] | None = None, cwd: Path = tmp_path):
        return subprocess.run(
            [sys.executable, "-m", "smc.train", *overrides],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def only_run(tmp_path: Path) -> Callable[[], Path]:
    """Find the one finished run under the folder."""

    def find() -> Path:
        (found,) = (tmp_path / "outputs" / "runs").iterdir()
        return found

    return find
