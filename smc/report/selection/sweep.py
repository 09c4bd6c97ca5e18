"""All runs of a manifest as one table, one row a run and symbol, and the charts over it."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from smc.report.html.blocks import Picture
from smc.report.html.charts.sweep_charts import Group, Point, distribution_chart, scatter_chart
from smc.report.text import DASH, count
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
    return table.fillna(dict.fromkeys(("model", "profile", "aug", "cv"), DASH))


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


#: Distributions: figure, file name, title.
DISTRIBUTIONS = (
    ("train_val_gap", "gap", "Train-validation gap"),
    ("val_accuracy", "validation", "Validation accuracy"),
    ("out_of_fold_accuracy", "out_of_fold", "Out-of-fold accuracy"),
    ("test_accuracy", "test", "Test accuracy"),
)
#: Scatters over the test accuracy: figure, file name, title.
SCATTERS = (
    ("train_val_gap", "gap_and_test", "Gap and test accuracy"),
    ("out_of_fold_accuracy", "out_of_fold_and_test", "Out-of-fold and test accuracy"),
)


#: Fewer runs are no distribution.
LEAST = 2


def sweep_pictures(table: pd.DataFrame) -> list[Picture]:
    """Draw the distributions by model and profile, and two scores against the test accuracy."""
    drawn = [_distribution(table, *distribution) for distribution in DISTRIBUTIONS]
    return [picture for picture in [*drawn, *(_scatter(table, *scatter) for scatter in SCATTERS)] if picture]


def _distribution(table: pd.DataFrame, figure: str, name: str, title: str) -> Picture | None:
    known = table.loc[table[figure].notna()]
    groups = [
        Group(model, profile, own[figure].tolist(), own["run_id"].tolist())
        for model, profile, own in groups_of(known)
    ]
    if len(known) < LEAST:
        return None
    n_symbols = known["symbol"].nunique()
    n_runs = f"{count(len(known))} runs, {count(n_symbols)} symbol{'s' * (n_symbols > 1)}"
    caption = f"{n_runs}; a dot a run, box: quartiles, line: median, ends: 5 and 95 %."
    return Picture(name, title, caption, distribution_chart(groups, "", f"{title} of {n_runs}"))


def _scatter(table: pd.DataFrame, figure: str, name: str, title: str) -> Picture | None:
    known = table.loc[table[figure].notna() & table["test_accuracy"].notna()].sort_values("profile")
    if len(known) < LEAST:
        return None
    centred = known["test_accuracy"] - known.groupby("symbol")["test_accuracy"].transform("mean")
    says = known["symbol"] + " " + known["model"] + " " + known["profile"] + " " + known["run_id"]
    columns = (known[figure], centred, known["profile"], says)
    points = [Point(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    caption = f"{count(len(known))} runs; test accuracy less its mean over the runs of the symbol."
    x_label = title.removesuffix(" and test accuracy")
    chart = scatter_chart(
        points, x_label=x_label.lower(), y_label="test accuracy", says=f"{title}: {caption}"
    )
    return Picture(name, title, caption, chart)
