"""The laws of watches: over the iterations of a fit, and over the figures of a run."""

import copy
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from smc.blame import place_of
from smc.fit_progress import FitProgress
from smc.interfaces import FitWatch, RecordWatch
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh
from smc.monitor.warning import check_warning

#: Fits by what happens in them; what is not measured is None.
COURSES: dict[str, Sequence[FitProgress]] = {
    "that goes well": [
        FitProgress(n, 40, 0.7 - 0.01 * n, 0.7 - 0.008 * n, 0.5 + 0.01 * n, 0.5 + 0.008 * n, seconds=0.1 * n)
        for n in range(40)
    ],
    "whose loss stands still": [FitProgress(n, 40, 0.69, 0.69, 0.5, 0.5, seconds=0.1 * n) for n in range(40)],
    "that memorises": [
        FitProgress(n, 40, 0.7 * 0.8**n, 0.7 + 0.2 * n, 0.99, 0.5, constant_loss=0.69, gradient_norm=50.0 + n)
        for n in range(40)
    ],
    "that tells nothing but its time": [FitProgress(0, 1, seconds=1e5)],
    "of losses that are not finite": [FitProgress(n, 9, float("nan"), float("inf")) for n in range(9)],
}


def _observed(watch: Any, course: Sequence[FitProgress]) -> list[Any]:
    """Show a watch a fit, until it warns."""
    seen: list[Any] = []
    for progress in course:
        seen.append(watch.observe(progress))
        if seen[-1] is not None:
            break
    return seen


def answer_faults(fresh: Fresh[FitWatch]) -> Iterator[Fault]:
    """Return None, or a warning in plain data, of whatever fit: also of one that measures nothing."""
    for how, course in COURSES.items():
        with fresh() as watch:
            yield from _warning_faults(
                _observed(copy.deepcopy(watch), course)[-1:], watch, "observe", f"a fit {how}"
            )


def _warning_faults(answers: Sequence[Any], watch: object, method: str, where: str) -> Iterator[Fault]:
    for answer in answers:
        if answer is None and method == "observe":
            continue
        try:
            check_warning(answer)
            json.dumps(answer)
        except (TypeError, ValueError) as error:
            yield Fault("warning", f"{place_of(watch, method)}, of {where}", str(error))


def scratch_faults(fresh: Fresh[FitWatch]) -> Iterator[Fault]:
    """Count from scratch in each fit: a copy knows nothing of another one's iterations."""
    with fresh() as watch:
        for how, course in COURSES.items():
            first = _observed(copy.deepcopy(watch), course)
            second = _observed(copy.deepcopy(watch), course)
            if repr(first) != repr(second):
                yield Fault(
                    "memory",
                    f"{place_of(watch, 'observe')}, of a fit {how}",
                    "the second fit is seen otherwise than the first: keep what is counted in self, not in "
                    "the class or the module",
                )
                return


def draw_faults(fresh: Fresh[FitWatch]) -> Iterator[Fault]:
    """Draw no random number: a fit that is watched is the fit that is not."""
    with fresh() as watch:
        for course in COURSES.values():
            before = repr(np.random.get_state()), random.getstate()
            _observed(copy.deepcopy(watch), course)
            if before != (repr(np.random.get_state()), random.getstate()):
                yield Fault("random numbers", place_of(watch, "observe"), "it draws one, and changes the fit")
                return


def record_faults(fresh: Fresh[RecordWatch], records: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    """Give warnings in plain data, of whatever record: also of one whose parts are None."""
    for how, record in records.items():
        with fresh() as watch:
            got: Any = watch.check(copy.deepcopy(dict(record)))
            if got is None:
                place = place_of(watch, "check")
                yield Fault(
                    "warnings", place, "returned None: return a list, empty if there is nothing to say"
                )
                return
            yield from _warning_faults(list(got), watch, "check", how)


def unread_faults(fresh: Fresh[RecordWatch], records: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    """Leave the record as it is, and say the same of it again."""
    for how, record in records.items():
        given = copy.deepcopy(dict(record))
        with fresh() as watch:
            first = list(watch.check(given))
            if repr(given) != repr(record):
                yield Fault("record", f"{place_of(watch, 'check')}, of {how}", "it writes into the record")
            if repr(first) != repr(list(watch.check(copy.deepcopy(dict(record))))):
                yield Fault(
                    "record", f"{place_of(watch, 'check')}, of {how}", "asked again it says something else"
                )
