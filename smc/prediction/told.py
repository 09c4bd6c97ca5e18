"""Decisions that were told, in the columns of a run's predictions."""

import json
from typing import Any

import numpy as np
import pandas as pd

from smc.evaluation.predictions import ACCOUNT, BASELINE, PREFIX
from smc.labels.label_table import average_uniqueness

LIVE = "live"


def as_predictions(rows: pd.DataFrame, bars: pd.DataFrame) -> pd.DataFrame:
    """Return rows of the store that have an outcome, as `smc.evaluation.predictions` describes the table.

    Parameters
    ----------
    bars
        Whose positions events and spans are; rows of other bars are left out.
    """
    has_outcome = rows["label"].notna() & rows["prediction"].notna() & ~rows["in_sample"].astype(bool)
    told = rows.loc[has_outcome]
    stamps = {
        name: pd.to_datetime(told[name], utc=True, format="ISO8601") for name in ("time", "start", "end")
    }
    places = {
        name: pd.DatetimeIndex(bars.index).get_indexer(pd.DatetimeIndex(its)) for name, its in stamps.items()
    }
    is_here = np.all([place >= 0 for place in places.values()], axis=0)
    told = told.loc[is_here]
    event, start, end = (places[name][is_here].astype(np.int64) for name in ("time", "start", "end"))
    answers = pd.DataFrame([_answers(row) for row in told.to_dict("records")], index=told.index)
    is_class = any(str(name).startswith(PREFIX) for name in answers)
    kind = np.int64 if is_class else np.float64
    table = pd.DataFrame(
        {
            "symbol": told["symbol"],
            "part": LIVE,
            "fold": told["version"],
            ACCOUNT: pd.factorize(told["version"])[0],
            "event": event,
            "time": stamps["time"].loc[is_here],
            "start": start,
            "end": end,
            "label": told["label"].astype(kind),
            "prediction": told["prediction"].astype(kind),
            "ret": told["ret"].astype(np.float64),
            "weight": average_uniqueness(start, end),
            "side": told["side"].astype(np.int64),
        }
    )
    return pd.concat([table, answers], axis=1).sort_values(["event", "fold"], ignore_index=True)


def _answers(row: dict[str, Any]) -> dict[str, float]:
    """Return the columns of probabilities, those before calibration, and the baseline's."""
    probabilities, baseline = json.loads(row["probabilities"]), json.loads(row["baseline"])
    return {
        **{f"{PREFIX}{name}": value for name, value in probabilities.items()},
        **json.loads(row["calibrated"]),
        **{f"{BASELINE}_{name}" if name else BASELINE: value for name, value in baseline.items()},
    }
