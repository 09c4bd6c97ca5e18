"""The laws of trackers."""

import os
from collections.abc import Iterator
from pathlib import Path

from smc.blame import place_of
from smc.interfaces import FinishedRun, RunTracker
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh


def report_faults(fresh: Fresh[RunTracker], run: FinishedRun) -> Iterator[Fault]:
    """Report a finished run, twice if it is told twice, and leave its folder as it is."""
    before = _contents(run.path)
    with fresh() as tracker:
        tracker.log(run)
        tracker.log(run)
        if _contents(run.path) != before:
            yield Fault("the run's folder", place_of(tracker, "log"), "it writes there: report elsewhere")


def _contents(folder: Path) -> dict[str, bytes]:
    paths = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}
