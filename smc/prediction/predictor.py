"""Bars in, decisions out: one bar at a time or many, by whatever models answer now."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from smc.errors import ConfigError, DataError
from smc.prediction.assignment import Assignment
from smc.prediction.bar_check import bar_problem, checked, read_bar
from smc.prediction.deciding import Context, decide
from smc.prediction.decision import BAD_BAR, STALE, Decision, utc
from smc.prediction.decisions import Decisions, Progress, Written
from smc.prediction.followed import Chunk, Followed
from smc.prediction.series import Part
from smc.prediction.version import Version
from smc.prediction.versions import Versions

#: Gives the bars of a symbol before it is followed; None: there are none.
History: TypeAlias = Callable[[str], pd.DataFrame | None]
Answering: TypeAlias = Sequence[tuple[Assignment, Version]]
#: Bars of one commit while bars are behind.
COMMIT_SIZE = 500
#: What a bar holds: its time and five numbers; whatever else is for families of one's own.
N_FIELDS = 6


class Predictor:
    """Follow every symbol bar by bar, and let whoever is live decide at its events.

    The state of features, events and open labels is kept, so that a bar takes no longer than its model does;
    one bar at a time and many at once give the same bytes, which are those of the run. What is decided is in
    the store before it is returned, in one transaction with the bar, the outcomes that it made known, and how
    far the symbol is. After a crash the same bars lead to the same rows.

    Parameters
    ----------
    versions
        Who answers.
    store
        Where decisions are written; None: nowhere, and nothing is known after a restart.
    history
        Bars before the first one that is given, such as those that the run was made of: they warm the
        features up, and are never decided on.
    keeps_bars
        Whether bars are stored, so that a state can be made again; not for bars that can be read again.
    is_open
        Whether sealed test parts may be decided on: their opening is on record.

    Examples
    --------
    ::

        predictor = Predictor(Versions(one_run("outputs/runs/3f2a...")), store=Decisions())
        for bar in feed:
            for decision in predictor.decide("EURUSD", bar):
                print(decision.position)
    """

    def __init__(
        self,
        versions: Versions,
        *,
        store: Decisions | None = None,
        history: History = lambda _: None,
        keeps_bars: bool = True,
        is_open: bool = False,
    ) -> None:
        self.versions, self.store, self.history = versions, store, history
        self.keeps_bars, self.is_open = keeps_bars and store is not None, is_open
        self._followed: dict[str, Followed] = {}
        self._making = threading.Lock()

    def decide(self, symbol: str, bar: Mapping[str, Any]) -> list[Decision]:
        """Take one closed bar; return what is decided at its close, one decision a model that answers.

        Nothing is returned for a bar without an event. A bar that was taken before changes nothing, and what
        was decided then is returned.

        Parameters
        ----------
        bar
            time (its open, with a zone), open, high, low, close, volume, and whatever families of your own
            read.

        Raises
        ------
        DataError
            It has no time, or lacks a number: there is no bar to speak of.
        ConfigError
            Nobody answers for the symbol.
        PlaceError
            The store cannot be written: the bar was not taken, and may be given again.
        """
        try:
            index, prices = read_bar(bar)
        except ValueError as error:
            raise DataError(f"{symbol}: {error}") from error
        with self._alone(symbol, index.asi8[0]) as followed:
            answering, time = self._answering(symbol), utc(int(index.asi8[0]))
            if problem := bar_problem(prices[0]):
                return self._refuse(answering, symbol, time, BAD_BAR, problem)
            if followed.last is not None and time.value <= followed.last:
                return self._not_new(followed, answering, time, prices)
            table = pd.DataFrame([bar]).drop(columns="time").set_axis(index) if len(bar) > N_FIELDS else None
            return self._take(followed, answering, Chunk(index, prices, table))

    def decide_many(self, symbol: str, bars: pd.DataFrame) -> Iterator[list[Decision]]:
        """Take many closed bars, in order; give the decisions of a commit's bars at a time.

        Bars up to the last one that was taken are passed over.

        Raises
        ------
        DataError
            A bar breaks a rule of `smc.data.bad_bars`.
        ConfigError, PlaceError
            As `decide`.
        """
        chunk = Chunk.of_table(checked(symbol, bars))
        with self._alone(symbol, chunk.stamps.asi8[0]) as followed:
            last = followed.last
        first = 0 if last is None else int(np.searchsorted(chunk.stamps.asi8, last, side="right"))
        for part in chunk.parts(COMMIT_SIZE, first):
            with self._alone(symbol, part.stamps.asi8[0]) as followed:
                made = self._take(followed, self._answering(symbol), part)
            yield made

    def last(self, symbol: str) -> pd.Timestamp | None:
        """Return the open of the last bar that was taken of a symbol; None before the first."""
        followed = self._followed.get(symbol)
        return None if followed is None or followed.last is None else utc(followed.last)

    def _answering(self, symbol: str) -> Answering:
        answering = self.versions.of(symbol)
        if not answering and symbol not in (known := self.versions.symbols()):
            near = ", ".join(known) or "none"
            raise ConfigError(f"nobody answers for {symbol}: symbols with a model are {near}")
        return answering

    def _take(self, followed: Followed, answering: Answering, chunk: Chunk) -> list[Decision]:
        """Take new bars and write what they gave; where that fails, what is stored is where it goes on."""
        try:
            self._recall(followed, answering)
            context = Context(followed.symbol, chunk.stamps.asi8, followed.last, self.is_open)
            parts = followed.take(chunk, [version for _, version in answering])
            made = []
            for assignment, version in answering:
                for position, decision in decide(assignment, version, parts[version.recipe], context):
                    made.append(decision)
                    if decision.is_decided:
                        followed.wait_for(version, position, decision)
            outcomes = list(followed.settle())
            if self.store is None:
                return made
            progress = [_progress(followed, *one, parts[one[1].recipe]) for one in answering]
            bars = chunk.as_table() if self.keeps_bars else None
            written = Written(made, outcomes, progress, followed.symbol, followed.n_stored, bars)
            told = self.store.write(written)
        except BaseException:
            self._followed.pop(followed.symbol, None)
            raise
        followed.n_stored += len(chunk.stamps)
        return told

    def _recall(self, followed: Followed, answering: Answering) -> None:
        """Take up decisions of before whose outcomes are not known yet, the first time a version answers."""
        for assignment, version in answering:
            who = (assignment.version, assignment.role)
            if self.store is not None and self.keeps_bars and who not in followed.recalled:
                followed.await_again(version, self.store.open_decisions(followed.symbol, *who))
            followed.recalled.add(who)

    def _not_new(
        self, followed: Followed, answering: Answering, time: pd.Timestamp, prices: Any
    ) -> list[Decision]:
        """Return what was decided on a bar that is known, or say that it comes too late."""
        if followed.same_as_known(time.value, prices):
            return [] if self.store is None else self.store.at(followed.symbol, time)
        detail = f"it does not come after the last one, of {followed.time(followed.n_bars - 1)}"
        return self._refuse(answering, followed.symbol, time, STALE, detail)

    def _refuse(
        self, answering: Answering, symbol: str, time: pd.Timestamp, reason: str, detail: str
    ) -> list[Decision]:
        """Write that there is no decision on a bar, unless there is one, and return why."""
        refused = [
            Decision(
                symbol, time, one.version, one.role, version.trial, one.rung, reason=reason, detail=detail
            )
            for one, version in answering
        ]
        if self.store is not None:
            self.store.write(Written(refused))
        return refused

    @contextmanager
    def _alone(self, symbol: str, first: int) -> Iterator[Followed]:
        """Hold a symbol as it is followed; at its first bar it is made from what is stored and known."""
        while True:
            with self._making:
                if symbol not in self._followed:
                    self._followed[symbol] = self._begin(symbol, first)
                followed = self._followed[symbol]
            with followed.lock:
                if self._followed.get(symbol) is followed:  # else its store failed while this caller waited
                    yield followed
                    return

    def _begin(self, symbol: str, first: int) -> Followed:
        stored = self.store.bars(symbol) if self.store is not None and self.keeps_bars else None
        n_stored = 0 if stored is None else len(stored)
        begin = pd.DatetimeIndex(stored.index).asi8[0] if stored is not None and n_stored else first
        history = self.history(symbol)
        known = [] if history is None else [history.loc[history.index < utc(int(begin))]]
        known += [stored] if stored is not None and n_stored else []
        return Followed(symbol, pd.concat(known) if known else None, n_stored)


def _progress(followed: Followed, assignment: Assignment, version: Version, part: Part) -> Progress:
    n_bars = part.first + part.n_bars
    is_warm = n_bars >= version.components.features.warm_up + version.model.lookback
    state = "deciding" if is_warm else "warming up"
    last = followed.time(followed.n_bars - 1)
    return Progress(followed.symbol, assignment.version, assignment.role, last, n_bars, state)
