"""Charts of a search for parameters: its trials, what its parameters explain, what each fold chose."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from smc.report.html.charts.frame import (
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Axis,
    dot,
    frame,
    padded,
    path,
    segment,
    text,
)
from smc.report.html.markup import Html, joined, tag
from smc.report.search import FAILED, FINISHED, PRUNED, WHOLE, Choice, History
from smc.report.text import count, decimal, percent

HISTORY_HEIGHT = 140
#: Half the size of the marks of trials that did not finish.
ARM = 3.0
BEST = "best so far"
COLOURS = {FINISHED: "c0", PRUNED: "c4", FAILED: "c1", BEST: "c2"}


def history_chart(history: History, says: str) -> Html:
    """Draw the loss of each trial, the least so far, and that of the profile."""
    trials = history.trials
    last = max(len(trials) - 1.0, 1.0)
    x = Axis(-0.02 * last, last, LEFT, WIDTH - RIGHT, "trial", count)
    y = Axis(
        *padded(history.worth_seeing, least=1e-3), TOP + HISTORY_HEIGHT, TOP, "loss", lambda loss: f"{loss:g}"
    )
    statuses = [status for status in (FINISHED, PRUNED, FAILED) if len(history.of(status))]
    numbers, losses = trials["trial"].to_numpy(), trials["loss"].to_numpy(dtype=np.float64)
    marks = [_trial(*row, x, y) for row in zip(numbers, trials["status"], losses, strict=True)]
    best = [
        (x.place(number), y.place(loss))
        for number, loss in zip(numbers, history.best, strict=True)
        if np.isfinite(loss)
    ]
    up = y.place(float(losses[numbers == history.chosen][0]))
    ring = tag("circle", cx=x.place(history.chosen), cy=up, r=6, class_=f"line {COLOURS[BEST]}")
    key = {name: COLOURS[name] for name in (*statuses, BEST)}
    drawn = [*_profile(history.profile, x, y), path(_stepped(best), COLOURS[BEST]), *marks, ring]
    return frame(joined(drawn), x, y, says=says, key=key)


def _trial(number: int, status: str, loss: float, x: Axis, y: Axis) -> Html:
    """Mark a trial: a dot, a dash if it was pruned, a cross if it failed."""
    across, class_ = x.place(number), f"whisker {COLOURS[status]}"
    if status == FINISHED:
        return dot(across, y.place(loss), COLOURS[FINISHED], f"trial {number}, loss {decimal(loss, 4)}")
    if status == PRUNED:
        up = y.place(loss)
        return segment(across - ARM, up, across + ARM, up, class_=class_)
    foot = y.start - ARM
    return joined(
        segment(across - ARM, foot - side, across + ARM, foot + side, class_=class_) for side in (ARM, -ARM)
    )


def _profile(loss: float | None, x: Axis, y: Axis) -> list[Html]:
    if loss is None:
        return []
    up = y.place(loss)
    return [
        segment(x.start, up, x.end, up, class_="zero"),
        text(x.end, up - 4, "profile", text_anchor="end", class_="tick"),
    ]


def _stepped(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Hold a level until the next point: a loss is the best until a better one came."""
    held = [(after[0], before[1]) for before, after in pairwise(points)]
    pairs = zip(points[1:], held, strict=True)
    return [*points[:1], *(point for after, corner in pairs for point in (corner, after))]


ROW_HEIGHT = 22
#: Room for the names of parameters, which are cut beyond so many characters.
NAMES, LONGEST = 108, 17


def importance_chart(shares: Mapping[str, float], says: str) -> Html:
    """Draw a bar a parameter: its share of what the losses vary by."""
    x = Axis(0.0, max(shares.values()) or 1.0, NAMES, WIDTH - RIGHT - 44, "", str, ())
    y = Axis(0, len(shares), TOP - 14, TOP - 14 + ROW_HEIGHT * len(shares), "", str, ())
    return frame(
        joined(_bar(*row, x, y.place(place + 0.5)) for place, row in enumerate(shares.items())),
        x,
        y,
        says=says,
    )


def _bar(name: str, share: float, x: Axis, middle: float) -> Html:
    end = x.place(share)
    bar = tag("rect", x=x.start, y=middle - 6, width=max(end - x.start, 1.0), height=12, class_="box c0")
    return joined([text(2, middle + 4, name[:LONGEST]), bar, text(end + 5, middle + 4, percent(share, 0))])


#: Room for the ends of a range, and how far apart the first and the last fold stand in a row.
ENDS, APART = 50, 9.0
FOLD, WHOLE_FIT, PROFILE = "fold", "all train events", "profile"
OF_CHOICES = {FOLD: "c0", WHOLE_FIT: "c1", PROFILE: "c4"}


def choice_chart(choices: Sequence[Choice], says: str) -> Html:
    """Draw for each parameter its range, and where in it each fold's value lies, the first fold on top."""
    x = Axis(0.0, 1.0, NAMES + ENDS, WIDTH - RIGHT - ENDS, "", str, ())
    y = Axis(0, len(choices), TOP, TOP + ROW_HEIGHT * len(choices), "", str, ())
    rows = (_choice(choice, x, y.place(place + 0.5)) for place, choice in enumerate(choices))
    return frame(joined(rows), x, y, says=says, key=OF_CHOICES)


def _choice(choice: Choice, x: Axis, middle: float) -> Html:
    folds = [fit for fit in choice.places if fit not in WHOLE]
    heights = dict(zip(folds, np.linspace(-APART, APART, len(folds)) / 2, strict=True))
    start = x.place(choice.start)
    return joined(
        [
            text(2, middle + 4, choice.parameter[:LONGEST]),
            text(x.start - 6, middle + 4, choice.low, text_anchor="end", class_="tick"),
            text(x.end + 6, middle + 4, choice.high, class_="tick"),
            segment(x.start, middle, x.end, middle, class_="grid"),
            segment(start, middle - 8, start, middle + 8, class_=f"whisker {OF_CHOICES[PROFILE]}"),
            *(
                dot(
                    x.place(place),
                    middle + heights.get(fit, 0.0),
                    OF_CHOICES[FOLD if fit in heights else WHOLE_FIT],
                    f"{fit}: {choice.parameter} {choice.values[fit]}",
                )
                for fit, place in choice.places.items()
            ),
        ]
    )
