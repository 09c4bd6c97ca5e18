"""All that was tried on one market, as a selection is given it: who said what of which events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from smc.typing import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class PanelRows:
    """The labelled events that the columns of a panel are about: all of them, whoever predicted which.

    Attributes
    ----------
    key
        Hash of the market's events (`start`, `end`), the measure and the kind of returns: nothing about a
        panel depends on which trials are in it.
    start, end
        Of each event's label, nanoseconds since 1970, in order of ``start``.
    """

    key: str
    start: IntArray
    end: IntArray

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, eq=False)
class Column:
    """What the events of a panel say for one run of a trial.

    Attributes
    ----------
    trial
        What the seeds of one configuration and code share: the unit that is counted.
    question
        Hash of labels, events and side: what the trial was asked for.
    round
        1 + how often trials of the market were newly registered after a fold of an earlier one was scored.
    values
        One for each row of the panel, whose mean over the predicted events is the score above the
        baseline's; NaN where the run predicted none out of fold.
    two_sided
        Whether its folds trained after what they tested. What one fold says then depends on what the other
        does, and the variance of the mean is about twice what the values show (`variance_factor`).
    """

    trial: str
    run_id: str
    symbol: str
    seed: int
    panel: str
    question: str
    round: int
    values: FloatArray
    two_sided: bool = False

    @property
    def variance_factor(self) -> float:
        """What the variance of its mean is multiplied by, against that of forward evidence."""
        return 2.0 if self.two_sided else 1.0


@dataclass(frozen=True)
class Opening:
    """A test part that was looked at.

    Attributes
    ----------
    trial
        Hash of configuration and code, whatever the bars.
    start, end
        First bar of its first event, and last bar that any of its labels looks at.
    by
        Who looked: a selection rule, or "recorded" where a run wrote its test figures down itself.
    figures
        What was seen, by name; empty of a recorded one, whose run holds them. Of an honest selection the
        manifest's ``evidence.test``: a later one reads ``passed``, ``decided_by`` and ``p_value`` there.
    """

    run_id: str
    trial: str
    symbol: str
    start: pd.Timestamp
    end: pd.Timestamp
    time: datetime
    by: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class MarketTrials:
    """Everything that was tried on one market, whatever folder, file or symbol it was tried under.

    Attributes
    ----------
    panels
        By key.
    columns
        One for each trial that has evidence: that of its first registered seed that finished. Superseded
        vintages and versions have none.
    repeats
        Further seeds of these trials, by trial; they give a band and nothing else.
    n_untold
        Trials that were scored and have no column, those of a list that was begun, and those that were
        imported without one.
    n_trials
        Distinct trials that count, with a column or without.
    statuses
        How many runs ended how, repeats and seeds included.
    openings
        Of its test parts, the oldest first.
    criteria
        What the first selection of this market asked for, by name; None if there was none yet.
    """

    market: str
    symbols: Sequence[str]
    panels: Mapping[str, PanelRows]
    columns: Sequence[Column]
    n_untold: int
    n_trials: int
    repeats: Mapping[str, Sequence[Column]] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    openings: Sequence[Opening] = ()
    criteria: Mapping[str, Any] | None = None
