"""What a look at a test part costs, given the looks at parts of the same market before."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from smc.selection.candidate import Candidate
from smc.trials.market_trials import Opening
from smc.typing import BoolArray

#: Months before the newest bar within which an opened test part counts.
MONTHS = 24
#: Fewest events that nobody looked at, and their least share of the test part, to be tested alone.
LEAST_FRESH, LEAST_FRESH_SHARE = 30, 0.5
#: Figures of an opening that a selection has judged by.
JUDGED = {"n_openings", "n_events"}


@dataclass(frozen=True, eq=False)
class Look:
    """How a candidate's test part may be looked at.

    Attributes
    ----------
    n_openings
        What its p-value is multiplied by: looks at this market, this one included.
    is_used
        Which test events the p-value takes.
    stands
        The opening of an earlier vintage whose verdict stands; None where the test part may be looked at.
    n_missing
        Fresh events that the candidate waits for until it is looked at again.
    """

    n_openings: int
    is_used: BoolArray
    stands: Opening | None = None
    n_missing: int = 0


def plan_look(candidate: Candidate, openings: Sequence[Opening]) -> Look:
    """Say which events of a test part count, and how often the market was looked at.

    A test part is opened once, and selecting again reads it: where a selection judged it already, its looks
    and events of then are taken, so that its verdict does not change with later looks. Else every other
    opening counts whose newest bar is later than 24 months before the candidate's; one of later bars too,
    so that cutting the data does not help. Fresh are events that begin after all bars that others opened.
    Where there are at least 30 of them, and half of the test part, they alone are tested, else all are.

    A trial that was opened on older bars is not looked at again before there are enough fresh events: its
    verdict stands.

    Parameters
    ----------
    openings
        Of the candidate's market, the oldest first.
    """
    time, newest = candidate.test_events
    own = [opening for opening in openings if _is_of(opening, candidate)]
    if own and own[0].figures.keys() >= JUDGED:
        n_openings, n_events = (int(own[0].figures[name]) for name in ("n_openings", "n_events"))
        return Look(n_openings, np.arange(len(time)) >= len(time) - n_events)
    others = [opening for opening in openings if not _is_of(opening, candidate)]
    n_before = sum(_counts(opening, newest) for opening in others)
    is_fresh = time > max((_nanoseconds(opening.end) for opening in others), default=-1)
    n_missing = max(least_fresh(len(time)) - int(is_fresh.sum()), 0)
    of_trial = [opening for opening in others if opening.trial == candidate.identity.trial]
    if of_trial and n_missing and not own:
        return Look(n_before, is_fresh, of_trial[-1], n_missing)
    return Look(n_before + 1, np.ones(len(time), dtype=bool) if n_missing else is_fresh)


def least_fresh(n_events: int) -> int:
    """Return how many fresh events a test part of so many events needs, to be tested on them alone.

    >>> least_fresh(200), least_fresh(40)
    (100, 30)
    """
    return max(LEAST_FRESH, math.ceil(LEAST_FRESH_SHARE * n_events))


def _is_of(opening: Opening, candidate: Candidate) -> bool:
    return (opening.run_id, opening.symbol) == (candidate.run_id, candidate.identity.symbol)


def _counts(opening: Opening, newest: pd.Timestamp | None) -> bool:
    return newest is None or pd.Timestamp(opening.end) > newest - pd.DateOffset(months=MONTHS)


def _nanoseconds(stamp: datetime) -> int:
    return pd.Timestamp(stamp).as_unit("ns").value
