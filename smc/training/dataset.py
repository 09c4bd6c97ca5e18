"""The labelled events of one run, with an account of every bar that was lost."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from smc import structure
from smc.cv.common_axis import common_axis_spans
from smc.data.stillness import untraded
from smc.errors import ConfigError, LabelError, ModelError
from smc.features.feature_set import FeatureSet
from smc.interfaces import EventDetector, FeatureExtractor, Labeller
from smc.labels.label_table import return_attribution
from smc.laws.answers import checked_events, checked_labels
from smc.typing import Bars, FloatArray, IntArray, SampleWeight, Spans
from smc.windows import Windows

DAY = 86_400  # seconds


class EventSource(Protocol):
    """What a run needs to make events from bars (`smc.features`, `smc.events`, `smc.labels`)."""

    @property
    def features(self) -> FeatureExtractor: ...
    @property
    def events(self) -> EventDetector: ...
    @property
    def labels(self) -> Labeller: ...
    @property
    def side(self) -> str: ...


@dataclass(frozen=True, eq=False)
class Dataset:
    """Events in time order.

    Attributes
    ----------
    bars
        (n_bars, n_features), features of every bar; symbols one after another.
    rows
        Row of each event's own bar in ``bars``.
    events
        One row an event: ``symbol``, ``event`` (bar position in its own series), ``time`` (that bar's open),
        ``start``, ``end`` (label span in its own series), ``label``, ``ret``, ``weight``, ``side``, and
        ``attribution``, what the label has to itself of what the market did
        (`smc.labels.label_table.return_attribution`).
    spans
        (n_events, 2), label spans on the time axis that all symbols share; the symbol's own for one symbol.
    account
        For each symbol, how many bars became events and where the others were lost.
    """

    bars: pd.DataFrame
    rows: IntArray
    events: pd.DataFrame
    spans: Spans
    account: dict[str, dict[str, Any]]

    @property
    def can_trade(self) -> bool:
        """Whether no event was left out for how it ended.

        With ``labels.expiry=drop`` an event is one only if a barrier was touched, which is known afterwards.
        Trading those alone earns on noise: wide stops and near targets lose only by what is left out.
        """
        return not any(account.get("events_expired") for account in self.account.values())

    def weights(self, kind: SampleWeight, positions: IntArray) -> FloatArray | None:
        """Return how much each of some events counts in a fit; None: all the same.

        Parameters
        ----------
        kind
            ``uniqueness``: average uniqueness of the label. ``return_attribution``: its share of the returns
            in its span, 1 on average over these events, so that nothing is scaled by what others hold.
        """
        if kind == "uniqueness":
            return self.events["weight"].to_numpy()[positions]
        if kind == "none":
            return None
        own = self.events["attribution"].to_numpy()[positions]
        return own / own.mean() if own.any() else np.ones(len(own))

    def inputs(
        self, positions: IntArray, lookback: int = 1, *, bars_before: IntArray | int = 0
    ) -> pd.DataFrame | Windows:
        """Return what a model looks at for some events: their own bars, or windows of bars that end there.

        A window may begin inside the features' warm-up, whose values are as causal as any other, but less
        settled or missing.

        Parameters
        ----------
        positions
            Of the events.
        lookback
            Bars in a window; 1 gives rows.
        bars_before
            How many bars before each event to look from; fewer where its symbol has fewer.

        Raises
        ------
        ModelError
            A window would begin before the first bar of its symbol.
        """
        bars_to_spare = self.events["event"].to_numpy()[positions] - (lookback - 1)
        if (bars_to_spare < 0).any():
            early = self.events.iloc[positions[int(bars_to_spare.argmin())]]
            raise ModelError(
                f"the event at bar {early['event']} of {early['symbol']} has no {lookback} bars behind it: "
                "use a shorter model.lookback, or features with a longer warm-up"
            )
        rows = self.rows[positions] - np.minimum(bars_before, bars_to_spare)
        if lookback == 1:
            return self.bars.iloc[rows]
        return Windows(self.bars.to_numpy(), rows, lookback, names=list(self.bars.columns))

    def shifted(self, by: int) -> "Dataset":
        """Give each event the inputs of the one ``by`` events before it, in a circle: a null.

        What a model looks at moves, the bar where its inputs end. What it is asked for stays: label, span,
        weight, return, and the side by which label and return are signed. So only the bond between the two
        is cut. Both keep their order, in which neighbours resemble each other, and all splits stay.
        """
        order = np.roll(np.arange(len(self.events)), by)
        place = {name: self.events[name].to_numpy()[order] for name in ("event", "time")}
        return replace(self, rows=self.rows[order], events=self.events.assign(**place))

    def without_features(self) -> "Dataset":
        """Return the same events, as a model that looks at no feature is given them."""
        return replace(self, bars=self.bars.iloc[:, :1])


def make_dataset(
    bars: Bars, source: EventSource, compute: Callable[[pd.DataFrame], pd.DataFrame] | None = None
) -> Dataset:
    """Compute the features of each symbol, label its events, and pool them.

    Parameters
    ----------
    compute
        In the place of `source.features.compute`, where features are read from a cache.
    """
    compute = compute or source.features.compute
    labelled = {symbol: (own, label_events(own, compute(own), source)) for symbol, own in bars.items()}
    return pool(labelled)


def label_events(bars: pd.DataFrame, features: pd.DataFrame, source: EventSource) -> Dataset:
    """Form the labelled events of one symbol.

    Events inside the features' warm-up, those in bars without trades, and those whose label is not resolved
    at the end of the data, are left out and counted.

    Raises
    ------
    LabelError
        No event is left; the message holds the account. Or a class of one's own gave what is none.
    """
    warm_up = source.features.warm_up
    candidates = checked_events(source.events, source.events.compute(bars, features), len(bars))
    settled = candidates[candidates >= warm_up]
    known = traded(bars, settled)
    side = event_side(bars, known, features, source)
    answered = source.labels.compute(bars, known, side)
    labels = checked_labels(source.labels, answered, known, len(bars), task=source.labels.task)
    events = labels.reset_index()
    rows = events["event"].to_numpy()
    account = {
        "bars": len(bars),
        "warm_up_bars": min(warm_up, len(bars)),
        "events": len(candidates),
        "events_in_warm_up": len(candidates) - len(settled),
        **({"events_untraded": len(settled) - len(known)} if len(known) < len(settled) else {}),
        **{f"events_{reason}": count for reason, count in labels.attrs.get("dropped", {}).items()},
        "labelled_events": len(events),
        "nan_features": {str(name): int(n) for name, n in features.iloc[rows].isna().sum().items() if n},
    }
    if events.empty:
        raise LabelError(f"no labelled event is left of {len(bars)} bars: {_say(account)}")
    events.insert(1, "time", bars.index[rows])
    events["side"] = side[np.searchsorted(known, events["event"])]
    spans = events[["start", "end"]].to_numpy(dtype=np.int64)
    events["attribution"] = return_attribution(bars["close"].to_numpy(dtype=np.float64), *spans.T)
    return Dataset(features, rows, events, spans, {"": account})


def traded(bars: pd.DataFrame, events: IntArray) -> IntArray:
    """Keep the events at which something was traded: a suspended market gives no decision, nor a fill."""
    return events[~untraded(bars)[events]]


def event_side(bars: pd.DataFrame, events: IntArray, features: pd.DataFrame, source: EventSource) -> IntArray:
    """Give each event its side: always long, or the last break of structure's (>= 0 is long)."""
    if source.side == "long":
        return np.ones(len(events), dtype=np.int64)
    if "st_dir" not in features:
        extractor = source.features
        if isinstance(extractor, FeatureSet):
            features = structure.compute(bars, **extractor.rules)
        else:
            features = structure.compute(bars)
    return np.where(features["st_dir"].to_numpy()[events] >= 0, 1, -1)


def check_fit(symbol: str, bars: pd.DataFrame, features: FeatureExtractor, horizon: int) -> None:
    """Raise ConfigError when features or labels do not fit the bars: too long for them, or for other bars.

    Daily bars have no hour, and their histories are too short for the warm-up of intraday columns.
    """
    problems = []
    if features.warm_up >= len(bars):
        problems.append(
            f"features: a warm-up of {features.warm_up} bars leaves nothing of {len(bars)} bars of {symbol}"
        )
    if horizon >= len(bars):
        problems.append(
            f"labels: a horizon of {horizon} bars is longer than the {len(bars)} bars of {symbol}"
        )
    is_daily = len(bars) > 1 and np.median(np.diff(pd.DatetimeIndex(bars.index).as_unit("s").asi8)) >= DAY
    if is_daily and any(name.startswith("ses_hour") for name in features.names):
        problems.append(f"features: {symbol} has daily bars, and they have no hour; choose features=daily")
    if problems:
        raise ConfigError("\n".join(problems))


def pool(labelled: dict[str, tuple[pd.DataFrame, Dataset]]) -> Dataset:
    """Put the events of several symbols into one set, in the order of a common time axis.

    Parameters
    ----------
    labelled
        Bars and events by symbol. The axis is the union of all stamps, so that a training label of one symbol
        that overlaps a test label of another is purged like one of its own.
    """
    for symbol, (_, data) in labelled.items():
        data.events.insert(0, "symbol", symbol)
    accounts = {symbol: data.account[""] for symbol, (_, data) in labelled.items()}
    datasets = [data for _, data in labelled.values()]
    if len(datasets) == 1:
        return replace(datasets[0], account=accounts)
    spans, order = common_axis_spans(
        [(pd.DatetimeIndex(bars.index), data.spans) for bars, data in labelled.values()]
    )
    first_rows = np.cumsum([0, *(len(data.bars) for data in datasets[:-1])])
    rows = [data.rows + first_row for data, first_row in zip(datasets, first_rows, strict=True)]
    return Dataset(
        pd.concat([data.bars for data in datasets], ignore_index=True),
        np.concatenate(rows)[order],
        pd.concat([data.events for data in datasets]).iloc[order].reset_index(drop=True),
        spans,
        accounts,
    )


def _say(account: dict[str, Any]) -> str:
    return ", ".join(
        f"{value} {name.replace('_', ' ')}" for name, value in account.items() if isinstance(value, int)
    )
