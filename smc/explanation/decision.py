"""One decision explained: which it is, what each feature contributed, what a linear model says near it."""

from typing import Any

import numpy as np
import pandas as pd

from smc.errors import ConfigError
from smc.explanation.contributions import contributions
from smc.explanation.description import describe
from smc.explanation.model_inputs import feature_names
from smc.explanation.surrogate import N_NEIGHBOURS, Surrogate, surrogate
from smc.pipeline import FoldPipeline
from smc.typing import BoolArray, FloatArray, IntArray

RULE = (
    "A linear model of {n} made-up neighbours (LIME): what it adds for a feature that lies in the quarter of "
    "its values where it lies here. `fit` is the share of the neighbours' variance that it explains; near 0 "
    "its weights say nothing."
)


def explain_decision(
    model: FoldPipeline, decision: FloatArray, known: FloatArray
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Explain one answer of a model.

    Parameters
    ----------
    decision
        One input: a row (1, f), or a window (1, lookback, f).
    known
        Inputs that the model learned from.

    Returns
    -------
    record
        What was explained and how, as plain data.
    table
        One row a feature and output, the largest contribution first: ``feature``, ``output``, ``value`` (of
        the event's own bar), ``contribution``, ``surrogate_weight`` and ``condition``.

    Raises
    ------
    ExplanationError
        The contributions do not add up to the answer.
    """
    explanation = contributions(model, decision, known)
    local = surrogate(model, decision, known, explanation.output)
    record = {
        **describe(model, explanation),
        "explained": explanation.explained[0].tolist(),
        "answer": explanation.answers[0].tolist(),
        "surrogate": {
            "rule": RULE.format(n=N_NEIGHBOURS),
            "fit": local.fit.tolist(),
            "intercept": local.intercept.tolist(),
        },
    }
    values = decision[0].reshape(-1, decision.shape[-1])[-1]
    tables = [
        _table(
            name, feature_names(model), values, explanation.values[0, :, number], local=local, number=number
        )
        for number, name in enumerate(explanation.output.names)
    ]
    return record, pd.concat(tables, ignore_index=True)


def _table(
    output: str, names: list[str], values: FloatArray, added: FloatArray, *, local: Surrogate, number: int
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "feature": names,
            "output": output,
            "value": values,
            "contribution": added,
            "surrogate_weight": local.weights[:, number],
            "condition": local.conditions,
        }
    )
    return table.iloc[np.argsort(-np.abs(added), kind="stable")]


def find_event(events: pd.DataFrame, event: str, symbol: str | None = None) -> int:
    """Return the position of the event that a text means.

    >>> times = pd.to_datetime(["2018-06-28 20:00", "2018-06-29 08:00"], utc=True)
    >>> events = pd.DataFrame({"symbol": "EURUSD", "event": [7, 10], "time": times})
    >>> find_event(events, "last"), find_event(events, "7"), find_event(events, "2018-06-29")
    (1, 0, 1)
    """
    symbols = list(dict.fromkeys(events["symbol"]))
    if symbol is not None and symbol not in symbols:
        raise ConfigError(f"symbol={symbol} is none of the run's: {', '.join(symbols)}")
    places = np.flatnonzero([symbol in (None, name) for name in events["symbol"]])
    own = events.iloc[places]
    if event == "last":
        return int(places[-1])
    matches = places[_is_meant(own, event)]
    if len(matches) == 1:
        return int(matches[0])
    if len(matches):
        stamps = ", ".join(
            f"{row['symbol']} event={row['event']} ({row['time']:%Y-%m-%d %H:%M})"
            for row in events.iloc[matches[:3]].to_dict("records")
        )
        raise ConfigError(
            f"event={event} means {len(matches)} events, such as {stamps}: name one by its bar, and with "
            "symbol= where there are several"
        )
    near = own.iloc[_nearest(own, event)].to_dict("records")
    stamps = " or ".join(f"event={row['event']} ({row['time']:%Y-%m-%d %H:%M})" for row in near)
    raise ConfigError(f"event={event} is no event of the run: a decision is taken at {stamps}, for example")


def _is_meant(events: pd.DataFrame, event: str) -> BoolArray:
    """Mark the events at a bar, at a time, or on a day."""
    if _is_bar(event):
        return events["event"].to_numpy() == int(event)
    stamp = _stamp(event)
    times = pd.DatetimeIndex(events["time"])
    is_day = len(event) <= len("2018-06-29")
    return np.asarray((times.normalize() if is_day else times) == stamp)


def _nearest(events: pd.DataFrame, event: str) -> IntArray:
    """Return the places of the two events nearest to what was asked for."""
    if _is_bar(event):
        distance = np.abs(events["event"].to_numpy() - float(event))
    else:
        distance = np.abs((events["time"] - _stamp(event)).dt.total_seconds().to_numpy())
    return np.sort(np.argsort(distance, kind="stable")[:2])


def _is_bar(event: str) -> bool:
    return event.removeprefix("-").isdecimal()


def _stamp(event: str) -> pd.Timestamp:
    stamp = pd.to_datetime(event, utc=True, errors="coerce", format="ISO8601")
    if not (isinstance(stamp, pd.Timestamp) and pd.Timestamp.min.year < stamp.year < pd.Timestamp.max.year):
        raise ConfigError(
            f"event={event} is no event: give last, the position of a bar, or a time such as 2018-06-29T20:00"
        )
    return stamp
