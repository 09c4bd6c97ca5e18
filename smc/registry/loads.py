"""Whether a saved model loads and answers as it did, asked of a process of its own: a parser may end it."""

import subprocess
import sys
from pathlib import Path

from smc.cli import exits
from smc.errors import ArtifactError
from smc.results import load_run
from smc.results.version import RECORD, load_version

#: Seconds that it may take.
PATIENCE = 300


def check_loads(folder: Path) -> None:
    """Load the model of a run or of a version in a child process: hashes first, then its golden rows.

    Raises
    ------
    ArtifactError
        It does not load, gives other answers than it did, or ends the process that tries.
    """
    command = [sys.executable, "-m", "smc.registry.loads", str(folder)]
    try:
        done = subprocess.run(  # noqa: S603 - this Python, and a folder that is an argument of its own
            command, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ArtifactError(f"{folder}: its model did not load within {PATIENCE} seconds") from error
    if done.returncode < 0:
        signal = -done.returncode
        raise ArtifactError(f"{folder}: its model ended the process that loaded it (signal {signal})")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ArtifactError(f"{folder}: its model does not load: {lines[-1].removeprefix('error: ')}")


def main(folder: Path) -> None:
    """Load what is saved in a folder, and end as a command does."""
    with exits():
        if (folder / RECORD).is_file():
            version = load_version(folder)
            version.model()
            version.baseline()
        else:
            load_run(folder).model()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
