"""How a sweep hears of a job on another node."""

from pathlib import Path
from typing import Protocol

from smc.config.job import Job
from smc.launcher.job_result import Crash, JobResult


class Board:
    """Keep what runs are doing until the sweep looks; an actor of Ray, which every node can reach."""

    def __init__(self) -> None:
        self._messages: list[tuple[int, str]] = []

    def tell(self, number: int, what: str) -> None:
        """Say what the job of a number is doing."""
        self._messages.append((number, what))

    def take(self) -> list[tuple[int, str]]:
        """Return what was said since the last time."""
        messages, self._messages = self._messages, []
        return messages


class RemoteMethod(Protocol):
    """A method of a Ray actor."""

    def remote(self, *arguments: object) -> object: ...


class BoardHandle(Protocol):
    """A `Board` in another process."""

    @property
    def tell(self) -> RemoteMethod: ...
    @property
    def take(self) -> RemoteMethod: ...


class Relay:
    """Stand in for the sweep on a node, for the one job that is carried out there.

    Parameters
    ----------
    log
        File that takes what the job's process prints.
    board
        Handle of the sweep's board.
    """

    def __init__(self, log: Path, board: BoardHandle) -> None:
        self._log, self._board = log, board
        self.results: dict[int, JobResult | Crash] = {}

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

    def ended(self, job: Job, result: JobResult) -> None:
        """Keep what the job said at its end."""
        self.results[job.number] = result

    def crashed(self, job: Job, crash: Crash) -> None:
        """Keep the cause of its death, which the sweep will record."""
        self.results[job.number] = crash
