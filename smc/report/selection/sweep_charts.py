"""Charts over all runs of a manifest."""

import pandas as pd

from smc.report.html.blocks import Picture
from smc.report.html.charts.distribution import Group, distribution_chart
from smc.report.html.charts.scatter import Point, scatter_chart
from smc.report.selection.sweep import groups_of
from smc.report.text import count

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


def sweep_pictures(table: pd.DataFrame) -> list[Picture]:
    """Draw the distributions by model and profile, and two scores against the test accuracy."""
    drawn = [_distribution(table, *each) for each in DISTRIBUTIONS]
    return [each for each in [*drawn, *(_scatter(table, *each) for each in SCATTERS)] if each]


def _distribution(table: pd.DataFrame, figure: str, name: str, title: str) -> Picture | None:
    known = table.loc[table[figure].notna()]
    groups = [
        Group(model, profile, own[figure].tolist(), own["run_id"].tolist())
        for model, profile, own in groups_of(known)
    ]
    if not groups:
        return None
    n_runs = f"{count(len(known))} runs, {count(known['symbol'].nunique())} symbols"
    caption = f"{n_runs}; a dot a run, box: quartiles, line: median, ends: 5 and 95 %."
    return Picture(name, title, caption, distribution_chart(groups, "", f"{title} of {n_runs}"))


def _scatter(table: pd.DataFrame, figure: str, name: str, title: str) -> Picture | None:
    known = table.loc[table[figure].notna() & table["test_accuracy"].notna()].sort_values("profile")
    if len(known) < 2:
        return None
    centred = known["test_accuracy"] - known.groupby("symbol")["test_accuracy"].transform("mean")
    said = known["symbol"] + " " + known["model"] + " " + known["profile"] + " " + known["run_id"]
    columns = (known[figure], centred, known["profile"], said)
    points = [Point(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    caption = f"{count(len(known))} runs; test accuracy less its mean over the runs of the symbol."
    x_label = title.removesuffix(" and test accuracy")
    chart = scatter_chart(
        points, x_label=x_label.lower(), y_label="test accuracy", says=f"{title}: {caption}"
    )
    return Picture(name, title, caption, chart)
