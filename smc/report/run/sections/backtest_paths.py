"""How the figures spread over the backtest paths of combinatorial cross-validation."""

from collections.abc import Callable, Iterator
from typing import Any

from smc.report.document import Section, Table
from smc.report.figures import Figures
from smc.report.text import decimal, percent, two_digits
from smc.report.view import RunView

#: Figure -> label and how it is written.
SHOWN: dict[str, tuple[str, Callable[[Any], str]]] = {
    "accuracy": ("accuracy", percent),
    "r2": ("R²", decimal),
    "sharpe": ("net Sharpe ratio", two_digits),
}
SPREAD = ("mean", "std", "min", "max")


def section(view: RunView) -> Section | None:
    """Show mean and spread of each figure over the paths; None where the folds make none."""
    found = {symbol: figures for symbol, figures in view.by_symbol.items() if figures.backtest_paths}
    if not found:
        return None
    n_paths = next(iter(found.values())).backtest_paths["n_paths"]
    point = f"The test blocks make {n_paths} paths, each with every event once; they share their events."
    rows = [row for symbol, figures in found.items() for row in _rows(symbol, figures)]
    columns = ("", "mean", "standard deviation", "lowest", "highest")
    return Section("Backtest paths", [point], [Table(columns, rows)])


def _rows(symbol: str, figures: Figures) -> Iterator[tuple[str, ...]]:
    for name, (label, write) in SHOWN.items():
        spread = figures.backtest_paths.get(name)
        if spread:
            yield f"{symbol} {label}".strip(), *(write(spread.get(each)) for each in SPREAD)
