"""Fixtures of runs that die, and of small disks."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def crash_runs():
    """Call `crash_runs.py` with a mode, an output folder and numbers; returns its words."""

    def call(mode: str, output: Path, *numbers: int) -> list[str]:
        script = Path(__file__).parent / "crash_runs.py"
        command = [sys.executable, str(script), mode, str(output), *map(str, numbers)]
        # not a pipe: an orphan that outlives the script would hold it open
        said = output.with_name(f"{output.name}.said")
        with open(said, "w") as out:
            subprocess.run(command, check=True, stdout=out, timeout=300)
        return said.read_text().split()

    return call


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB; the test skips where none may be mounted."""
    disk = tmp_path / "small disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)
