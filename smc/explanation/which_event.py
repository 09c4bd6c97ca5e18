"""Which of a run's events is meant by a text."""

from typing import Any

import numpy as np
import pandas as pd

from smc.errors import ConfigError
from smc.typing import IntArray


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
    found = places[_is_meant(own, event)]
    if len(found) == 1:
        return int(found[0])
    if len(found):
        stamps = ", ".join(
            f"{each['symbol']} event={each['event']} ({each['time']:%Y-%m-%d %H:%M})"
            for each in events.iloc[found[:3]].to_dict("records")
        )
        raise ConfigError(
            f"event={event} means {len(found)} events, such as {stamps}: name one by its bar, and with "
            "symbol= where there are several"
        )
    near = own.iloc[_nearest(own, event)].to_dict("records")
    stamps = " or ".join(f"event={each['event']} ({each['time']:%Y-%m-%d %H:%M})" for each in near)
    raise ConfigError(f"event={event} is no event of the run: a decision is taken at {stamps}, for example")


def _is_meant(events: pd.DataFrame, event: str) -> Any:
    """Mark the events at a bar, at a time, or on a day."""
    if event.isdecimal():
        return events["event"].to_numpy() == int(event)
    stamp = _stamp(event)
    times = pd.DatetimeIndex(events["time"])
    is_day = len(event) <= len("2018-06-29")
    return (times.normalize() if is_day else times) == stamp


def _nearest(events: pd.DataFrame, event: str) -> IntArray:
    """Return the places of the two events nearest to what was asked for."""
    if event.isdecimal():
        distance = np.abs(events["event"].to_numpy() - int(event))
    else:
        distance = np.abs((events["time"] - _stamp(event)).dt.total_seconds().to_numpy())
    return np.sort(np.argsort(distance, kind="stable")[:2])


def _stamp(event: str) -> pd.Timestamp:
    stamp = pd.to_datetime(event, utc=True, errors="coerce", format="ISO8601")
    if not isinstance(stamp, pd.Timestamp):
        raise ConfigError(
            f"event={event} is no event: give last, the position of a bar, or a time such as 2018-06-29T20:00"
        )
    return stamp
