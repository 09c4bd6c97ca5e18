"""What the out-of-fold events of a run say for it: the column that the ledger keeps."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.typing import ArrayLike

from smc.evaluation.predictions import event_means, first_of_events, of_part, with_shares
from smc.fingerprint import content_hash
from smc.results.record import TestPart
from smc.results.return_scheme import SIMPLE
from smc.selection.measures import return_coefficient
from smc.training.cross_fit import OUT_OF_FOLD
from smc.training.prepare import PreparedData
from smc.trials.market_trials import PanelRows
from smc.typing import Bars, Config, IntArray

#: What an event says for a model: of all measures it alone takes nothing for skill that barriers explain.
#: Until 0.3 forecasts of folds were taken less the mean of all: columns of then stand in panels of their own.
MEASURE = f"{return_coefficient.__name__}, less earlier forecasts"
#: What a test part waits for, and what one costs that does not wait.
SEALED = "opened by python -m smc.select, for the one run that it chooses"
RECORDED = "written down with the run: one look at the test part of its market, which later verdicts pay"


def looks_ahead(configs: Iterable[Config]) -> Iterator[str]:
    """Say how many test parts some runs will write down, before the first of them does.

    >>> sealed, recorded = ({"evaluation": {"test": state}} for state in ("sealed", "recorded"))
    >>> print(*looks_ahead([sealed, recorded, recorded]))
    2 runs will write test figures down (evaluation.test=recorded): 2 openings, and the p-value of a
    later verdict's test is multiplied by those of its market; evaluation.test=sealed opens the chosen run's
    alone
    """
    n_runs = sum(config["evaluation"].get("test") == "recorded" for config in configs)
    if n_runs:
        runs, openings = ("run", "opening") if n_runs == 1 else ("runs", "openings")
        yield (
            f"{n_runs} {runs} will write test figures down (evaluation.test=recorded): {n_runs} {openings}, "
            "and the p-value of a later verdict's test is multiplied by those of its market; "
            "evaluation.test=sealed opens the chosen run's alone"
        )


def evidence_table(bars: Bars, events: pd.DataFrame, predictions: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each labelled event of a run: ``symbol``, ``start``, ``end``, ``value``.

    Parameters
    ----------
    events
        All labelled events (`smc.training.dataset.Dataset.events`).
    predictions
        With the baseline's beside them; those out of fold are looked at.

    Returns
    -------
    pd.DataFrame
        ``start`` and ``end`` are the opens of the first and last bar of the label; ``value`` (float32) is
        what the event says, `smc.selection.measures.return_coefficient`, NaN where it was not predicted.
    """
    out_of_fold = of_part(predictions, OUT_OF_FOLD)
    return pd.concat(
        [
            _of_symbol(symbol, own_bars, _of(symbol, events), _of(symbol, out_of_fold))
            for symbol, own_bars in bars.items()
        ],
        ignore_index=True,
    )


def measured_today(evidence: pd.DataFrame, predictions: pd.DataFrame) -> pd.DataFrame:
    """Return an evidence table with what its predictions say by the measure of today.

    Parameters
    ----------
    evidence
        As `evidence_table` made it, by this version or an earlier one.
    predictions
        Of the same run.
    """
    out_of_fold, tables = of_part(predictions, OUT_OF_FOLD), []
    for symbol, own in evidence.groupby("symbol", sort=False):
        values = own["value"].to_numpy(copy=True)
        if len(predicted := _of(str(symbol), out_of_fold)):
            rows = with_shares(predicted)
            values[np.isfinite(values)] = event_means(rows, return_coefficient(rows))
        tables.append(own.assign(value=values))
    return pd.concat(tables, ignore_index=True)


def columns_of(
    evidence: pd.DataFrame, scheme: str = SIMPLE
) -> Iterator[tuple[str, PanelRows, npt.NDArray[np.float32]]]:
    """Give symbol, panel and column of each symbol of an evidence table.

    Parameters
    ----------
    scheme
        The kind of returns that it was made of: columns of two kinds stand in two panels.

    >>> time = pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True)
    >>> table = pd.DataFrame({"symbol": "A", "start": time, "end": time, "value": [0.5, np.nan]})
    >>> [(symbol, len(rows), values.tolist()) for symbol, rows, values in columns_of(table)]
    [('A', 2, [0.5, nan])]
    """
    for symbol, own in evidence.groupby("symbol", sort=True):
        start, end = (_nanoseconds(own[name]) for name in ("start", "end"))
        yield str(symbol), PanelRows(_panel_key(start, end, scheme), start, end), own["value"].to_numpy()


def test_parts(prepared: PreparedData, state: str) -> dict[str, TestPart]:
    """Say of each symbol's test part where it is, and whether its figures are written down.

    Parameters
    ----------
    state
        "sealed" or "recorded", as `evaluation.test`.
    """
    events = prepared.data.events.iloc[prepared.plan.test]
    return {symbol: _test_part(own, _of(symbol, events), state) for symbol, own in prepared.bars.items()}


def _test_part(bars: pd.DataFrame, events: pd.DataFrame, state: str) -> TestPart:
    first = bars.index[events["event"].to_numpy().min()].isoformat() if len(events) else None
    last = bars.index[events["end"].to_numpy().max()].isoformat() if len(events) else None
    why = SEALED if state == "sealed" else RECORDED
    return {"state": state, "why": why, "n_events": len(events), "first": first, "last": last}


def _of_symbol(
    symbol: str, bars: pd.DataFrame, events: pd.DataFrame, predictions: pd.DataFrame
) -> pd.DataFrame:
    values = np.full(len(events), np.nan, dtype=np.float32)
    if len(predictions):
        rows = with_shares(predictions)
        predicted = rows["event"].to_numpy()[first_of_events(rows)]
        values[np.searchsorted(events["event"], predicted)] = event_means(rows, return_coefficient(rows))
    stamps = {name: bars.index[events[name].to_numpy()] for name in ("start", "end")}
    return pd.DataFrame({"symbol": symbol, **stamps, "value": values})


def _of(symbol: str, table: pd.DataFrame) -> pd.DataFrame:
    return table.loc[table["symbol"] == symbol]


def _nanoseconds(stamps: ArrayLike) -> IntArray:
    return pd.DatetimeIndex(stamps).as_unit("ns").asi8


def _panel_key(start: IntArray, end: IntArray, scheme: str) -> str:
    spans = {"start": start.tolist(), "end": end.tolist()}
    return content_hash({**spans, "measure": MEASURE, "returns": scheme})
