"""Where the bars and events of a run went."""

from collections.abc import Iterator, Mapping
from typing import Any

from smc.report.document import Section, Table
from smc.report.text import count
from smc.report.view import RunView

#: Features with missing values that are named, the worst first.
N_NAMED = 8
#: Field of the account that counts lost events -> what is true of those that are left.
KEPT = {"events_in_warm_up": "after the warm-up", "events_unresolved": "with a resolved label"}


def section(view: RunView) -> Section | None:
    """Draw the funnel from bars to parts, symbol by symbol; None where the record has no account."""
    account = view.record.get("sample_loss") or {}
    symbols, split = account.get("symbols") or {}, account.get("split") or {}
    tables = [Table((symbol, "left", "lost"), list(_to_labels(each))) for symbol, each in symbols.items()]
    if split:
        tables.append(Table(("split", "left", "lost"), list(_to_parts(split))))
    points = [point for symbol, each in symbols.items() for point in _missing(symbol, each)]
    points += [
        point for symbol, each in (view.record.get("bars") or {}).items() for point in _data(symbol, each)
    ]
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


def _to_parts(split: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Follow the labelled events into the parts; what is purged overlaps the part that comes after."""
    yield "labelled events", count(split.get("events")), ""
    yield "test", count(split.get("test")), ""
    yield (
        "development, purged before test",
        count(split.get("development")),
        count(split.get("purged_before_test")),
    )
    yield "  validation", count(split.get("val")), ""
    yield (
        "  train, purged before validation",
        count(split.get("train")),
        count(split.get("purged_before_val")),
    )
    folds = split.get("purged_in_folds") or {}
    if folds:
        yield "purged from training in the folds", "", ", ".join(map(count, folds.values()))


def _missing(symbol: str, account: Mapping[str, Any]) -> Iterator[str]:
    missing = sorted((account.get("nan_features") or {}).items(), key=lambda pair: (-pair[1], pair[0]))
    if missing:
        named = ", ".join(f"{name} {count(n)}" for name, n in missing[:N_NAMED])
        more = f" and {len(missing) - N_NAMED} more features" if len(missing) > N_NAMED else ""
        yield (
            f"{symbol}: values missing among its {count(account.get('labelled_events'))} labelled events, "
            f"kept for the model or its imputer: {named}{more}."
        )


def _data(symbol: str, bars: Mapping[str, Any]) -> Iterator[str]:
    counted = {name: n for name, n in (bars.get("account") or {}).items() if isinstance(n, int) and n}
    if counted:
        named = ", ".join(f"{name.replace('_', ' ')} {count(n)}" for name, n in counted.items())
        yield f"{symbol}, as read: {named}."
