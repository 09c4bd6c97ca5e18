"""What to watch once a model runs, with the ranges that its own record gives."""

import math
from collections.abc import Iterator

from smc.report.proportion import normal_point
from smc.report.selection.candidate_run import CandidateRun
from smc.report.selection.item import Item
from smc.report.text import count, is_number, percent

#: Events that a live check looks back on.
WINDOW = 100
#: One-sided normal points: of 5 % and of 80 %.
ALARM, POWER = normal_point(0.9), normal_point(0.6)
N_FEATURES = 5


def monitoring(exhibit: CandidateRun) -> list[Item]:
    """Return what to watch; a person sets the alarms up."""
    return [Item(what, "open", says) for what, says in _watched(exhibit)]


def events_to_tell(accuracy: float, baseline: float) -> int | None:
    """Return the events after which a live accuracy is told from the baseline 80 times in 100, one-sided 5 %.

    None where the accuracy is not above the baseline.

    >>> events_to_tell(0.6, 0.5), events_to_tell(0.5, 0.5)
    (149, None)
    """
    edge = accuracy - baseline
    if edge <= 0:
        return None
    return math.ceil((ALARM + POWER) ** 2 * accuracy * (1 - accuracy) / edge**2)


def _watched(exhibit: CandidateRun) -> Iterator[tuple[str, str]]:
    found = exhibit.accuracy("out_of_fold")
    baseline = exhibit.figures.baseline("out_of_fold").get("accuracy")
    if found:
        share, _, n_events = found
        low = share - ALARM * math.sqrt(share * (1 - share) / WINDOW)
        yield (
            "watch: accuracy",
            f"{percent(share)} on {count(n_events)} out-of-fold events; under {percent(low)} over the last "
            f"{WINDOW} happens 5 times in 100 by chance",
        )
        n_paper = events_to_tell(share, baseline) if is_number(baseline) else None
        if n_paper:
            yield (
                "paper trading",
                f"{count(n_paper)} live events tell this accuracy from the baseline's {percent(baseline)} "
                "8 times in 10",
            )
        yield "watch: share of predictions", _predicted(exhibit)
    if names := _leading(exhibit):
        yield "watch: drift of features", f"those it leans on most: {', '.join(names)}"


def _predicted(exhibit: CandidateRun) -> str:
    shares = exhibit.rows("out_of_fold")["prediction"].value_counts(normalize=True).sort_index()
    told = ", ".join(f"class {name:g} {percent(share)}" for name, share in shares.items())
    half = ALARM * math.sqrt(0.25 / WINDOW)
    return f"out of fold {told}; over {WINDOW} events {percent(half, 0)} more or less is chance"


def _leading(exhibit: CandidateRun) -> list[str]:
    pairs = [
        (abs(each["importance"]), str(each["feature"]))
        for each in exhibit.record.get("feature_importance") or []
        if is_number(each.get("importance"))
    ]
    return [name for size, name in sorted(pairs, reverse=True)[:N_FEATURES] if size > 0]
