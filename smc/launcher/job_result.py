"""How one job of a sweep ended."""

from dataclasses import dataclass
from typing import Literal, Self

Status = Literal["finished", "failed", "killed"]


@dataclass(frozen=True)
class End:
    """What a job says of its own end; plain, so that it can be sent from another process.

    Attributes
    ----------
    text
        One line for people; who shows it adds the job's name.
    reason
        Code of a failure, as its status record has it.
    is_new
        Whether anything was carried out: False if the run was finished, or had failed, before.
    """

    status: Status
    text: str
    run_id: str | None = None
    reason: str | None = None
    is_new: bool = True

    @classmethod
    def interrupted(cls, error: KeyboardInterrupt) -> Self:
        """Return the end of a job that Ctrl-C ended, with what it left behind.

        >>> End.interrupted(KeyboardInterrupt("what was done is in partial/3f")).text
        'interrupted: what was done is in partial/3f'
        """
        text = f"interrupted: {error}" if error.args else "interrupted"
        return cls("killed", text, reason="interrupted")


@dataclass(frozen=True)
class Death:
    """Why a job could not say how it ended.

    Attributes
    ----------
    status
        "failed": it would end so again, and runs again with ``retry=failed`` only. "killed": somebody ended
        it, and it starts afresh when the sweep is resumed.
    reason
        Code, for example "timed_out", "out_of_memory", "SIGSEGV".
    message
        One sentence.
    """

    status: Literal["failed", "killed"]
    reason: str
    message: str
