"""What a search for parameters tried, and how far its choices lie apart, as tables and pictures need it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from smc.report.text import general
from smc.report.view import RunView
from smc.typing import FloatArray

FINISHED, PRUNED, FAILED = "finished", "pruned", "failed"
#: Share of the finished trials that lie within the axis: the worst of them hide how the others differ.
SHOWN = 0.9
#: Fits that are none of a fold.
WHOLE = ("first block", "train fit", "final fit")


@dataclass(frozen=True)
class History:
    """The trials of one search.

    Attributes
    ----------
    trials
        ``trial``, ``status``, ``loss``; of a pruned trial the loss of the folds that it came to, NaN of one
        that failed at once.
    profile
        Loss of the model's own parameters, trial 0; None where they could not be fitted.
    chosen
        Number of the trial whose parameters were taken.
    """

    fit: str
    trials: pd.DataFrame
    profile: float | None
    chosen: int

    def of(self, status: str) -> pd.DataFrame:
        """Return the trials that ended so."""
        return self.trials.loc[self.trials["status"] == status]

    @property
    def worth_seeing(self) -> list[float]:
        """Losses that an axis goes by: those of the profile and of all but the worst finished trials."""
        finished = np.sort(self.of(FINISHED)["loss"].to_numpy(dtype=np.float64))
        kept = finished[: max(1, math.ceil(SHOWN * len(finished)))].tolist()
        return [*kept, *([] if self.profile is None else [self.profile])]

    @property
    def best(self) -> FloatArray:
        """Least loss of the finished trials so far, at each trial; NaN before the first."""
        losses = self.trials["loss"].where(self.trials["status"] == FINISHED)
        return losses.cummin().ffill().to_numpy(dtype=np.float64)


@dataclass(frozen=True)
class Choice:
    """Where in its range one parameter was found by each fit.

    Attributes
    ----------
    low, high
        What stands at the ends of its range.
    start
        Where the model's own value lies, from 0 to 1.
    places
        Fit -> where its value lies, from 0 to 1.
    values
        Fit -> the value, as text.
    """

    parameter: str
    low: str
    high: str
    start: float
    places: Mapping[str, float]
    values: Mapping[str, str]

    @property
    def of_folds(self) -> list[float]:
        """Places of the folds' values."""
        return [place for fit, place in self.places.items() if fit not in WHOLE]

    @property
    def spread(self) -> float:
        """Share of the range that the values of the folds lie apart."""
        return max(self.of_folds) - min(self.of_folds)


def history_of(view: RunView) -> History | None:
    """Return the trials of the search for the saved model's parameters; None where nothing was looked for."""
    searches, table = view.record.get("tuning") or [], view.run.tuning
    if not searches or table.empty:
        return None
    search = searches[-1]
    own = table.loc[table["fit"] == search["fit"], ["trial", "status", "loss"]].reset_index(drop=True)
    first = own.iloc[0]
    profile = float(first["loss"]) if first["status"] == FINISHED else None
    return History(search["fit"], own, profile, search["trial"])


def importances_of(view: RunView) -> dict[str, float]:
    """Return the importance of each parameter in that search; none where too few trials finished."""
    searches = view.record.get("tuning") or []
    return dict(searches[-1].get("importances") or {}) if searches else {}


def choices_of(view: RunView) -> list[Choice]:
    """Return where the fits' parameters lie in their ranges; none unless several folds looked for theirs."""
    searches = view.record.get("tuning") or []
    if sum(search["fit"] not in WHOLE for search in searches) < 2:
        return []
    space = view.run.config.get("space") or {}
    return list(_choices(searches, space))


def _choices(searches: Sequence[Mapping[str, Any]], space: Mapping[str, Any]) -> Iterator[Choice]:
    for name in searches[0]["params"]:
        entry = _entry(name, space)
        if not isinstance(entry, Mapping):
            continue
        values = {search["fit"]: search["params"][name] for search in searches}
        low, high = _ends(entry)
        yield Choice(
            name,
            told(low),
            told(high),
            _place(searches[0]["start"][name], entry),
            {fit: _place(value, entry) for fit, value in values.items()},
            {fit: told(value) for fit, value in values.items()},
        )


def _entry(name: str, space: Any) -> Any:
    """Return where a parameter was looked for, that of an ensemble's member too; None if that is not told.

    >>> _entry("xgboost__max_depth", {"xgboost": {"max_depth": {"low": 3, "high": 6}}})
    {'low': 3, 'high': 6}
    """
    for step in name.split("__"):
        space = space.get(step) if isinstance(space, Mapping) else None
    return space


def _ends(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    choices = entry.get("choices")
    return (choices[0], choices[-1]) if choices else (entry["low"], entry["high"])


def _place(value: Any, entry: Mapping[str, Any]) -> float:
    """Return where a value lies in its range; one outside of it is put at the nearer end.

    >>> _place(0.1, {"low": 0.01, "high": 1.0, "log": True}), _place([8], {"choices": [[4], [6], [8]]})
    (0.5, 1.0)
    """
    if "choices" in entry:
        choices = entry["choices"]
        return choices.index(value) / (len(choices) - 1) if value in choices else 0.0
    if not isinstance(value, int | float):
        return 0.0
    low, high = _ends(entry)
    inside = min(max(value, low), high)
    if entry.get("log"):
        inside, low, high = map(math.log, (inside, low, high))
    return (inside - low) / (high - low)


def told(value: Any) -> str:
    """Write the value of a parameter.

    >>> told(0.0123456), told(7), told([64, 32]), told(None)
    ('0.01235', '7', '[64, 32]', 'None')
    """
    return general(value) if isinstance(value, float) else str(value)
