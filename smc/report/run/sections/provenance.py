"""Which run this is, the configuration that took effect, and what the run warns of."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from smc.evaluation.predictions import n_events
from smc.report.document import Section, Table
from smc.report.notices import notices
from smc.report.text import count, day, duration
from smc.report.view import SPLIT_NAMES, RunView
from smc.results.plain import leaves

#: Hex digits that tell two hashes apart for people.
SHORT_HASH = 12


def identity_section(view: RunView) -> Section:
    """List the facts that a result is cited by."""
    return Section("Run", tables=[Table(("", ""), list(_facts(view)), n_text=2)])


def _facts(view: RunView) -> Iterator[tuple[str, str]]:
    record = view.record
    yield "run", view.run.run_id
    if name := view.naming.get("name"):
        yield "name", name
    if tags := view.naming.get("tags"):
        yield "tags", ", ".join(tags)
    if note := view.naming.get("note"):
        yield "note", note
    yield "symbol", str(record.get("symbol"))
    yield "model", f"{record.get('model_name')}, {view.task}"
    for symbol, bars in (record.get("bars") or {}).items():
        yield f"bars of {symbol}", f"{count(bars['n_bars'])}, {day(bars['first'])} to {day(bars['last'])}"
    for split, rows in view.splits.items():
        yield (
            f"{SPLIT_NAMES[split]} events",
            f"{n_events(rows):,}, {day(rows['time'].iloc[0])} to {day(rows['time'].iloc[-1])}",
        )
    yield (
        "made",
        f"{str(record.get('timestamp'))[:19]}, in {duration(record.get('training_duration_seconds'))}",
    )
    yield "seed", str(record.get("seed"))
    yield "code", str(record.get("code_version"))[:SHORT_HASH]
    for name in ("data", "split", "config"):
        yield f"{name} hash", str(record.get(f"{name}_hash"))[:SHORT_HASH]


COMMAND_LINE = "command line"
#: Keys of the root, which belong to no group.
ROOT = "run"


def configuration_section(view: RunView, *, full: bool = False) -> Section:
    """List the chosen options and what the command line set; or, in full, every value.

    In full, each value stands beside the file, or the override, that gave it.
    """
    sources, values = view.run.sources, dict(leaves(view.run.config))
    tables = (
        [Table(("group", "option, with those it builds on"), options, n_text=2)]
        if (options := _options(sources))
        else []
    )
    if full:
        return Section("Configuration", tables=[*tables, *_all_values(values, sources)])
    typed = [
        (key, _value_text(value))
        for key, value in values.items()
        if sources.get(key, "").startswith(COMMAND_LINE)
    ]
    if typed:
        tables.append(Table(("set on the command line", "value"), typed, n_text=2))
    return Section("Configuration", ["Every value with the file it came from: --config"], tables)


def _all_values(values: Mapping[str, Any], sources: Mapping[str, str]) -> Iterator[Table]:
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for key, value in values.items():
        group, _, name = key.rpartition(".") if key.count(".") == 0 else key.partition(".")
        groups.setdefault(group or ROOT, []).append((name, _value_text(value), sources.get(key, "")))
    return (Table((group, "value", "from"), rows, n_text=3) for group, rows in groups.items())


def _options(sources: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name the options by the files that the values of their groups came from."""
    files: dict[str, set[str]] = {}
    for key, source in sources.items():
        folder, _, file = source.partition("/")
        if key.startswith(f"{folder}.") and file.endswith(".yaml"):
            files.setdefault(folder, set()).add(file.removesuffix(".yaml"))
    return [(group, ", ".join(sorted(names))) for group, names in sorted(files.items())]


def _value_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def warnings_section(view: RunView) -> Section:
    """List the warnings with their reason codes."""
    rows = notices(view.record)
    if not rows:
        return Section("Warnings", ["None."])
    return Section("Warnings", tables=[Table(("reason", "what it means"), rows, n_text=2)])
