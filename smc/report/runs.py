"""All runs under an output folder: those that finished, and what became of the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from smc.errors import PlaceError, ResultsError
from smc.report.document import Section, Table
from smc.report.figures import Figures
from smc.report.notices import sentences
from smc.report.text import day, decimal, interval, minute, percent
from smc.results import Run, RunStore, list_runs
from smc.results.manifest import NAME, RUN_ID, read_manifest
from smc.results.run import reading

#: Hex digits of an id that are shown at least; more where two runs share them.
SHORTEST = 8
#: Column of what a run is called.
CALLED = 4


@dataclass(frozen=True)
class Wanted:
    """Which runs a list shows: those whose name fits a pattern (``idea-*``), and that have every tag."""

    name: str | None = None
    tags: Sequence[str] = ()

    def __bool__(self) -> bool:
        return self.name is not None or bool(self.tags)

    def has(self, facts: Mapping[str, Any]) -> bool:
        """Tell of a record, or of a status, whether its run is wanted."""
        naming = facts.get("run") or {}
        name, tags = naming.get("name"), naming.get("tags") or []
        is_named = self.name is None or (name is not None and fnmatchcase(name, self.name))
        return is_named and set(self.tags) <= set(tags)

    def __str__(self) -> str:
        words = [] if self.name is None else [f"the name {self.name}"]
        return " and ".join([*words, *(f"the tag {tag}" for tag in self.tags)])


EVERY = Wanted()


@dataclass(frozen=True)
class Listed:
    """A finished run as it is listed: what it is called, and its cells."""

    facts: Mapping[str, Any]
    row: tuple[str, ...]


def runs(output: str | Path, wanted: Wanted = EVERY) -> list[Section]:
    """List the finished runs with their out-of-fold score, and what became of the others; the latest first.

    Test figures are not listed, even where they are known: who sees many at once picks among them. A run
    whose run.json is damaged is listed as such; its other files are not read, but checked once it is shown.

    Raises
    ------
    ResultsError
        No run is wanted: the message names the tags that there are.
    PlaceError
        The disk did not give a file.
    """
    listed, store = {folder.name: _listed(folder) for folder in list_runs(output)}, RunStore(output)
    finished = {name: run for name, run in listed.items() if isinstance(run, Listed)}
    damages = {name: damage for name, damage in listed.items() if isinstance(damage, str)}
    begun = {path.stem for path in store.statuses.glob("*.json")}
    begun |= {folder.name for place in (store.runs, store.partial) for folder in place.glob("*/")}
    others = sorted(name for name in begun - finished.keys() if RUN_ID.fullmatch(name))
    size = _prefix_size([*finished, *others])
    facts: dict[str, Mapping[str, Any]] = {name: store.status(name) for name in others}
    facts |= {name: run.facts for name, run in finished.items()}
    shown = [run for run in finished.values() if wanted.has(run.facts)]
    others = [name for name in others if wanted.has(facts[name])]
    if wanted and not shown and not others:
        raise ResultsError(_none_wanted(wanted, output, facts.values()))
    sections = [_finished_section(shown, output, size)] if shown or not wanted else []
    if others:
        rows = sorted((_unfinished(store, name, damages.get(name), size) for name in others), reverse=True)
        sections.append(
            Section(
                "Other runs",
                tables=[Table(("started", "run", "symbol", "model", "state", "why"), rows, n_text=6)],
            )
        )
    return sections


def _finished_section(finished: Sequence[Listed], output: str | Path, size: int) -> Section:
    """List finished runs, with a column of what they are called where one of them is called anything."""
    if not finished:
        return Section(
            "Finished runs", [f"No run has finished under {output}: python -m smc.train makes one."]
        )
    columns = ("made", "run", "symbol", "model", "called", "out of fold", "warnings")
    scored = sorted((run.row for run in finished), reverse=True)
    rows = [(day(made), run[:size], *rest) for made, run, *rest in scored]
    if any(row[CALLED] for row in rows):
        return Section("Finished runs", tables=[Table(columns, rows, n_text=5)])
    unnamed = [(*row[:CALLED], *row[CALLED + 1 :]) for row in [columns, *rows]]
    return Section("Finished runs", tables=[Table(unnamed[0], unnamed[1:], n_text=4)])


def _none_wanted(wanted: Wanted, output: str | Path, facts: Iterable[Mapping[str, Any]]) -> str:
    tags = sorted({tag for own in facts for tag in (own.get("run") or {}).get("tags") or []})
    there = (
        f"the tags there are: {', '.join(tags)}" if tags else "no run has a tag: 'run.tags=[...]' gives some"
    )
    return f"no run under {output} has {wanted}; {there}"


def called(naming: Mapping[str, Any]) -> str:
    """Say in one cell what a run is called: its name, and its tags.

    >>> called({"name": "idea-3", "tags": ["momentum", "h4"]}), called({})
    ('idea-3 [momentum, h4]', '')
    """
    tags = ", ".join(naming.get("tags") or [])
    return " ".join(filter(None, [naming.get("name"), f"[{tags}]" if tags else None]))


def _listed(folder: Path) -> Listed | str:
    """Return what is listed of a finished run, or what is damaged of it: no other file than run.json is read.

    Raises
    ------
    PlaceError
        The disk did not give it, which says nothing of the run.
    """
    try:
        run = Run(folder, read_manifest(folder))
        with reading(folder):
            return Listed({"run": run.record.get("run")}, _row(run))
    except PlaceError:
        raise
    except ResultsError as error:
        return str(error)


def _row(run: Run) -> tuple[str, ...]:
    record = run.record
    figures, symbols = Figures(record), list(record.get("bars") or {})
    metric, write = ("accuracy", percent) if record.get("task") == "classification" else ("r2", decimal)
    score = write(figures.metrics("out_of_fold").get(metric))
    return (
        str(record.get("timestamp")),
        run.path.name,
        f"{symbols[0]} +{len(symbols) - 1}" if len(symbols) > 1 else str(record.get("symbol")),
        str(record.get("model_name")),
        called(record.get("run") or {}),
        f"{score} {interval(figures.interval('out_of_fold', metric), write)}".rstrip(),
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
