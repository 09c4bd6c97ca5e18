"""Where the bars and events of a run went, and how often each class occurs."""

from collections.abc import Iterator, Mapping
from typing import Any

from smc.evaluation.predictions import n_events
from smc.report.document import Section, Table
from smc.report.text import count, percent
from smc.report.view import SPLIT_NAMES, RunView

#: Features with missing values that are named, the worst first.
N_NAMED = 8
#: Field of the account that counts lost events -> what is true of those that are left.
KEPT = {
    "events_in_warm_up": "after the warm-up",
    "events_untraded": "in bars with trades",
    "events_unresolved": "label resolved by the last bar",
    "events_no_barrier": "with barriers",
    "events_expired": "not expired",
}


def sample_loss_section(view: RunView) -> Section | None:
    """Draw the funnel from bars to splits, symbol by symbol; None where the record has no account."""
    account = view.record.get("sample_loss") or {}
    symbols, event_counts = account.get("symbols") or {}, account.get("split") or {}
    tables = [
        Table((symbol, "left", "lost"), list(_to_labels(account))) for symbol, account in symbols.items()
    ]
    if event_counts:
        tables.append(Table(("split", "left", "lost"), list(_to_splits(event_counts))))
    bars = view.record.get("bars") or {}
    points = [point for symbol, account in symbols.items() for point in _missing(symbol, account)]
    points += [point for symbol, bars_of_symbol in bars.items() for point in _as_read(symbol, bars_of_symbol)]
    points += _purged(event_counts)
    return Section("Sample loss", points, tables) if tables else None


def _to_labels(account: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Follow one symbol from its bars to its labelled events."""
    bars, warm_up = account.get("bars", 0), account.get("warm_up_bars", 0)
    yield "bars", count(bars), ""
    yield "after the features' warm-up", count(bars - warm_up), count(warm_up)
    left = account.get("events", 0)
    yield "candidate events", count(left), ""
    for name, lost in account.items():
        if name.startswith("events_"):
            left -= lost
            yield KEPT.get(name, name.replace("_", " ")), count(left), count(lost)
    yield "labelled events", count(account.get("labelled_events")), ""


def _to_splits(event_counts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Follow the labelled events into the splits; what is purged overlaps the split that comes after."""
    yield "labelled events", count(event_counts.get("events")), ""
    yield "test", count(event_counts.get("test")), ""
    yield (
        "before test, purged",
        count(event_counts.get("development")),
        count(event_counts.get("purged_before_test")),
    )
    yield "  validation", count(event_counts.get("val")), ""
    yield "  train, purged", count(event_counts.get("train")), count(event_counts.get("purged_before_val"))


def _purged(event_counts: Mapping[str, Any]) -> Iterator[str]:
    folds = event_counts.get("purged_in_folds") or {}
    if folds:
        yield f"Purged from the training rows of each fold: {', '.join(map(count, folds.values()))}."


def _missing(symbol: str, account: Mapping[str, Any]) -> Iterator[str]:
    missing = sorted((account.get("nan_features") or {}).items(), key=lambda pair: (-pair[1], pair[0]))
    if missing:
        named = ", ".join(f"{name} {count(n)}" for name, n in missing[:N_NAMED])
        more = f" and {len(missing) - N_NAMED} more features" if len(missing) > N_NAMED else ""
        yield (
            f"{symbol}: values missing among its {count(account.get('labelled_events'))} labelled events, "
            f"kept for the model or its imputer: {named}{more}."
        )


def _as_read(symbol: str, bars: Mapping[str, Any]) -> Iterator[str]:
    """Say what was odd about the data, and what was done to it."""
    account = bars.get("account") or {}
    counted = {name.replace("_", " "): n for name, n in account.items() if name != "bars"}
    for action in ("dropped", "repaired"):
        rules = counted.pop(action, None) or {}
        counted |= {f"{action} for {rule.replace('_', ' ')}": n for rule, n in rules.items()}
    named = [f"{name} {count(n)}" for name, n in counted.items() if isinstance(n, int) and n]
    if named:
        yield f"{symbol}, as read: {', '.join(named)}."
    if steps := [_step(step) for step in account.get("largest_steps") or []]:
        yield f"{symbol}, large steps of price: {', '.join(steps)}."


def _step(step: Mapping[str, Any]) -> str:
    near = f", near {step['near']}" if step["near"] else ""
    return f"{step['time'][:10]} x{step['factor']:.4g}{near}"


def class_balance_section(view: RunView) -> Section | None:
    """Count the classes; None for a regression."""
    if not view.classes:
        return None
    overall = view.record.get("class_balance") or {}
    rows = []
    for name in view.classes:
        here = [(n_events(rows.loc[rows["label"] == name]), n_events(rows)) for rows in view.splits.values()]
        shares = [f"{count(n_here)} ({percent(n_here / n)})" for n_here, n in here]
        rows.append((str(name), percent(overall.get(str(name))), *shares))
    columns = ("class", "all events", *(SPLIT_NAMES[split] for split in view.splits))
    return Section("Class balance", tables=[Table(columns, rows)])
