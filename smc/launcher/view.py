"""What people see of a sweep while it runs."""

import sys
import time
from collections import Counter
from typing import Any, Self

from smc.cli import say
from smc.config.job import Job
from smc.launcher.job_result import ENDS, JobResult
from smc.outside.escape import terminal


class View:
    """Show a sweep: on a terminal what runs and what is left to do, elsewhere a line at each job's end.

    Parameters
    ----------
    n_jobs
        Of the sweep.
    """

    def __init__(self, n_jobs: int) -> None:
        self.n_jobs, self.n_new, self.ends = n_jobs, 0, Counter[str]()
        self.began, self.running = time.monotonic(), {}
        self._live: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True), get_renderable=self._render, refresh_per_second=4)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def started(self, job: Job) -> None:
        """Show that a job runs."""
        self.running[job.number] = (job.name, time.monotonic(), "")

    def stepped(self, job: Job, what: str) -> None:
        """Show what it is doing."""
        name, began, _ = self.running[job.number]
        self.running[job.number] = (name, began, what)

    def ended(self, job: Job, result: JobResult) -> None:
        """Say how it ended."""
        self.running.pop(job.number, None)
        self.n_new += result.is_new
        self.ends[result.status] += 1
        line = f"[{self.ends.total()}/{self.n_jobs}] {job.name}: {result.text}"
        if self._live is None:
            say(line)
        else:
            self._live.console.print(terminal(line), markup=False, highlight=False)

    def _render(self) -> Any:
        """Draw the running jobs above one line on the whole."""
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        now = time.monotonic()
        for name, began, what in dict(self.running).values():
            table.add_row(Text(f"  {terminal(name)}"), Text(terminal(what)), f"{now - began:.0f} s")
        table.add_row(f"{self._headline()}{self._time_left(now)}")
        return table

    def _headline(self) -> str:
        others = "".join(f", {self.ends[end]} {word}" for end, word in ENDS.items() if self.ends[end])
        return f"{self.ends['finished']} of {self.n_jobs} finished{others}"

    def _time_left(self, now: float) -> str:
        """Estimate from the runs carried out so far how long the others will take."""
        if not self.n_new:
            return ""
        seconds = (now - self.began) / self.n_new * (self.n_jobs - self.ends.total())
        return f", about {seconds / 60:.0f} min left" if seconds > 90 else f", about {seconds:.0f} s left"
