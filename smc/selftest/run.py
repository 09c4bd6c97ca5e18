"""Measure what is left to be measured, and report on all."""

import time
from pathlib import Path

from smc.cli import Progress
from smc.errors import ResultsError
from smc.report.text import duration
from smc.selftest.design import Design
from smc.selftest.measure import Task
from smc.selftest.parallel import measure_all
from smc.selftest.report import Report
from smc.selftest.store import Store


def run(
    design: Design, output: str | Path, *, jobs: int = 1, progress: Progress | None = None
) -> tuple[Report, Path]:
    """Carry out a self-test, and return it with its folder.

    Symbols that were measured before are not measured again; each new one is on the disk as soon as it is
    done.

    Raises
    ------
    ResultsError
        No symbol could be carried out, or a process died.
    KeyboardInterrupt
        Ctrl-C; its text says what is kept.
    """
    progress = progress or Progress("self-test: ")
    store = Store(Path(output) / "selftest" / design.hash)
    done = {scenario: store.read(scenario) for scenario in design.scenarios}
    left = [(scenario, seed) for scenario, seed in design.seeds() if seed not in done[scenario]]
    configurations = {
        scenario: [configuration.on(scenario) for configuration in design.configurations]
        for scenario in design.scenarios
    }
    tasks = [Task(scenario, seed, configurations[scenario]) for scenario, seed in left]
    began, n_all = time.monotonic(), len(design.scenarios) * design.n_symbols
    progress.step(how_far(n_all, len(tasks), 0, 0.0))
    try:
        for n_new, (task, row) in enumerate(measure_all(tasks, jobs), 1):
            store.append(task.scenario, row)
            progress.step(how_far(n_all, len(tasks), n_new, time.monotonic() - began))
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(
            f"what is measured is kept in {store.folder}; the same command goes on"
        ) from error
    rows = {
        scenario: [row for seed, row in sorted(store.read(scenario).items()) if seed < design.n_symbols]
        for scenario in design.scenarios
    }
    measured = [row for of_scenario in rows.values() for row in of_scenario]
    if not any("verdicts" in row for row in measured):
        why = next((text for row in measured for text in row["failures"].values()), "")
        raise ResultsError(f"no symbol could be carried out: {why}")
    return Report.of(design, rows), store.folder


def how_far(n_all: int, n_asked: int, n_new: int, seconds: float) -> str:
    """Say how far it is.

    >>> how_far(96, 90, 30, 60.0)
    '36 of 96 symbols done, 60 left, about 2 min 0 s'
    """
    n_left = n_asked - n_new
    about = f", about {duration(seconds / n_new * n_left)}" if n_new else ""
    return f"{n_all - n_left} of {n_all} symbols done, {n_left} left{about}"
