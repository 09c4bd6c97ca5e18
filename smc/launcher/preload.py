"""What the fork server imports once, so that no run has to."""

import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from smc.config.job import Job

#: Imported by a run when they are needed, and by every run.
ALWAYS = ("sqlalchemy.dialects.sqlite", "skops.io", "smc.launcher.warm")
#: Packages whose import costs seconds, by the first part of what a job's classes name as their library.
LIBRARIES = {"torch": ("torch", "pytorch_lightning")}


def modules_of(jobs: Sequence[Job]) -> list[str]:
    """Name the modules that the jobs will import, as far as it can be told, each once."""
    targets = {target.rpartition(".")[0] for job in jobs for target in _targets(job.config)}
    return [*ALWAYS, *sorted(targets), *sorted({name for each in targets for name in _libraries(each)})]


def _targets(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "_target_" in node:
            yield node["_target_"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _targets(each)


def _libraries(module: str) -> Iterator[str]:
    """Name the libraries that the estimators of a module import when they are fitted."""
    for value in vars(sys.modules[module]).values() if module in sys.modules else ():
        library = getattr(value, "native_library", None)
        if isinstance(library, str) and find_spec(library):
            yield from LIBRARIES.get(library, (library,))
