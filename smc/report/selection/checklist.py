"""What must hold before a model is deployed, filled in as far as the evidence goes."""

from collections.abc import Iterator, Mapping
from typing import Any

from smc.errors import SmcError
from smc.report.document import Section, Table
from smc.report.selection.candidate_run import CandidateRun
from smc.report.selection.item import STATES, Item, judged
from smc.report.selection.monitoring import monitoring
from smc.report.selection.trading import trading
from smc.report.text import count, day, interval, is_number, minute, percent

#: Hex digits that tell two hashes apart for people.
SHORT = 16
#: Days after which a person should ask whether the last training bar is too old.
OLD_DAYS = 30


def checklist(manifest: Mapping[str, Any], symbol: str, exhibit: CandidateRun | str) -> list[Item]:
    """Return the items for a symbol: from the manifest, from the run, and those left to a person."""
    entry = manifest["selections"][symbol]
    found = [*_from_manifest(entry, manifest["selection_criteria"])]
    if isinstance(exhibit, str):
        return [*found, Item("run folder", "no", exhibit), *_by_a_person()]
    return [
        *found,
        _test_opened(entry, exhibit),
        _artifact(exhibit),
        _age(exhibit, manifest["timestamp"]),
        _data(exhibit),
        _calibrated(exhibit),
        *trading(entry, exhibit),
        _warned(exhibit),
        *monitoring(exhibit),
        *_by_a_person(),
    ]


def checklist_section(items: list[Item]) -> Section:
    """Write the items, and how many are open."""
    rows = [(each.what, STATES[each.state], each.says) for each in items]
    n_open, n_no = (sum(each.state == state for each in items) for state in ("open", "no"))
    points = [f"{count(n_no)} not met, {count(n_open)} left to a person, of {count(len(items))}."]
    return Section(
        "Deployment checklist", points, [Table(("item", "state", "what is known"), rows, n_text=3)]
    )


def _from_manifest(entry: Mapping[str, Any], criteria: Mapping[str, Any]) -> Iterator[Item]:
    gates, evidence = entry["gates"], entry["evidence"]
    n_passed = sum(gate["passed"] is True for gate in gates)
    yield judged(
        "every gate passed", n_passed == len(gates), f"{count(n_passed)} of {count(len(gates))} gates"
    )
    limit, gap = criteria.get("max_train_val_gap"), entry["train_val_gap"]
    holds = gap <= limit if is_number(gap) and is_number(limit) else None
    yield judged("train-validation gap", holds, f"{percent(gap)}, at most {percent(limit)}")
    counted = (
        f"{count(evidence['n_trials'])} distinct trials from the ledger, {count(evidence.get('n_runs'))} runs"
    )
    yield judged("every trial counted", "p_values" in evidence, counted)
    band = evidence.get("seed_band")
    seeds = (
        f"scores of its seeds {interval(band, lambda v: f'{v:.3f}')}" if band else "one seed alone was run"
    )
    yield judged("more than one seed", bool(band), seeds)


def _test_opened(entry: Mapping[str, Any], exhibit: CandidateRun) -> Item:
    what, n_openings = "test part opened once", entry["evidence"].get("openings") or 0
    if not exhibit.is_sealed:
        said = "never sealed: each run recorded its test figures (evaluation.test=sealed keeps them closed)"
        return Item(what, "no", said)
    n_times = f"opened {count(n_openings)} time{'s' * (n_openings != 1)} for this symbol"
    return judged(what, n_openings == 1, n_times)


def _artifact(exhibit: CandidateRun) -> Item:
    """Load the model: every hash is checked, and the golden rows must come out as they did."""
    what = "model file verified by its golden rows"
    try:
        exhibit.run.model()
    except (SmcError, OSError, ImportError) as error:
        return Item(what, "no", f"run {exhibit.run.run_id}: {error}")
    return Item(what, "yes", f"run {exhibit.run.run_id}: hashes and golden rows agree")


def _age(exhibit: CandidateRun, now: str) -> Item:
    import pandas as pd

    last = exhibit.own.get("last_training_bar") or exhibit.record.get("last_training_bar")
    if isinstance(last, Mapping):
        last = last.get(exhibit.symbol)
    if not last:
        return Item("last training bar", "open", "not on record")
    days = (pd.Timestamp(now) - pd.Timestamp(str(last))).days
    said = f"{minute(last)} UTC, {count(days)} days before this selection"
    return judged("last training bar recent", days <= OLD_DAYS, f"{said}; over {OLD_DAYS} days: train again")


def _data(exhibit: CandidateRun) -> Item:
    bars = (exhibit.record.get("bars") or {}).get(exhibit.symbol) or {}
    held = f"{count(bars.get('n_bars'))} bars, {day(bars.get('first'))} to {day(bars.get('last'))}"
    data, split, code = (
        str(exhibit.record.get(name))[:SHORT] for name in ("data_hash", "split_hash", "code_version")
    )
    return Item("data and code on record", "yes", f"{held}; data {data}, split {split}, code {code}")


def _calibrated(exhibit: CandidateRun) -> Item:
    what, curves = "probabilities calibrated", exhibit.reliability()
    if not curves:
        return Item(what, "open", "no probabilities: judge its predictions by what followed")
    covered = [
        low <= predicted <= high
        for each in curves.values()
        for predicted, low, high in zip(each.predicted, each.low, each.high, strict=True)
    ]
    skill = exhibit.figures.metrics("out_of_fold").get("log_loss_skill")
    bounds = interval(exhibit.figures.interval("out_of_fold", "log_loss_skill"), percent)
    said = f"{count(sum(covered))} of {count(len(covered))} groups have the diagonal in their interval"
    holds = sum(covered) >= 0.8 * len(covered)
    return judged(what, holds, f"{said}; log-loss skill {percent(skill)} {bounds}".rstrip())


def _warned(exhibit: CandidateRun) -> Item:
    reasons = ", ".join(dict.fromkeys(reason for reason, _ in exhibit.warnings))
    return judged("no warnings in the run", not reasons, reasons or "none")


def _by_a_person() -> list[Item]:
    """Items that no record can answer."""
    return [
        Item(
            "costs",
            "open",
            "compare the cost assumed with the broker's spread, commission, swap and slippage",
        ),
        Item(
            "live features",
            "open",
            "feed live bars for a week, and compare each feature with a batch of the same",
        ),
        Item(
            "position size", "open", "set it, and the loss a day and in all at which trading stops by itself"
        ),
        Item("way back", "open", "name what runs instead when the model is switched off, and who may do it"),
        Item("alarms", "open", "name who is told when a figure to watch leaves its range, and try it once"),
        Item(
            "next training", "open", "set the date, and the rule under which the new model replaces this one"
        ),
    ]
