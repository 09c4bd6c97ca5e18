"""What a version decides at the events of some bars, or why it does not."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from smc.evaluation.predictions import PREFIX
from smc.prediction.answers import Answers, ask
from smc.prediction.assignment import Assignment
from smc.prediction.decision import ABSTAINS, GAP, SEALED, TOO_SHORT, Decision, as_plain_number, utc
from smc.prediction.series import Part
from smc.prediction.version import Version
from smc.typing import BoolArray, FloatArray, IntArray
from smc.windows import Windows

SECOND = 10**9
#: A step between two bars is a gap beyond so many usual ones, and beyond the longest of the model's own bars.
USUAL_STEPS = 1.5


class Context(NamedTuple):
    """Where the bars of a part stand.

    Attributes
    ----------
    symbol
        Whose bars they are.
    stamps
        Of the bars (n,), nanoseconds.
    before
        Stamp of the bar before them; None: there is none.
    is_open
        Whether sealed test parts may be decided on.
    """

    symbol: str
    stamps: IntArray
    before: int | None
    is_open: bool


def decide(
    assignment: Assignment, version: Version, part: Part, context: Context
) -> Iterator[tuple[int, Decision]]:
    """Give the decisions of a version, with the position of each event, in time order.

    There is none inside the warm-up, behind a gap, or on a sealed test part: such an event gives a decision
    with its reason, and without a position.
    """
    for position, side in zip(part.early.tolist(), part.early_side.tolist(), strict=True):
        needed = version.components.features.warm_up + version.model.lookback
        detail = f"a decision needs {needed} bars, got {position + 1}"
        made = _made(assignment, version, context, position - part.first, side)
        yield position, Decision(**made, reason=TOO_SHORT, detail=detail)
    at = part.events - part.first
    is_sealed, is_behind_gap = _sealed(version, context, at), _gaps(version, context)[at]
    is_due = ~(is_sealed | is_behind_gap)
    answers = _ask(version, part, is_due)
    places = np.cumsum(is_due) - 1
    for number, (position, side) in enumerate(zip(part.events.tolist(), part.side.tolist(), strict=True)):
        made = _made(assignment, version, context, position - part.first, side)
        if answers is not None and is_due[number]:
            yield (
                position,
                Decision(**made, **_answer(answers, int(places[number])), baseline=version.baseline),
            )
        elif is_sealed[number]:
            yield position, Decision(**made, reason=SEALED, detail="its test part waits to be opened")
        else:
            yield position, Decision(**made, reason=GAP, detail="bars are missing before this one")


def _ask(version: Version, part: Part, is_due: BoolArray) -> Answers | None:
    if not is_due.any():
        return None
    inputs: FloatArray | Windows = part.inputs if is_due.all() else part.inputs[is_due]
    return ask(version.model, inputs, part.side[is_due], version.components.to_position)


def _made(assignment: Assignment, version: Version, context: Context, at: int, side: int) -> dict[str, Any]:
    time = utc(int(context.stamps[at]))
    return {
        "symbol": context.symbol,
        "time": time,
        "version": assignment.version,
        "role": assignment.role,
        "trial": version.trial,
        "rung": assignment.rung,
        "side": side,
        "in_sample": time <= version.last_training_bar,
    }


def _answer(answers: Answers, place: int) -> dict[str, Any]:
    values = {name: float(column[place]) for name, column in answers.columns.items()}
    return {
        "prediction": as_plain_number(answers.prediction[place]),
        "position": float(answers.position[place]),
        "reason": ABSTAINS if answers.abstains[place] else None,
        "probabilities": {
            name[len(PREFIX) :]: value for name, value in values.items() if name.startswith(PREFIX)
        },
        "calibrated": {name: value for name, value in values.items() if not name.startswith(PREFIX)},
    }


def _sealed(version: Version, context: Context, at: IntArray) -> BoolArray:
    """Tell which bars lie in a test part that nobody has opened."""
    span = None if context.is_open else version.sealed.get(context.symbol)
    if span is None:
        return np.zeros(len(at), dtype=bool)
    first, last = (stamp.as_unit("ns").value for stamp in span)
    return (context.stamps[at] >= first) & (context.stamps[at] <= last)


def _gaps(version: Version, context: Context) -> BoolArray:
    """Tell before which bars more is missing than ever was among the model's own bars.

    A step counts with its weekend: what a market's calendar leaves out was left out of the run's bars, too.
    """
    usual, longest = (known.get(context.symbol) for known in (version.bar_seconds, version.longest_step))
    stamps = context.stamps
    if not usual:
        return np.zeros(len(stamps), dtype=bool)
    steps = np.diff(stamps, prepend=stamps[0] if context.before is None else context.before)
    return steps > USUAL_STEPS * SECOND * max(usual, longest or 0.0)
