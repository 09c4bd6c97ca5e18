"""A saved model loaded and checked by its golden rows in a process of its own, which it may take down."""

import subprocess
import sys
from pathlib import Path

from smc.errors import ArtifactError

#: Seconds that it may take.
LIMIT = 300.0
CODE = "import sys; from smc.prediction.golden_check import check; check(sys.argv[1])"


def check(folder: str | Path) -> None:
    """Load what a folder holds as a run, or as a saved model alone, so that its golden rows are asked.

    Raises
    ------
    SmcError
        It is gone, damaged, or answers otherwise than it did.
    """
    from smc import artifact
    from smc.results import load_run
    from smc.results.manifest import NAME

    if (Path(folder) / NAME).is_file() or not (Path(folder) / "model.json").is_file():
        load_run(folder).model()
    else:
        artifact.load(folder)


def check_in_child(folder: str | Path) -> None:
    """Do what `check` does where nothing is lost if a damaged file ends the process.

    Raises
    ------
    ArtifactError
        The model cannot be loaded there; the message is that process's last line.
    """
    command = [sys.executable, "-c", CODE, str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise ArtifactError(f"{folder} could not be checked within {LIMIT:.0f} s") from error
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"its process ended with {done.returncode}"]
        raise ArtifactError(f"{folder} cannot be loaded: {said[-1].partition(': ')[2] or said[-1]}")
