"""How a run ended, and what the command says of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smc.report.notices import sentences
from smc.results import RunRecord, load_run
from smc.training.cross_fit import OUT_OF_FOLD, TEST, VAL

#: What the split of the folds is called.
FOLDS = "out of fold"


@dataclass(frozen=True)
class Outcome:
    """How a run ended: "finished", or "failed" before and not to be tried again, and ``why``.

    ``naming`` is what it was called when it was asked for: name, tags and note.
    """

    run_id: str
    status: str
    folder: Path
    is_new: bool
    why: str | None = None
    naming: Mapping[str, Any] = field(default_factory=dict)


def say_outcome(outcome: Outcome) -> str:
    """Say in a few lines how a run ended, and where to look."""
    if outcome.status != "finished":
        why = f": {outcome.why}" if outcome.why else ""
        return f"run {outcome.run_id} failed before{why}; retry=failed runs it again"
    record = load_run(outcome.folder).record
    if not outcome.is_new:
        kept = _kept_naming(record.get("run") or {}, outcome.naming)
        scored = "".join(f", {split} {figures}" for split, figures in _headline(record) if split == FOLDS)
        return f"run {outcome.run_id} is finished already{scored}{_stopped(record)}{kept}: {outcome.folder}"
    lines = [f"{record['symbol']} {record['model_name']}: {outcome.folder}"]
    lines += [f"  {split:<12} {figures}" for split, figures in [*_headline(record), *_sealed(record)]]
    lines += [f"  warning      {sentence}" for sentence in sentences(record)]
    return "\n".join(lines)


def say_outcome_briefly(outcome: Outcome) -> str:
    """Say in one line how a run ended, as one of many."""
    if outcome.status != "finished" or not outcome.is_new:
        return say_outcome(outcome)
    run = load_run(outcome.folder)
    record = run.record
    split, figures = next(_headline(record), (FOLDS, "not scored"))
    n_warnings = len(sentences(record))
    warned = f", {n_warnings} warning{'s' * (n_warnings > 1)}" if n_warnings else ""
    return f"finished, {split} {figures}{warned}: {outcome.folder}"


def _kept_naming(kept: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """Say what became of a name, tags or a note that a finished run does not have.

    >>> _kept_naming({"name": "idea-1", "tags": []}, {"name": "idea-3", "tags": []})
    " (it keeps its name 'idea-1', and 'idea-3' is written nowhere: python -m smc.tag changes it)"
    >>> _kept_naming({"name": "idea-1", "tags": ["h4"]}, {"name": "idea-1", "tags": []})
    ''
    """
    refused = [key for key, value in asked.items() if value and value != kept.get(key)]
    if not refused:
        return ""
    has = ", ".join(f"its {key} {kept[key]!r}" if kept.get(key) else f"no {key}" for key in refused)
    new = ", ".join(repr(asked[key]) for key in refused)
    are, it = ("is", "it") if len(refused) == 1 else ("are", "them")
    return f" (it keeps {has}, and {new} {are} written nowhere: python -m smc.tag changes {it})"


def _stopped(record: RunRecord) -> str:
    """Say that watches cut a run short, which other watches might not have done."""
    stops = record.get("stopped_by_watch")
    if not stops:
        return ""
    fits = ", ".join(f"{stop['fit']} by {stop['reason']}" for stop in stops)
    return f" (watches stopped {fits}; remove the folder to fit it under other watches)"


def _headline(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Give the headline figure of each held-out part, with its interval and what it has to beat."""
    is_class = record["task"] == "classification"
    score = "accuracy" if is_class else "r2"
    for split in (OUT_OF_FOLD, VAL, TEST):
        table: Mapping[str, Any] | None = record.get(f"{split}_metrics")
        if table is None:
            continue
        interval = record.get("intervals", {}).get(split, {}).get(score)
        text = f"{score} {table[score]:.3f}"
        text += f" [{interval['low']:.3f}, {interval['high']:.3f}]" if interval else ""
        text += f", majority class {table['majority_accuracy']:.3f}" if is_class else ""
        yield FOLDS if split == OUT_OF_FOLD else split, f"{text}, {table['n_events']} events"


def _sealed(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Say what a sealed test part waits for."""
    for symbol, part in (record.get("test_part") or {}).items():
        if part["state"] == "sealed":
            name = f"{TEST} {symbol}" if len(record["bars"]) > 1 else TEST
            yield name, f"sealed, {part['n_events']} events: {part['why']}"
