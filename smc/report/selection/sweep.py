"""All runs of a manifest as one table, one row a run and symbol."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from smc.typing import FloatArray

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


def figures_of(table: pd.DataFrame, name: str) -> FloatArray:
    """Return the values of a column that are there."""
    values = table[name].to_numpy(dtype=np.float64)
    return values[np.isfinite(values)]


def groups_of(table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Give the runs of each model and profile, in the order of their names."""
    for model, of_model in table.groupby("model"):
        for profile, own in of_model.groupby("profile"):
            yield str(model), str(profile), own


def profile_pairs(table: pd.DataFrame, before: str, after: str) -> pd.DataFrame:
    """Return the change of each figure from one profile to another, one row a pair of runs.

    A pair differs in nothing but the profile; where a setting was run several times the means are compared.
    """
    first, second = (
        pd.DataFrame(own.groupby(SETTING, dropna=False)[list(FIGURES)].mean())
        for own in (table.loc[table["profile"] == name] for name in (before, after))
    )
    return (second - first).dropna(how="all")
