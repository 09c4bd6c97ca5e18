"""The figures that a run is judged by, with what they must be read against."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from smc.report.document import Section, Table
from smc.report.run.findings import findings
from smc.report.text import basis_points, count, decimal, interval, percent, two_digits
from smc.report.view import PARTS, RunView

Write = Callable[[Any], str]
Row = tuple[str, str, str, Write]


#: Label, table that it stands in (a method of `Figures`), metric, how it is written.
CLASSIFICATION: Sequence[Row] = (
    ("events", "metrics", "n_events", count),
    ("accuracy", "metrics", "accuracy", percent),
    ("accuracy, by uniqueness", "metrics", "weighted_accuracy", percent),
    ("most frequent class", "metrics", "majority_accuracy", percent),
    ("baseline's accuracy", "baseline", "accuracy", percent),
    ("balanced accuracy", "metrics", "balanced_accuracy", percent),
    ("log-loss", "metrics", "log_loss", decimal),
    ("log-loss, by uniqueness", "metrics", "weighted_log_loss", decimal),
    ("baseline's log-loss", "baseline", "log_loss", decimal),
    ("log-loss skill", "metrics", "log_loss_skill", percent),
    ("AUC", "metrics", "auc", decimal),
    ("MCC", "metrics", "mcc", decimal),
)
REGRESSION: Sequence[Row] = (
    ("events", "metrics", "n_events", count),
    ("R²", "metrics", "r2", decimal),
    ("baseline's R²", "baseline", "r2", decimal),
    ("RMSE, basis points", "metrics", "rmse", basis_points),
    ("baseline's RMSE", "baseline", "rmse", basis_points),
    ("squared-error skill", "metrics", "mse_skill", percent),
    ("MAE, basis points", "metrics", "mae", basis_points),
)
TRADING: Sequence[Row] = (("net Sharpe ratio", "financial", "sharpe", two_digits),)


def section(view: RunView) -> Section:
    """State the findings, then the figures by part, each over its interval."""
    parts = [part for part in PARTS if view.figures.metrics(part)]
    shown = [*(CLASSIFICATION if view.classes else REGRESSION), *TRADING]
    rows = [line for row in shown for line in _lines(view, parts, row)]
    tables = [Table(("", *(PARTS[part] for part in parts)), rows)] if parts else []
    return Section("Result", findings(view), tables)


def _lines(view: RunView, parts: Sequence[str], row: Row) -> Iterator[tuple[str, ...]]:
    label, table, metric, write = row
    tables = [getattr(view.figures, table)(part) for part in parts]
    if not any(metric in each for each in tables):
        return
    yield label, *(write(each.get(metric)) for each in tables)
    bounds = [interval(view.figures.interval(part, metric), write) for part in parts]
    if table != "baseline" and any(bounds):
        yield f"  {view.level} interval", *bounds
