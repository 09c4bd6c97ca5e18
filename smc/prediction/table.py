"""Decisions as a table for people and programs, and as a file of the kind that its name says."""

import io
import json
from typing import Any

import pandas as pd

from smc.evaluation.predictions import BASELINE, PREFIX

#: Columns in front and behind those of probabilities.
FIRST = ("symbol", "time", "version", "role", "trial", "side", "prediction", "position", "rung", "reason")
LAST = ("in_sample", "start", "end", "label", "ret", "net")


def as_table(
    rows: pd.DataFrame, first: pd.Timestamp | None = None, last: pd.Timestamp | None = None
) -> pd.DataFrame:
    """Return rows of the store with stamps as stamps and a column a class: ``p_0``, ``baseline_0``.

    Parameters
    ----------
    first, last
        Of the bars that are wanted; None: all.
    """
    stamps = {name: _stamps(pd.Series(rows[name])) for name in ("time", "start", "end")}
    wanted = pd.Series(True, rows.index)
    if first is not None:
        wanted &= stamps["time"] >= first
    if last is not None:
        wanted &= stamps["time"] <= last
    table = rows.assign(**stamps, in_sample=rows["in_sample"].astype(bool)).loc[wanted]
    whole = {name: table[name].astype("Int64") for name in ("side",)}
    is_class = table["probabilities"].ne("{}").any()
    numbers = {
        name: table[name].astype("Int64" if is_class else "float64") for name in ("prediction", "label")
    }
    shares = pd.DataFrame([_shares(row) for row in table.to_dict("records")], index=table.index)
    known = table.assign(**whole, **numbers)
    return pd.concat([known[list(FIRST)], shares, known[list(LAST)]], axis=1).sort_values(
        ["symbol", "time"], ignore_index=True
    )


def table_bytes(table: pd.DataFrame, kind: str) -> bytes:
    """Write a table as ``.parquet``, ``.csv`` or ``.jsonl`` (an object a line), without loss."""
    if kind == ".parquet":
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        return buffer.getvalue()
    stamps = {name: table[name].map(_iso) for name in ("time", "start", "end")}
    plain = table.assign(**stamps)
    if kind == ".csv":
        return plain.to_csv(index=False).encode()
    lines = [json.dumps(_plain(row)) for row in plain.astype(object).to_dict("records")]
    return "".join(f"{line}\n" for line in lines).encode()


def _shares(row: dict[str, Any]) -> dict[str, float]:
    baseline = json.loads(row["baseline"])
    return {
        **{f"{PREFIX}{name}": value for name, value in json.loads(row["probabilities"]).items()},
        **json.loads(row["calibrated"]),
        **{f"{BASELINE}_{name}" if name else BASELINE: value for name, value in baseline.items()},
    }


def _stamps(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, utc=True, format="ISO8601").dt.as_unit("ns")


def _iso(stamp: Any) -> str | None:
    return None if pd.isna(stamp) else stamp.isoformat()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if pd.isna(value) else getattr(value, "item", lambda value=value: value)()
        for name, value in row.items()
    }
