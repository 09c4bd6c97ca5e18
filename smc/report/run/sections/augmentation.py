"""What augmentation added to each fit, and what it was good for."""

from collections.abc import Callable, Iterator
from typing import Any

from smc.report.document import Section, Table
from smc.report.figures import Figures
from smc.report.text import count, decimal, percent
from smc.report.view import PARTS, RunView
from smc.results.record import Augmentation

#: Figures with and without augmentation: label, metric, how it is written.
CLASSIFICATION: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("accuracy", "accuracy", percent),
    ("log-loss", "log_loss", decimal),
)
REGRESSION: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("R²", "r2", decimal),
    ("RMSE", "rmse", lambda value: decimal(value, 6)),
)


def section(view: RunView) -> Section | None:
    """Count the rows of each fit before and after, and compare with the model that had the former alone.

    None where no row was added and nothing is compared.
    """
    fits = view.record.get("augmentation") or []
    ablation = view.record.get("ablation")
    if not ablation and not any(each.get("n_added") for each in fits):
        return None
    tables = [Table(("fit", "rows before", "rows after"), [_rows(each) for each in fits])] if fits else []
    points = []
    if ablation:
        tables.append(Table(("", "with", "without"), list(_compared(view, Figures(ablation)))))
        points.append(
            "Without: the same model on the same folds, fitted to the rows before (aug.ablation=true)."
        )
    return Section("Augmentation", points, tables)


def _rows(fit: Augmentation) -> tuple[str, str, str]:
    before, added = fit.get("n_rows") or 0, fit.get("n_added") or 0
    return str(fit.get("fit")), count(before), count(before + added)


def _compared(view: RunView, without: Figures) -> Iterator[tuple[str, str, str]]:
    for part, name in PARTS.items():
        ours, theirs = view.figures.metrics(part), without.metrics(part)
        for label, metric, write in CLASSIFICATION if view.classes else REGRESSION:
            if metric in ours and metric in theirs:
                yield f"{name} {label}", write(ours[metric]), write(theirs[metric])
