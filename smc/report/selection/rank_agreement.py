"""Whether the order of runs by what a selection may see is their order on the test part."""

from collections.abc import Iterator

import pandas as pd

from smc.report.document import Section, Table
from smc.report.selection.association import Association, rank_correlation, together
from smc.report.text import MISSING, count, decimal, interval

#: What a selection may rank on -> what it is called.
SCORES = {
    "train_val_gap": "train-validation gap",
    "train_accuracy": "train accuracy",
    "val_accuracy": "validation accuracy",
    "out_of_fold_accuracy": "out-of-fold accuracy",
    "evidence": "out-of-fold evidence",
}
POINTS = (
    "Spearman's rank correlation with the test accuracy within each symbol, put together. Near zero: who "
    "ranks runs by this score learns nothing of their test. The runs of a symbol share events, so the truth "
    "is less sure than the intervals.",
    "The test accuracies stand here after the choice, to look back on the sweep; ranking on them would use "
    "the test part up.",
)


def orders_section(table: pd.DataFrame) -> Section:
    """Correlate each score with the test accuracy."""
    rows = [(name, *_order(table, score)) for score, name in SCORES.items()]
    columns = ("ranked by", "with the test accuracy", "95 % interval", "runs", "symbols")
    return Section("Does an order hold on the test part?", POINTS, [Table(columns, rows)])


def _order(table: pd.DataFrame, score: str) -> tuple[str, str, str, str]:
    found = list(_by_symbol(table, score))
    pooled = together(found)
    if pooled is None:
        return MISSING, MISSING, "0", "0"
    bounds = interval((pooled.low, pooled.high), lambda value: decimal(value, 2))
    return decimal(pooled.value, 2), bounds, count(pooled.n), count(len(found))


def _by_symbol(table: pd.DataFrame, score: str) -> Iterator[Association]:
    for _, own in table.groupby("symbol"):
        found = rank_correlation(own[score].to_numpy(), own["test_accuracy"].to_numpy())
        if found is not None:
            yield found
