"""What the whole sweep says about overfitting: gaps, regularisation, whether an order holds on test."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from smc.report.document import Section, Table
from smc.report.selection.association import Association, rank_correlation, together
from smc.report.selection.facts import overfitting_text
from smc.report.selection.sweep import profile_pairs, sweep_table
from smc.report.text import MISSING, count, decimal, interval, is_number, percent

BEFORE, AFTER = "baseline", "strong"
#: Gap beyond which a run is said to have learnt its training rows by heart.
WIDE_GAP = 0.15
#: What a selection may rank on -> what it is called.
SCORES = {
    "train_val_gap": "train-validation gap",
    "train_accuracy": "train accuracy",
    "val_accuracy": "validation accuracy",
    "out_of_fold_accuracy": "out-of-fold accuracy",
    "evidence": "out-of-fold evidence",
}
CHANGES = {
    "train_val_gap": "train-validation gap",
    "train_accuracy": "train accuracy",
    "val_accuracy": "validation accuracy",
    "out_of_fold_accuracy": "out-of-fold accuracy",
    "test_accuracy": "test accuracy",
}


def overfitting_sections(manifest: Mapping[str, Any]) -> list[Section]:
    """Write the analysis: by model and profile, before and after regularisation, rank correlations, PBO."""
    table = sweep_table(manifest)
    return [
        _gaps(table),
        _regularised(table, manifest["selection_criteria"].get("max_train_val_gap")),
        _orders(table),
        _overfitted(manifest),
    ]


def _gaps(table: pd.DataFrame) -> Section:
    rows = [
        (str(model), str(profile), *_gap_figures(own))
        for (model, profile), own in table.groupby(["model", "profile"])
    ]
    known = table["train_val_gap"].dropna()
    points = [
        f"{count((known > WIDE_GAP).sum())} of {count(len(known))} runs have a gap over "
        f"{percent(WIDE_GAP, 0)}."
    ]
    columns = (
        "model",
        "profile",
        "runs",
        "gap, median",
        "lowest, highest",
        "validation",
        "out-of-fold",
        "test",
    )
    return Section("Gaps by model and profile", points, [Table(columns, rows, n_text=2)])


def _gap_figures(own: pd.DataFrame) -> tuple[str, ...]:
    gap = own["train_val_gap"].dropna()
    names = ("val_accuracy", "out_of_fold_accuracy", "test_accuracy")
    return (
        count(len(own)),
        percent(gap.median()),
        interval((gap.min(), gap.max()), percent) or MISSING,
        *(percent(own[name].median()) for name in names),
    )


def _regularised(table: pd.DataFrame, limit: float | None) -> Section:
    title = f"Before and after regularisation ({BEFORE}, {AFTER})"
    pairs = profile_pairs(table, BEFORE, AFTER)
    if pairs.empty:
        return Section(title, [f"No two runs differ in reg={BEFORE} and reg={AFTER} alone."])
    rows = [
        (name, *_change(pairs[figure].dropna()))
        for figure, name in CHANGES.items()
        if pairs[figure].notna().any()
    ]
    points = [
        f"Change in points over {count(len(pairs))} pairs of runs that differ in their profile alone; the "
        "interval takes pairs as independent, though those of a symbol share its events."
    ]
    if limit is not None:
        share = {
            name: (own["train_val_gap"].dropna() > limit)
            for name, own in table.groupby("profile", sort=False)
        }
        told = ", ".join(
            f"{name} {count(share[name].sum())} of {count(len(share[name]))}"
            for name in (BEFORE, AFTER)
            if name in share
        )
        points.append(f"Gap over the limit of {percent(limit, 0)}: {told}.")
    return Section(title, points, [Table(("figure", "pairs", "mean change", "95 % interval"), rows)])


def _change(change: pd.Series) -> tuple[str, str, str]:
    """Write a mean change in points with Student's interval."""
    mean, n = float(change.mean()), len(change)
    bounds = None
    if n > 1:
        from scipy.special import stdtrit

        half = float(stdtrit(n - 1, 0.975)) * float(change.std()) / math.sqrt(n)
        bounds = mean - half, mean + half
    return count(n), percent(mean, sign=True), interval(bounds, percent) or MISSING


def _orders(table: pd.DataFrame) -> Section:
    rows = [(name, *_order(table, score)) for score, name in SCORES.items()]
    points = [
        "Spearman's rank correlation with the test accuracy within each symbol, put together. Near zero: who "
        "ranks runs by this score learns nothing of their test. The runs of a symbol share events, so the "
        "truth is less sure than the intervals.",
        "The test accuracies stand here after the choice, to look back on the sweep; ranking on them would "
        "use the test part up.",
    ]
    columns = ("ranked by", "with the test accuracy", "95 % interval", "runs", "symbols")
    return Section("Does an order hold on the test part?", points, [Table(columns, rows)])


def _order(table: pd.DataFrame, score: str) -> tuple[str, str, str, str]:
    found = list(_by_symbol(table, score))
    pooled = together(found)
    if pooled is None:
        return MISSING, MISSING, "0", "0"
    bounds = interval((pooled.low, pooled.high), lambda value: decimal(value, 2))
    return decimal(pooled.value, 2), bounds, count(pooled.n), count(len(found))


def _by_symbol(table: pd.DataFrame, score: str) -> Iterator[Association]:
    for _, own in table.groupby("symbol"):
        found = rank_correlation(own[score], own["test_accuracy"])
        if found is not None:
            yield found


def _overfitted(manifest: Mapping[str, Any]) -> Section:
    rows = [
        (symbol, overfitting_text(entry["evidence"].get("pbo") or {}))
        for symbol, entry in manifest["selections"].items()
    ]
    known = [
        entry["evidence"]["pbo"]["value"]
        for entry in manifest["selections"].values()
        if is_number((entry["evidence"].get("pbo") or {}).get("value"))
    ]
    points = [
        "How often the configuration that is best on half of the out-of-fold events is below the median on "
        "the other half; on noise about half of the time."
    ]
    if known:
        points.append(f"Mean {percent(sum(known) / len(known), 0)} over {count(len(known))} symbols.")
    return Section(
        "Probability of backtest overfitting", points, [Table(("symbol", "probability"), rows, n_text=2)]
    )
