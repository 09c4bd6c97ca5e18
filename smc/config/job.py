"""One run that a command line asks for."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from smc.config.provenance import sources
from smc.typing import Config


@dataclass(frozen=True)
class Job:
    """One configuration of a command line, in plain containers: it can be sent to another process.

    Attributes
    ----------
    config
        Composed, resolved and checked.
    choices
        The option chosen for each group.
    overrides
        The command line's own part of it.
    folders
        The configuration search path.
    number
        Its place in the sweep, from 0; 0 for a single run.
    list_name
        Of the list of runs that it was registered with, once it was (`smc.trials.list_id`).
    name
        What people call it: by default its overrides, in a sweep those that not every job has.
    """

    config: Config
    choices: dict[str, Any]
    overrides: list[str]
    folders: list[Path]
    number: int = 0
    name: str = ""
    list_name: str | None = None

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", " ".join(self.overrides) or "default run")

    @cached_property
    def sources(self) -> dict[str, str]:
        """Where each value came from, by dotted path."""
        return sources(self.folders, self.choices, self.overrides)
