"""What must hold before a model is deployed, filled in as far as the evidence goes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smc.errors import SmcError
from smc.report.document import Section, Table
from smc.report.html.markup import Html, tag
from smc.report.selection.candidate_run import CandidateRun
from smc.report.selection.cards import badge
from smc.report.selection.checklist_items import STATES, Item, judged, monitoring, trading
from smc.report.text import count, day, interval, is_number, minute, percent

#: Hex digits that tell two hashes apart for people.
SHORT = 16
#: Days after which a person should ask whether the last training bar is too old.
OLD_DAYS = 30


def checklist(manifest: Mapping[str, Any], symbol: str, candidate_run: CandidateRun | str) -> list[Item]:
    """Return the items for a symbol: from the manifest, from the run, and those left to a person."""
    entry = manifest["selections"][symbol]
    from_manifest = [*_from_manifest(entry, manifest["selection_criteria"])]
    if isinstance(candidate_run, str):
        return [*from_manifest, Item("run folder", "no", candidate_run), *_by_a_person()]
    return [
        *from_manifest,
        _test_opened(entry, candidate_run),
        _artifact(candidate_run),
        _age(candidate_run, manifest["timestamp"]),
        _data(candidate_run),
        _calibrated(candidate_run),
        *trading(entry, candidate_run),
        _warned(candidate_run),
        *monitoring(candidate_run),
        *_by_a_person(),
    ]


def checklist_section(items: list[Item]) -> Section:
    """Write the items, and how many are open."""
    rows = [(item.what, STATES[item.state], item.says) for item in items]
    n_open, n_no = (sum(item.state == state for item in items) for state in ("open", "no"))
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
    known = "not known" if holds is None else f"{percent(gap)}, at most {percent(limit)}"
    yield judged("train-validation gap", holds, known)
    counted = (
        f"{count(evidence['n_trials'])} distinct trials from the ledger, {count(evidence.get('n_runs'))} runs"
    )
    yield judged("every trial counted", "p_values" in evidence, counted)
    band = evidence.get("seed_band")
    seeds = (
        f"scores of its seeds {interval(band, lambda v: f'{v:.3f}')}" if band else "one seed alone was run"
    )
    yield judged("more than one seed", bool(band), seeds)


def _test_opened(entry: Mapping[str, Any], candidate_run: CandidateRun) -> Item:
    what, n_openings = "test part opened once", entry["evidence"].get("openings") or 0
    if not candidate_run.is_sealed:
        why = "never sealed: each run recorded its test figures (evaluation.test=sealed keeps them closed)"
        return Item(what, "no", why)
    n_times = f"{count(n_openings)} opening{'s' * (n_openings != 1)} of this market, each in the p-value"
    return judged(what, n_openings == 1, n_times)


def _artifact(candidate_run: CandidateRun) -> Item:
    """Load the model: every hash is checked, and the golden rows must come out as they did."""
    what = "model file verified by its golden rows"
    try:
        candidate_run.run.model()
    except (SmcError, OSError, ImportError) as error:
        return Item(what, "no", f"run {candidate_run.run_id}: {error}")
    return Item(what, "yes", f"run {candidate_run.run_id}: hashes and golden rows agree")


def _age(candidate_run: CandidateRun, now: str) -> Item:
    import pandas as pd

    last = candidate_run.own.get("last_training_bar") or candidate_run.record.get("last_training_bar")
    if isinstance(last, Mapping):
        last = last.get(candidate_run.symbol)
    if not last:
        return Item("last training bar", "open", "not on record")
    days = (pd.Timestamp(now) - pd.Timestamp(str(last))).days
    age = f"{minute(last)} UTC, {count(days)} days before this selection"
    return judged("last training bar recent", days <= OLD_DAYS, f"{age}; over {OLD_DAYS} days: train again")


def _data(candidate_run: CandidateRun) -> Item:
    bars = (candidate_run.record.get("bars") or {}).get(candidate_run.symbol) or {}
    held = f"{count(bars.get('n_bars'))} bars, {day(bars.get('first'))} to {day(bars.get('last'))}"
    data, split, code = (
        str(candidate_run.record.get(name))[:SHORT] for name in ("data_hash", "split_hash", "code_version")
    )
    return Item("data and code on record", "yes", f"{held}; data {data}, split {split}, code {code}")


def _calibrated(candidate_run: CandidateRun) -> Item:
    what, curves = "probabilities calibrated", candidate_run.reliability()
    if not curves:
        return Item(what, "open", "no probabilities: judge its predictions by what followed")
    covered = [
        low <= predicted <= high
        for curve in curves.values()
        for predicted, low, high in zip(curve.predicted, curve.low, curve.high, strict=True)
    ]
    skill = candidate_run.figures.metrics("out_of_fold").get("log_loss_skill")
    bounds = interval(candidate_run.figures.interval("out_of_fold", "log_loss_skill"), percent)
    coverage = f"{count(sum(covered))} of {count(len(covered))} groups have the diagonal in their interval"
    holds = sum(covered) >= 0.8 * len(covered)
    return judged(what, holds, f"{coverage}; log-loss skill {percent(skill)} {bounds}".rstrip())


def _warned(candidate_run: CandidateRun) -> Item:
    reasons = ", ".join(dict.fromkeys(reason for reason, _ in candidate_run.warnings))
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


def checklist_blocks(manifest: Mapping[str, Any], checklists: Mapping[str, Sequence[Item]]) -> list[Html]:
    """Write the checklist of each symbol that has one."""
    if not checklists:
        return [tag("p", "No symbol has a model to deploy, nor one to watch: there is nothing to check.")]
    return [
        tag(
            "div",
            tag("h3", symbol, " ", badge(manifest["selections"][symbol]["verdict"])),
            _item_table(items),
            class_="sheet",
        )
        for symbol, items in checklists.items()
    ]


def _item_table(items: Sequence[Item]) -> Html:
    head = tag("tr", *(tag("th", name, scope="col") for name in ("item", "state", "what is known")))
    rows = (
        tag(
            "tr",
            tag("th", item.what, scope="row"),
            tag("td", STATES[item.state], class_=f"item-{item.state}"),
            tag("td", item.says),
        )
        for item in items
    )
    return tag("table", tag("thead", head), tag("tbody", *rows), class_="items")
