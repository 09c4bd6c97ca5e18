"""What changed from one manifest to the next."""

from collections.abc import Iterator, Mapping
from typing import Any

#: Figures of a symbol that a change is told of, by their place in the manifest.
FIGURES = {
    "test accuracy": ("test_accuracy",),
    "train-validation gap": ("train_val_gap",),
    "corrected p": ("evidence", "p_values", "corrected"),
    "lower bound": ("evidence", "lower_bound"),
}


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """Say what changed in a sentence each: criteria, runs, and of each symbol verdict, model and figures."""
    if before is None:
        return ["there is no earlier manifest"]
    return [
        *_criteria(before, after),
        *_changed("runs read", before["runs"]["read"], after["runs"]["read"]),
        *(line for symbol in _symbols(before, after) for line in _symbol(symbol, before, after)),
    ]


def _symbols(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return sorted({*before["selections"], *after["selections"]})


def _criteria(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    yield from _changed("selection", before["selection"], after["selection"])
    old, new = before["selection_criteria"], after["selection_criteria"]
    for name in sorted({*old, *new}):
        yield from _changed(name, old.get(name), new.get(name))


def _symbol(symbol: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    old, new = before["selections"].get(symbol), after["selections"].get(symbol)
    if old is None or new is None:
        yield f"{symbol}: {'new' if old is None else 'gone'}"
        return
    yield from _changed(f"{symbol}: verdict", old["verdict"], new["verdict"])
    yield from _changed(f"{symbol}: candidate", _candidate(old), _candidate(new))
    yield from _changed(
        f"{symbol}: trials", _at(old, ("evidence", "n_trials")), _at(new, ("evidence", "n_trials"))
    )
    for name, place in FIGURES.items():
        yield from _changed(f"{symbol}: {name}", _rounded(_at(old, place)), _rounded(_at(new, place)))


def _changed(what: str, old: Any, new: Any) -> Iterator[str]:
    if old != new:
        yield f"{what} {_text(old)} -> {_text(new)}"


def _candidate(entry: Mapping[str, Any]) -> str | None:
    named = entry["candidate"]
    return f"{named['model']} {named['run_id']}" if named else None


def _at(entry: Mapping[str, Any], place: tuple[str, ...]) -> Any:
    found: Any = entry
    for key in place:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


def _text(value: Any) -> str:
    return "n/a" if value is None else str(value)
