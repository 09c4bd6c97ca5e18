"""All runs of a manifest as one table, one row a run and symbol."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

#: Columns that the analysis asks for, whatever the rows hold.
FIGURES = (
    "train_accuracy",
    "val_accuracy",
    "train_val_gap",
    "out_of_fold_accuracy",
    "baseline_accuracy",
    "evidence",
    "test_accuracy",
)
NAMES = ("symbol", "run_id", "model", "profile", "aug", "cv", "seed")
#: What two runs share that differ in their profile alone.
SETTING = ["symbol", "model", "aug", "cv", "seed"]


def sweep_table(manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Return names and figures of every run in the comparison; a figure that is not there is NaN."""
    rows = [
        {**row, "symbol": symbol}
        for symbol, entry in manifest["selections"].items()
        for row in entry["comparison"]
    ]
    table = pd.DataFrame(rows).reindex(columns=[*NAMES, *FIGURES])
    table[list(FIGURES)] = table[list(FIGURES)].apply(pd.to_numeric).astype("float64")
    return table.fillna(dict.fromkeys(("model", "profile", "aug", "cv"), "n/a"))


def profile_pairs(table: pd.DataFrame, before: str, after: str) -> pd.DataFrame:
    """Return the change of each figure from one profile to another, one row a pair of runs.

    A pair differs in nothing but the profile; where a setting was run several times the means are compared.
    """
    means = table.groupby([*SETTING, "profile"], dropna=False)[list(FIGURES)].mean().reset_index("profile")
    ends = [means.loc[means["profile"] == name, list(FIGURES)] for name in (before, after)]
    return (ends[1] - ends[0]).dropna(how="all")
