"""How a sweep hears of a job on another node."""

from pathlib import Path
from typing import Any

from smc.config.job import Job
from smc.launcher.job_result import Death, End


class Board:
    """Keep what runs are doing until the sweep looks; an actor of Ray, which every node can reach."""

    def __init__(self) -> None:
        self._said: list[tuple[int, str]] = []

    def tell(self, number: int, what: str) -> None:
        """Say what the job of a number is doing."""
        self._said.append((number, what))

    def take(self) -> list[tuple[int, str]]:
        """Return what was said since the last time."""
        said, self._said = self._said, []
        return said


class Relay:
    """Stand in for the sweep on a node, for the one job that is carried out there.

    Parameters
    ----------
    log
        File that takes what the job's process prints.
    board
        Handle of the sweep's board.
    """

    def __init__(self, log: Path, board: Any) -> None:
        self._log, self._board = log, board
        self.ends: dict[int, End | Death] = {}

    def log_of(self, _job: Job) -> Path:
        """Return the file that the sweep has chosen."""
        return self._log

    def may_start(self, _job: Job) -> bool:
        """Say yes: the sweep has looked already."""
        return True

    def started(self, _job: Job) -> None:
        """Say nothing: the sweep knows."""

    def stepped(self, job: Job, what: str) -> None:
        """Hand a step on."""
        self._board.tell.remote(job.number, what)

    def ended(self, job: Job, end: End) -> None:
        """Keep what the job said at its end."""
        self.ends[job.number] = end

    def died(self, job: Job, death: Death) -> None:
        """Keep the cause of its death, which the sweep will record."""
        self.ends[job.number] = death
