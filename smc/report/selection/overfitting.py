"""What the whole sweep says about overfitting, regularisation, and which configuration does better."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from smc import stats
from smc.report.document import Section, Table, filled
from smc.report.selection.facts import overfitting_text
from smc.report.selection.rank_agreement import rank_agreement_section
from smc.report.selection.sweep import figures_of, groups_of, profile_pairs, sweep_table
from smc.report.text import DASH, MISSING, count, decimal, interval, is_number, percent
from smc.typing import FloatArray

#: Gap beyond which a run is said to have learnt its training rows by heart.
WIDE_GAP = 0.15


def overfitting_sections(manifest: Mapping[str, Any]) -> list[Section]:
    """Write the analysis: by model and profile, before and after regularisation, ranks, PBO."""
    table = sweep_table(manifest)
    return [
        _gap_section(table),
        regularised_section(table, manifest["selection_criteria"].get("max_train_val_gap")),
        rank_agreement_section(table),
        ranked_section(table),
        _pbo_section(manifest),
    ]


def _gap_section(table: pd.DataFrame) -> Section:
    rows = [(model, profile, *_gap_figures(own)) for model, profile, own in groups_of(table)]
    known = figures_of(table, "train_val_gap")
    n_wide = count(np.sum(known > WIDE_GAP))
    if not len(known):
        return Section("Gaps by model and profile", ["No run has a gap of accuracies to compare."])
    points = [f"{n_wide} of {count(len(known))} runs have a gap over {percent(WIDE_GAP, 0)}; medians:"]
    accuracies = ("validation", "out-of-fold", "test")
    columns = ("model", "profile", "runs", "gap", "lowest, highest", *accuracies)
    return Section("Gaps by model and profile", points, [filled(Table(columns, rows, n_text=2))])


def _gap_figures(own: pd.DataFrame) -> Iterator[str]:
    gap = figures_of(own, "train_val_gap")
    yield count(len(own))
    yield percent(np.median(gap)) if len(gap) else MISSING
    yield interval((gap.min(), gap.max()), percent) if len(gap) else MISSING
    for name in ("val_accuracy", "out_of_fold_accuracy", "test_accuracy"):
        known = figures_of(own, name)
        yield percent(np.median(known)) if len(known) else MISSING


def _pbo_section(manifest: Mapping[str, Any]) -> Section:
    pbo_by_symbol = {
        symbol: entry["evidence"].get("pbo") or {} for symbol, entry in manifest["selections"].items()
    }
    known = [pbo["value"] for pbo in pbo_by_symbol.values() if is_number(pbo.get("value"))]
    points = [
        "How often the configuration that is best on half of the out-of-fold events is below the median on "
        "the other half; on noise about half of the time."
    ]
    if known:
        points.append(f"Mean {percent(sum(known) / len(known), 0)} over {count(len(known))} symbols.")
    rows = [(symbol, overfitting_text(pbo)) for symbol, pbo in pbo_by_symbol.items()]
    table = Table(("symbol", "probability"), rows, n_text=2)
    return Section("Probability of backtest overfitting", points, [table])


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
    rows = [(name, *_mean_change(change)) for name, change in changes.items() if len(change)]
    points = [
        f"Change over {count(len(pairs))} pairs of runs that differ in their profile alone; the interval "
        "takes pairs as independent, though those of a symbol share its events."
    ]
    if limit is not None:
        counts = ", ".join(_over(table, profile, limit) for profile in (BEFORE, AFTER))
        points.append(f"Gap over the limit of {percent(limit, 0)}: {counts}.")
    columns = ("figure", "pairs", "mean change, points", "95 % interval")
    return Section(title, points, [Table(columns, rows)])


def _over(table: pd.DataFrame, profile: str, limit: float) -> str:
    gaps = figures_of(table.loc[table["profile"] == profile], "train_val_gap")
    return f"{profile} {count(np.sum(gaps > limit))} of {count(len(gaps))}"


def _mean_change(change: FloatArray) -> tuple[str, str, str]:
    """Write a mean change in points with Student's interval."""
    mean, n = float(change.mean()), len(change)
    bounds = None
    if n > 1:
        from scipy.special import stdtrit

        half = float(stdtrit(n - 1, 0.975)) * float(change.std(ddof=1)) / math.sqrt(n)
        bounds = mean - half, mean + half
    points = percent(mean, sign=True).removesuffix(" %")
    return count(n), points, interval(bounds, percent) or DASH


RANKED_TITLE = "Models and profiles over the symbols"
#: Fewest symbols whose ranks are tested.
LEAST_SYMBOLS = 3


def ranked_section(table: pd.DataFrame) -> Section:
    """Rank the configurations on each symbol by their out-of-fold evidence, and test the mean ranks.

    Friedman's test (in Iman and Davenport's form) asks whether the configurations differ at all, Nemenyi's
    critical difference which do. Only what has evidence on every symbol is ranked; of the runs of one
    configuration and symbol, other seeds among them, the mean counts.
    """
    scores = table.pivot_table(index="symbol", columns=["model", "profile"], values="evidence", dropna=False)
    scores = scores.dropna(axis=1, how="any")
    n_symbols, n_models = scores.shape
    if n_symbols < LEAST_SYMBOLS or n_models < 2:
        asked = f"needs {LEAST_SYMBOLS} symbols and two configurations that have evidence on each of them"
        return Section(
            RANKED_TITLE, [f"A comparison {asked}; there are {count(n_symbols)} and {count(n_models)}."]
        )
    test = stats.friedman_nemenyi(scores.to_numpy())
    order = np.argsort(test.average_ranks, kind="stable")
    best = float(test.average_ranks[order[0]])
    rows = [
        (
            *map(str, scores.columns[k]),
            decimal(rank := float(test.average_ranks[k]), 2),
            "" if rank - best <= test.critical_difference else "worse than the first",
        )
        for k in order
    ]
    points = [
        f"Mean rank by out-of-fold evidence over {count(n_symbols)} symbols, 1 the best; all equal on noise. "
        f"That they differ at all: p {decimal(test.p_f)} (Friedman's test); two differ if their ranks are "
        f"more than {decimal(test.critical_difference, 2)} apart (Nemenyi, 5 %).",
        "The test takes symbols as independent; returns of symbols move together, so the truth is less sure.",
    ]
    return Section(RANKED_TITLE, points, [Table(("model", "profile", "mean rank", ""), rows, n_text=2)])
