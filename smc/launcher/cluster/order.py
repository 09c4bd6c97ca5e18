"""How a job is to be carried out, on whichever node."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from smc.fingerprint import code_version
from smc.results import installed_versions

#: What the names of variables begin with that a run reads.
OWN_VARIABLES = "SMC_"


@cache
def versions() -> dict[str, str]:
    """Return the versions of smc's sources and of the libraries that a run's id may depend on."""
    return {"smc": code_version(), **installed_versions()}


@dataclass(frozen=True)
class Order:
    """What a node must know beside the job itself.

    Attributes
    ----------
    log
        File that takes what the job's process prints.
    n_threads
        Threads of its libraries.
    max_minutes
        Its time limit, or None.
    folder
        Working folder of the sweep; relative paths start there.
    environment
        Variables of the sweep's process that a run reads.
    versions
        Of the sources and libraries that the run's id was made of.
    """

    log: Path
    n_threads: int
    max_minutes: float | None
    folder: str
    environment: dict[str, str]
    versions: dict[str, str]

    @classmethod
    def from_here(cls, log: Path, *, n_threads: int, max_minutes: float | None) -> "Order":
        """Give an order whose folder, variables and versions are those of this process."""
        own = {name: value for name, value in os.environ.items() if name.startswith(OWN_VARIABLES)}
        return cls(log, n_threads, max_minutes, os.getcwd(), own, versions())

    def enter(self) -> str | None:
        """Enter the folder, and say what keeps this node from giving the same results, if anything."""
        node = os.uname().nodename
        try:
            os.chdir(self.folder)
        except OSError as error:
            return f"{node} cannot enter {self.folder} ({error.strerror}): nodes must share the file system"
        here = versions()
        other = [name for name in sorted(here | self.versions) if here.get(name) != self.versions.get(name)]
        if other:
            return f"{node} has other versions of {', '.join(other)} than the sweep: install the same there"
        return None
