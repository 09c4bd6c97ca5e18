"""What the whole sweep says about overfitting."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from smc.report.document import Section, Table
from smc.report.selection.facts import overfitting_text
from smc.report.selection.rank_agreement import orders_section
from smc.report.selection.ranked import ranked_section
from smc.report.selection.regularised import regularised_section
from smc.report.selection.sweep import figures_of, groups_of, sweep_table
from smc.report.text import MISSING, count, interval, is_number, percent

#: Gap beyond which a run is said to have learnt its training rows by heart.
WIDE_GAP = 0.15


def overfitting_sections(manifest: Mapping[str, Any]) -> list[Section]:
    """Write the analysis: by model and profile, before and after regularisation, ranks, PBO."""
    table = sweep_table(manifest)
    return [
        _gaps(table),
        regularised_section(table, manifest["selection_criteria"].get("max_train_val_gap")),
        orders_section(table),
        ranked_section(table),
        _overfitted(manifest),
    ]


def _gaps(table: pd.DataFrame) -> Section:
    rows = [(model, profile, *_gap_figures(own)) for model, profile, own in groups_of(table)]
    known = figures_of(table, "train_val_gap")
    n_wide = count(np.sum(known > WIDE_GAP))
    points = [f"{n_wide} of {count(len(known))} runs have a gap over {percent(WIDE_GAP, 0)}; medians:"]
    accuracies = ("validation", "out-of-fold", "test")
    columns = ("model", "profile", "runs", "gap", "lowest, highest", *accuracies)
    return Section("Gaps by model and profile", points, [Table(columns, rows, n_text=2)])


def _gap_figures(own: pd.DataFrame) -> Iterator[str]:
    gap = figures_of(own, "train_val_gap")
    yield count(len(own))
    yield percent(np.median(gap)) if len(gap) else MISSING
    yield interval((gap.min(), gap.max()), percent) if len(gap) else MISSING
    for name in ("val_accuracy", "out_of_fold_accuracy", "test_accuracy"):
        known = figures_of(own, name)
        yield percent(np.median(known)) if len(known) else MISSING


def _overfitted(manifest: Mapping[str, Any]) -> Section:
    found = {symbol: entry["evidence"].get("pbo") or {} for symbol, entry in manifest["selections"].items()}
    known = [pbo["value"] for pbo in found.values() if is_number(pbo.get("value"))]
    points = [
        "How often the configuration that is best on half of the out-of-fold events is below the median on "
        "the other half; on noise about half of the time."
    ]
    if known:
        points.append(f"Mean {percent(sum(known) / len(known), 0)} over {count(len(known))} symbols.")
    rows = [(symbol, overfitting_text(pbo)) for symbol, pbo in found.items()]
    table = Table(("symbol", "probability"), rows, n_text=2)
    return Section("Probability of backtest overfitting", points, [table])
