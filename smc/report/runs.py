"""All runs under an output folder: those that finished, and what became of the others."""

from collections.abc import Sequence
from pathlib import Path

from smc.errors import ResultsError
from smc.report.document import Section, Table
from smc.report.figures import Figures
from smc.report.notices import sentences
from smc.report.text import day, decimal, interval, minute, percent
from smc.results import Run, RunStore, list_runs, load_run
from smc.results.manifest import NAME

#: Hex digits of an id that are shown at least; more where two runs share them.
SHORTEST = 8


def runs(output: str | Path) -> list[Section]:
    """List the finished runs with their test score, and what became of the others; the latest first."""
    opened, store = {folder.name: _opened(folder) for folder in list_runs(output)}, RunStore(output)
    finished = [run for run in opened.values() if isinstance(run, Run)]
    damages = {name: damage for name, damage in opened.items() if isinstance(damage, str)}
    names = [run.path.name for run in finished]
    begun = {path.stem for path in store.statuses.glob("*.json")}
    begun |= {folder.name for place in (store.runs, store.partial) for folder in place.glob("*/")}
    others = sorted(begun - set(names))
    size = _prefix_size([*names, *others])
    scored = sorted(map(_finished, finished), reverse=True)
    columns = ("made", "run", "symbol", "model", "test score", "warnings")
    points = [] if finished else [f"No run has finished under {output}: python -m smc.train makes one."]
    tables = [Table(columns, [(day(made), run[:size], *rest) for made, run, *rest in scored], n_text=4)]
    sections = [Section("Finished runs", points, tables if finished else [])]
    if others:
        rows = sorted((_unfinished(store, name, damages.get(name), size) for name in others), reverse=True)
        sections.append(
            Section(
                "Other runs",
                tables=[Table(("started", "run", "symbol", "model", "state", "why"), rows, n_text=6)],
            )
        )
    return sections


def _opened(folder: Path) -> Run | str:
    """Return a finished run, or what is damaged of it."""
    try:
        return load_run(folder)
    except ResultsError as error:
        return str(error)


def _finished(run: Run) -> tuple[str, ...]:
    record = run.record
    figures, symbols = Figures(record), list(record.get("bars") or {})
    metric, write = ("accuracy", percent) if record.get("task") == "classification" else ("r2", decimal)
    score = write(figures.metrics("test").get(metric))
    return (
        str(record.get("timestamp")),
        run.path.name,
        f"{symbols[0]} +{len(symbols) - 1}" if len(symbols) > 1 else str(record.get("symbol")),
        str(record.get("model_name")),
        f"{score} {interval(figures.interval('test', metric), write)}".rstrip(),
        str(len(sentences(record))),
    )


def _unfinished(store: RunStore, name: str, damage: str | None, size: int) -> tuple[str, ...]:
    status = store.status(name)
    why = str(status.get("message") or status.get("reason") or "")
    state = store.state(name)
    if damage is not None:
        state, why = "damaged", damage
    elif (store.runs / name).is_dir():
        state, why = "damaged", f"{store.runs / name} has no {NAME}: delete the folder and run it again"
    elif (store.partial / name).is_dir():
        why = f"{why}; what was done: {store.partial / name}".removeprefix("; ")
    who = str(status.get("symbol") or ""), str(status.get("model") or "")
    return minute(status.get("started")), name[:size], *who, state, why


def _prefix_size(names: Sequence[str]) -> int:
    """Return how many digits tell every name from all others."""
    size = SHORTEST
    while len({name[:size] for name in names}) < len(names):
        size += 1
    return size
