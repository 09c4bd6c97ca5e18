"""From the tables of a run to what a selection asks of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from smc.evaluation.predictions import (
    BASELINE,
    HELD_OUT,
    class_columns,
    event_means,
    first_of_events,
    with_shares,
)
from smc.evaluation.rows import AnyRows, Rows
from smc.results.return_scheme import return_scheme
from smc.selection.candidate import Candidate, Identity
from smc.selection.evidence import EventEvidence, SplitResult
from smc.selection.measures import return_coefficient
from smc.stats import TrackRecord, mean_record
from smc.typing import FloatArray, IntArray

#: Marks in a record that a reader of a verdict should know of.
NOTES = ("stopped_by_watch", "partial")


def candidates_of(
    run_id: str,
    record: Mapping[str, Any],
    predictions: AnyRows,
    returns: AnyRows,
    *,
    sealed: AnyRows | None = None,
) -> list[Candidate]:
    """Return a run's candidates: one, or of a pool one for each symbol.

    Parameters
    ----------
    record, predictions, returns
        As `smc.results.Run` gives them, tables or rows of them.
    sealed
        ``symbol``, ``event``, ``time`` and ``end`` of test events that wait to be opened; None if none do.
    """
    by_symbol = record.get("by_symbol") or {record["symbol"]: record}
    said, earned = Rows.of(predictions), Rows.of(returns)
    waiting = None if sealed is None else Rows.of(sealed)
    return [
        _candidate(
            _identity(run_id, record, symbol),
            {
                **own,
                "notes": _notes(record),
                "own_classes": record.get("own_classes") or (),
                "is_pooled": len(by_symbol) > 1,
            },
            _rows(said, "symbol", symbol),
            _rows(earned, "symbol", symbol),
            sealed=None if waiting is None else _rows(waiting, "symbol", symbol),
        )
        for symbol, own in by_symbol.items()
    ]


def split_result(rows: AnyRows, net: AnyRows) -> SplitResult | None:
    """Return what some held-out predictions say, or None where there are none.

    Parameters
    ----------
    rows
        Predictions of one symbol and split with the baseline's beside them; an event may stand there several
        times.
    net
        ``position`` of its bars; no rows where nothing was traded.
    """
    if not len(rows):
        return None
    rows = with_shares(Rows.of(rows))
    time, end = _event_times(rows)
    correct = baseline = score = None
    if not class_columns(rows):
        label, prediction = (rows[name].astype(np.float64) for name in ("label", "prediction"))
        score = event_means(rows, r2_scores(label, prediction))
    else:
        label = rows["label"]
        correct = event_means(rows, (label == rows["prediction"]).astype(np.float64))
        baseline = event_means(rows, (label == _baseline_class(rows)).astype(np.float64))
    return SplitResult(
        EventEvidence(time, end, event_means(rows, return_coefficient(rows))),
        time,
        end,
        correct,
        baseline,
        is_constant=len(np.unique(rows["prediction"])) < 2,
        is_idle=not (len(net) and np.asarray(net["position"]).any()),
        score=score,
    )


def r2_scores(label: FloatArray, prediction: FloatArray) -> FloatArray:
    """Return what each event adds to R2 = 1 - SSE / SST, to first order: its mean is 0, its error that of R2.

    Zeros where the labels do not vary.

    References
    ----------
    Hampel (1974), "The influence curve and its role in robust estimation", JASA 69.

    >>> r2_scores(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0, 2.0])).round(2)
    array([ 0.36,  0.04,  0.04, -0.44])
    """
    error, spread = (label - prediction) ** 2, (label - label.mean()) ** 2
    if not spread.mean() > 0:
        return np.zeros(len(label))
    return (error.mean() / spread.mean() * spread - error) / spread.mean()


def nanoseconds(stamps: ArrayLike) -> IntArray:
    """Return a column of stamps as nanoseconds since 1970, whatever their unit and zone; an array's is UTC.

    >>> nanoseconds(pd.Series(pd.to_datetime(["1970-01-01T00:00:01"], utc=True)))
    array([1000000000])
    """
    if not isinstance(stamps, np.ndarray):
        stamps = pd.DatetimeIndex(stamps).tz_convert(None).to_numpy()
    return stamps.astype("datetime64[ns]").astype(np.int64)


def _candidate(
    identity: Identity,
    own: Mapping[str, Any],
    predictions: Rows,
    returns: Rows,
    *,
    sealed: Rows | None,
) -> Candidate:
    periods = (own.get("financial_metrics") or {}).get("periods_per_year")
    net = {split: _rows(returns, "part", split) for split in HELD_OUT}
    results = {split: split_result(_rows(predictions, "part", split), net[split]) for split in HELD_OUT}
    return Candidate(
        identity,
        task=own["task"],
        history=own["history"],
        returns=_track_record(net["out_of_fold"], periods),
        is_sealed=sealed is not None,
        notes=own["notes"],
        sealed_events=None if sealed is None or not len(sealed) else _event_times(sealed),
        own_classes=own["own_classes"],
        is_pooled=own["is_pooled"],
        **results,
    )


def _identity(run_id: str, record: Mapping[str, Any], symbol: str) -> Identity:
    trial = record.get("trial_hash") or record["seedless_hash"]  # a run of 0.2 does not know the user's code
    same = (trial, *(record[name] for name in ("data_hash", "split_hash", "code_version")))
    choices = {name: str(option) for name, option in (record.get("choices") or {}).items()}
    return Identity(
        run_id,
        symbol,
        model=choices.get("model") or record["model_name"],
        trial="/".join(map(str, same)),
        seed=record["seed"],
        data_hash=record["data_hash"],
        split_hash=record["split_hash"],
        choices=choices,
        return_scheme=return_scheme(record),
    )


def _notes(record: Mapping[str, Any]) -> tuple[str, ...]:
    marks = [name for name in NOTES if record.get(name)]
    reasons = {str(warning.get("reason")) for warning in record.get("warnings") or []}
    return tuple(sorted({*marks, *reasons} - {"not_finite", "not_saved"}))


def _rows(table: Rows, column: str, value: str) -> Rows:
    return table.where(table[column] == value) if len(table) else table


def _track_record(bars: Rows, periods: float | None) -> TrackRecord | None:
    """Return the record of one account: of several, the mean of what each shows."""
    if periods is None or not len(bars):
        return None
    account, net = bars["account"], bars["net"].astype(np.float64)
    accounts = (net[account == number] for number in np.unique(account))
    records = [
        TrackRecord.of(own, periods_per_year=periods) for own in accounts if len(own) > 1 and np.ptp(own) > 0
    ]
    return mean_record(records) if records else None


def _event_times(rows: Rows) -> tuple[IntArray, IntArray]:
    """Return when each event is decided on, and when its label ends."""
    first = first_of_events(rows)
    events = Rows({name: rows[name][first] for name in ("event", "time", "end")})
    return nanoseconds(events["time"]), bar_times(events["end"], events)


def bar_times(positions: IntArray, events: AnyRows) -> IntArray:
    """Return when bars are, nanoseconds since 1970, told by the bars that have an event.

    Bars between two events are taken to be evenly spaced, those behind the last one as far apart as on the
    average before it: a label that ends there is not taken to end with the event.

    Parameters
    ----------
    events
        ``event`` (bar position, ascending) and ``time``.

    >>> time = pd.to_datetime(["2024-01-01", "2024-01-05"], utc=True)
    >>> times = bar_times(np.array([2, 7]), pd.DataFrame({"event": [0, 4], "time": time}))
    >>> pd.to_datetime(times).day.tolist()
    [3, 8]
    """
    known, time = np.asarray(events["event"]), nanoseconds(events["time"])
    spacing = (time[-1] - time[0]) / max(known[-1] - known[0], 1)
    within = np.interp(positions, known, time.astype(np.float64))
    return (within + spacing * np.maximum(positions - known[-1], 0)).astype(np.int64)


def _baseline_class(rows: Rows) -> IntArray:
    names = [name for name in rows if name.startswith(f"{BASELINE}_")]
    classes = np.array([int(name.removeprefix(f"{BASELINE}_")) for name in names])
    said = np.column_stack([rows[name].astype(np.float64) for name in names])
    return classes[np.nan_to_num(said).argmax(axis=1)]
