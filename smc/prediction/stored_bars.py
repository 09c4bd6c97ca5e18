"""Bars as rows of the store, and back."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from smc.features.live import BARS


def bar_rows(symbol: str, first: int, bars: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row a bar, numbered from ``first``; columns beside the usual five as JSON."""
    others = bars.drop(columns=BARS)
    texts = [
        json.dumps({str(name): None if pd.isna(value) else float(value) for name, value in row.items()})
        for row in others.to_dict("records")
    ]
    values = bars[BARS].to_numpy(dtype=np.float64).tolist()
    return [
        {
            "symbol": symbol,
            "number": first + place,
            "time": stamp.isoformat(),
            **dict(zip(BARS, [None if value != value else value for value in prices], strict=True)),
            "others": text or "{}",
        }
        for place, (stamp, prices, text) in enumerate(
            zip(bars.index, values, texts or ["{}"] * len(bars), strict=True)
        )
    ]


def bars_of_rows(rows: Sequence[Any]) -> pd.DataFrame:
    """Return what `bar_rows` wrote."""
    index = pd.DatetimeIndex([pd.Timestamp(row.time) for row in rows], tz="UTC", name="time").as_unit("ns")
    prices = np.array([[getattr(row, name) for name in BARS] for row in rows], dtype=np.float64)
    bars = pd.DataFrame(prices.reshape(len(rows), len(BARS)), index, BARS)
    others = pd.DataFrame([json.loads(row.others) for row in rows], index=index, dtype=np.float64)
    return pd.concat([bars, others], axis=1)
