"""Which model and profile does better over all symbols, beyond the luck of the symbols."""

import numpy as np
import pandas as pd

from smc import stats
from smc.report.document import Section, Table
from smc.report.text import count, decimal

TITLE = "Models and profiles over the symbols"
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
        return Section(TITLE, [f"A comparison {asked}; there are {count(n_symbols)} and {count(n_models)}."])
    found = stats.friedman_nemenyi(scores.to_numpy())
    order = np.argsort(found.average_ranks, kind="stable")
    best = float(found.average_ranks[order[0]])
    rows = [
        (
            *map(str, scores.columns[k]),
            decimal(rank := float(found.average_ranks[k]), 2),
            "" if rank - best <= found.critical_difference else "worse than the first",
        )
        for k in order
    ]
    points = [
        f"Mean rank by out-of-fold evidence over {count(n_symbols)} symbols, 1 the best; all equal on noise. "
        f"That they differ at all: p {decimal(found.p_f)} (Friedman's test); two differ if their ranks are "
        f"more than {decimal(found.critical_difference, 2)} apart (Nemenyi, 5 %).",
        "The test takes symbols as independent; returns of symbols move together, so the truth is less sure.",
    ]
    return Section(TITLE, points, [Table(("model", "profile", "mean rank", ""), rows, n_text=2)])
