"""Measure what is left to be measured, and report on all."""

import time
from pathlib import Path

from smc.cli import Progress
from smc.errors import ResultsError
from smc.report.text import duration
from smc.selftest.measure import Task
from smc.selftest.parallel import measure_all
from smc.selftest.plan import Plan
from smc.selftest.report import Report
from smc.selftest.store import Store


def run(
    plan: Plan, output: str | Path, *, jobs: int = 1, progress: Progress | None = None
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
    store = Store(Path(output) / "selftest" / plan.hash)
    done = {cell: store.read(cell) for cell in plan.cells}
    left = [(cell, seed) for cell, seed in plan.seeds() if seed not in done[cell]]
    on = {cell: [each.on(cell) for each in plan.configurations] for cell in plan.cells}
    tasks = [Task(cell, seed, on[cell]) for cell, seed in left]
    began, n_all = time.monotonic(), len(plan.cells) * plan.n_symbols
    progress.step(said(n_all, len(tasks), 0, 0.0))
    try:
        for n_new, (task, line) in enumerate(measure_all(tasks, jobs), 1):
            store.append(task.cell, line)
            progress.step(said(n_all, len(tasks), n_new, time.monotonic() - began))
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(
            f"what is measured is kept in {store.folder}; the same command goes on"
        ) from error
    lines = {
        cell: [line for seed, line in sorted(store.read(cell).items()) if seed < plan.n_symbols]
        for cell in plan.cells
    }
    if not any("verdicts" in line for each in lines.values() for line in each):
        why = next(
            (text for each in lines.values() for line in each for text in line["failures"].values()), ""
        )
        raise ResultsError(f"no symbol could be carried out: {why}")
    return Report.of(plan, lines), store.folder


def said(n_all: int, n_asked: int, n_new: int, seconds: float) -> str:
    """Say how far it is.

    >>> said(96, 90, 30, 60.0)
    '36 of 96 symbols done, 60 left, about 2 min 0 s'
    """
    n_left = n_asked - n_new
    about = f", about {duration(seconds / n_new * n_left)}" if n_new else ""
    return f"{n_all - n_left} of {n_all} symbols done, {n_left} left{about}"
