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
from smc.results.return_scheme import return_scheme
from smc.selection import measures
from smc.selection.candidate import Candidate, Identity
from smc.selection.evidence import EventEvidence, SplitResult
from smc.stats import TrackRecord, mean_record
from smc.typing import FloatArray, IntArray

#: Marks in a record that a reader of a verdict should know of.
NOTES = ("stopped_by_watch", "partial")


def candidates_of(
    run_id: str,
    record: Mapping[str, Any],
    predictions: pd.DataFrame,
    returns: pd.DataFrame,
    measure: str,
    *,
    is_sealed: bool = False,
) -> list[Candidate]:
    """Return a run's candidates: one, or of a pool one for each symbol.

    Parameters
    ----------
    record, predictions, returns
        As `smc.results.Run` gives them.
    measure
        What an event says for a model, see `smc.selection.measures`.
    """
    by_symbol = record.get("by_symbol") or {record["symbol"]: record}
    return [
        _candidate(
            _identity(run_id, record, symbol),
            {**own, "notes": _notes(record)},
            _rows(predictions, "symbol", symbol),
            _rows(returns, "symbol", symbol),
            measure=measure,
            is_sealed=is_sealed,
        )
        for symbol, own in by_symbol.items()
    ]


def split_result(
    rows: pd.DataFrame, net: pd.DataFrame, measure: str, periods_per_year: float | None
) -> SplitResult | None:
    """Return what some held-out predictions say, or None where there are none.

    Parameters
    ----------
    rows
        Predictions of one symbol and split with the baseline's beside them; an event may stand there several
        times.
    net
        ``account``, ``time`` and ``net`` of its bars; needed for ``sharpe`` only.
    """
    if not len(rows):
        return None
    rows = with_shares(rows)
    events = rows.iloc[first_of_events(rows)]
    time, end = nanoseconds(events["time"]), _label_ends(events)
    is_classification = bool(class_columns(rows))
    correct = baseline = None
    if is_classification:
        label = rows["label"].to_numpy()
        correct = event_means(rows, (label == rows["prediction"].to_numpy()).astype(np.float64))
        baseline = event_means(rows, (label == _baseline_class(rows)).astype(np.float64))
    if is_classification and measure != "sharpe":
        evidence = EventEvidence(time, end, event_means(rows, measures.EVENT_MEASURES[measure](rows)))
    else:
        bars = np.unique(nanoseconds(net["time"])) if len(net) else np.empty(0, dtype=np.int64)
        evidence = EventEvidence(bars, bars, measures.sharpe(net, periods_per_year or 1.0))
    return SplitResult(evidence, time, end, correct, baseline)


def nanoseconds(stamps: ArrayLike) -> IntArray:
    """Return a column of stamps as nanoseconds since 1970, whatever their unit and zone.

    >>> nanoseconds(pd.Series(pd.to_datetime(["1970-01-01T00:00:01"], utc=True)))
    array([1000000000])
    """
    return pd.DatetimeIndex(stamps).tz_convert(None).to_numpy().astype("datetime64[ns]").astype(np.int64)


def _candidate(
    identity: Identity,
    own: Mapping[str, Any],
    predictions: pd.DataFrame,
    returns: pd.DataFrame,
    *,
    measure: str,
    is_sealed: bool,
) -> Candidate:
    periods = (own.get("financial_metrics") or {}).get("periods_per_year")
    net = {split: _rows(returns, "part", split) for split in HELD_OUT}
    results = {
        split: split_result(_rows(predictions, "part", split), net[split], measure, periods)
        for split in HELD_OUT
    }
    return Candidate(
        identity,
        task=own["task"],
        history=own["history"],
        returns=_track_record(net["out_of_fold"], periods),
        is_sealed=is_sealed,
        notes=own["notes"],
        **results,
    )


def _identity(run_id: str, record: Mapping[str, Any], symbol: str) -> Identity:
    same = ("seedless_hash", "data_hash", "split_hash", "code_version")
    choices = {name: str(option) for name, option in (record.get("choices") or {}).items()}
    return Identity(
        run_id,
        symbol,
        model=choices.get("model") or record["model_name"],
        trial="/".join(str(record[name]) for name in same),
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


def _rows(table: pd.DataFrame, column: str, value: str) -> pd.DataFrame:
    if not len(table):
        return table
    chosen = np.flatnonzero(table[column].to_numpy() == value)
    return table if len(chosen) == len(table) else table.take(chosen)


def _track_record(bars: pd.DataFrame, periods: float | None) -> TrackRecord | None:
    """Return the record of one account: of several, the mean of what each shows."""
    accounts = (
        [own.to_numpy(dtype=np.float64) for _, own in bars.groupby("account")["net"]] if len(bars) else []
    )
    records = [
        TrackRecord.of(net, periods_per_year=periods)
        for net in accounts
        if periods is not None and len(net) > 1 and np.ptp(net) > 0
    ]
    return mean_record(records) if records else None


def _label_ends(rows: pd.DataFrame) -> IntArray:
    """Return when labels end. Bars between two events are taken to be evenly spaced: only they are dated."""
    position, time = rows["event"].to_numpy(), nanoseconds(rows["time"])
    return np.interp(rows["end"].to_numpy(), position, time.astype(np.float64)).astype(np.int64)


def _baseline_class(rows: pd.DataFrame) -> FloatArray:
    names = [name for name in rows if str(name).startswith(f"{BASELINE}_")]
    classes = np.array([int(str(name).removeprefix(f"{BASELINE}_")) for name in names])
    return classes[np.nan_to_num(rows[names].to_numpy(dtype=np.float64)).argmax(axis=1)]
