"""One figure of speed, what it should be, and clocks that a busy machine disturbs little."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A figure that `bench_speed.py` prints.

    Attributes
    ----------
    name
        What is measured.
    unit
        Of the figure and the goal.
    goal
        At most this much; where `more_is_better`, at least.
    measure
        Takes an empty folder, returns the figure.
    """

    name: str
    unit: str
    goal: float
    measure: Callable[[Path], float]
    more_is_better: bool = False

    def meets(self, figure: float) -> bool:
        """Say whether a figure reaches the goal."""
        return figure >= self.goal if self.more_is_better else figure <= self.goal


def cpu_seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """Return the median CPU seconds that some work takes in this process."""

    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return statistics.median(once() for _ in range(rounds))


def cpu_of_command(arguments: Sequence[str], folder: Path, rounds: int = 3) -> float:
    """Return the median CPU seconds of `python ARGUMENTS` and its children, begun in a folder."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *arguments], cwd=folder, env=os.environ, check=True, capture_output=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return statistics.median(once() for _ in range(rounds))
