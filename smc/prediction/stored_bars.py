"""Bars as rows of the store, and back."""

import json
from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from smc.features.live import BARS
from smc.prediction.chunk import Chunk


def bar_rows(symbol: str, first: int, chunk: Chunk) -> list[dict[str, Any]]:
    """Return one row a bar, numbered from ``first``; columns beside the usual five as JSON."""
    texts = ["{}"] * len(chunk.stamps) if chunk.table is None else _others(chunk.table)
    rows = zip(chunk.stamps, chunk.prices.tolist(), texts, strict=True)
    return [
        {
            "symbol": symbol,
            "number": first + place,
            "time": stamp.isoformat(),
            **dict(zip(BARS, prices, strict=True)),
            "volume": None if isnan(prices[-1]) else prices[-1],
            "others": text,
        }
        for place, (stamp, prices, text) in enumerate(rows)
    ]


def _others(bars: pd.DataFrame) -> list[str]:
    others = bars.drop(columns=BARS)
    if others.empty:
        return ["{}"] * len(bars)
    return [
        json.dumps({str(name): None if pd.isna(value) else float(value) for name, value in row.items()})
        for row in others.to_dict("records")
    ]


def bars_of_rows(rows: Sequence[Any]) -> pd.DataFrame:
    """Return what `bar_rows` wrote."""
    index = pd.DatetimeIndex([pd.Timestamp(row.time) for row in rows], tz="UTC", name="time").as_unit("ns")
    prices = np.array([[getattr(row, name) for name in BARS] for row in rows], dtype=np.float64)
    bars = pd.DataFrame(prices.reshape(len(rows), len(BARS)), index, BARS)
    others = pd.DataFrame([json.loads(row.others) for row in rows], index=index, dtype=np.float64)
    return pd.concat([bars, others], axis=1)
