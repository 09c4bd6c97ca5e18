"""A candidate in plain figures, and made from them again: its events are read when they are asked for."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any, TypedDict, cast

from smc.selection.candidate import Candidate, Identity
from smc.selection.evidence import SplitResult
from smc.stats import TrackRecord
from smc.typing import IntArray

#: The parts of a candidate, as its fields are called.
PARTS = ("out_of_fold", "val", "test")


class PartFacts(TypedDict):
    """What a rule asks of all candidates: the figures of a `SplitResult`, without its events."""

    n_events: int
    mean: float
    accuracy: float | None
    baseline_accuracy: float | None
    accuracy_error: float | None  # None where it is not defined, NaN in a SplitResult
    r2_error: float
    is_constant: bool
    is_idle: bool


class CandidateFacts(TypedDict):
    """A candidate before the ledger named its trial and its test part was opened."""

    identity: dict[str, Any]
    task: str
    history: dict[str, Any]
    returns: dict[str, float] | None
    is_sealed: bool
    knows_sealed_events: bool
    notes: list[str]
    own_classes: list[dict[str, Any]]
    is_pooled: bool
    out_of_fold: PartFacts | None
    val: PartFacts | None
    test: PartFacts | None


class RunFacts(TypedDict):
    """What a selection reads of a run folder."""

    run_id: str
    digest: str  # of its list of files
    head: list[Any] | None  # number and hash of the event of the ledger that registered it
    candidates: list[CandidateFacts]


def plain(candidate: Candidate) -> CandidateFacts:
    """Return a candidate's figures as JSON holds them; of one that waits for it, without its test part."""
    return {
        "identity": {**vars(candidate.identity), "choices": dict(candidate.identity.choices)},
        "task": candidate.task,
        "history": dict(candidate.history),
        "returns": None if candidate.returns is None else asdict(candidate.returns),
        "is_sealed": candidate.is_sealed,
        "knows_sealed_events": candidate.sealed_events is not None,
        "notes": list(candidate.notes),
        "own_classes": [dict(own) for own in candidate.own_classes],
        "is_pooled": candidate.is_pooled,
        "out_of_fold": _figures(candidate.out_of_fold),
        "val": _figures(candidate.val),
        "test": None if candidate.is_sealed else _figures(candidate.test),
    }


def remembered(facts: CandidateFacts, read: Callable[[], Candidate]) -> Candidate:
    """Return a candidate of known figures.

    Parameters
    ----------
    read
        Gives the candidate with all of its events.

    Raises
    ------
    KeyError, TypeError, ValueError
        The facts are not such as `plain` returns.
    """
    parts = {name: _part(facts[name], name, read) for name in PARTS}
    return Candidate(
        Identity(**facts["identity"]),
        task=facts["task"],
        history=facts["history"],
        returns=None if facts["returns"] is None else TrackRecord(**cast(Any, facts["returns"])),
        is_sealed=facts["is_sealed"],
        notes=tuple(facts["notes"]),
        sealed_events=cast(Any, _SealedEvents(read)) if facts["knows_sealed_events"] else None,
        own_classes=facts["own_classes"],
        is_pooled=facts["is_pooled"],
        **parts,
    )


def _figures(part: SplitResult | None) -> PartFacts | None:
    if part is None:
        return None
    figures = {name: getattr(part, name) for name in PartFacts.__annotations__}
    is_defined = part.accuracy is not None and math.isfinite(part.accuracy_error)
    return cast(PartFacts, {**figures, "accuracy_error": part.accuracy_error if is_defined else None})


def _part(figures: PartFacts | None, name: str, read: Callable[[], Candidate]) -> SplitResult | None:
    if figures is None:
        return None
    error = figures["accuracy_error"]
    known = {**figures, "accuracy_error": math.nan if error is None else error}
    return cast(SplitResult, _RememberedPart(known, lambda: getattr(read(), name)))


class _RememberedPart:
    """A `SplitResult` whose figures are known; all else is read when it is asked for."""

    def __init__(self, figures: Mapping[str, Any], read: Callable[[], SplitResult]) -> None:
        self._known, self._read = figures, read

    @cached_property
    def _events(self) -> SplitResult:
        return self._read()

    def __getattr__(self, name: str) -> Any:
        return self._known[name] if name in self._known else getattr(self._events, name)


class _SealedEvents:
    """Time and end of the sealed events, read when they are asked for."""

    def __init__(self, read: Callable[[], Candidate]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[IntArray]:
        return iter(self._events)

    @cached_property
    def _events(self) -> tuple[IntArray, IntArray]:
        events = self._read().sealed_events
        if events is None:
            raise ValueError("a run has no sealed events, though it had some before")
        return events
