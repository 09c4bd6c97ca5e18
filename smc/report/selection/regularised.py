"""What a stronger profile did to the runs that were fitted with both."""

import math

import numpy as np
import pandas as pd

from smc.report.document import Section, Table
from smc.report.selection.sweep import figures_of, profile_pairs
from smc.report.text import MISSING, count, interval, percent
from smc.typing import FloatArray

BEFORE, AFTER = "baseline", "strong"
CHANGES = {
    "train_val_gap": "train-validation gap",
    "train_accuracy": "train accuracy",
    "val_accuracy": "validation accuracy",
    "out_of_fold_accuracy": "out-of-fold accuracy",
    "test_accuracy": "test accuracy",
}


def regularised_section(table: pd.DataFrame, limit: float | None) -> Section:
    """Compare pairs of runs, and how many of either profile are over the gap's limit."""
    title = f"Before and after regularisation ({BEFORE}, {AFTER})"
    pairs = profile_pairs(table, BEFORE, AFTER)
    if pairs.empty:
        return Section(title, [f"No two runs differ in reg={BEFORE} and reg={AFTER} alone."])
    changes = {name: figures_of(pairs, figure) for figure, name in CHANGES.items()}
    rows = [(name, *_change(change)) for name, change in changes.items() if len(change)]
    points = [
        f"Change over {count(len(pairs))} pairs of runs that differ in their profile alone; the interval "
        "takes pairs as independent, though those of a symbol share its events."
    ]
    if limit is not None:
        told = ", ".join(_over(table, profile, limit) for profile in (BEFORE, AFTER))
        points.append(f"Gap over the limit of {percent(limit, 0)}: {told}.")
    columns = ("figure", "pairs", "mean change, points", "95 % interval")
    return Section(title, points, [Table(columns, rows)])


def _over(table: pd.DataFrame, profile: str, limit: float) -> str:
    gaps = figures_of(table.loc[table["profile"] == profile], "train_val_gap")
    return f"{profile} {count(np.sum(gaps > limit))} of {count(len(gaps))}"


def _change(change: FloatArray) -> tuple[str, str, str]:
    """Write a mean change in points with Student's interval."""
    mean, n = float(change.mean()), len(change)
    bounds = None
    if n > 1:
        from scipy.special import stdtrit

        half = float(stdtrit(n - 1, 0.975)) * float(change.std(ddof=1)) / math.sqrt(n)
        bounds = mean - half, mean + half
    points = percent(mean, sign=True).removesuffix(" %")
    return count(n), points, interval(bounds, percent) or MISSING
