"""Who is to answer for a symbol: what a registry, or whoever asks for one run, says at every bar."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from smc.results import load_run

#: Roles: what is traded, and how the role of what is only watched begins.
LIVE, SHADOW = "live", "shadow"


class Assignment(NamedTuple):
    """One model that is asked about a symbol.

    Attributes
    ----------
    version
        Its name; another name is another model.
    folder
        Where it lies.
    role
        What it is asked for: a row of decisions is one by symbol, bar, version and role.
    rung
        Share of its position that it may take.
    """

    version: str
    folder: Path
    role: str = "run"
    rung: float = 1.0

    @property
    def is_shadow(self) -> bool:
        """Whether it answers beside what is live, and is not traded."""
        return self.role.partition(" ")[0] == SHADOW


#: Asked at every bar, and each 250 ms between: what is live now, by symbol. Cheap, and never waits long.
Live: TypeAlias = Callable[[], Mapping[str, Sequence[Assignment]]]


def one_run(folder: str | Path, *, role: str = "run") -> Live:
    """Let one finished run answer for each of its symbols, for good."""
    run = load_run(folder)
    said = {symbol: (Assignment(run.run_id, run.path, role),) for symbol in run.record["bars"]}
    return lambda: said
