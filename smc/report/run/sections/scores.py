"""What a run scores: by split, symbol, fold, path and regime, and what trading it would have earned."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from smc.report.document import Section, Table
from smc.report.figures import Figures
from smc.report.run.findings import findings
from smc.report.run.fold_scores import fold_scores
from smc.report.text import basis_points, count, decimal, interval, percent, two_digits
from smc.report.view import SPLIT_NAMES, RunView

Write = Callable[[Any], str]
FigureRow = tuple[str, str, str, Write]


#: Label, table that it stands in (a method of `Figures`), metric, how it is written.
CLASSIFICATION_ROWS: Sequence[FigureRow] = (
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
REGRESSION_ROWS: Sequence[FigureRow] = (
    ("events", "metrics", "n_events", count),
    ("R²", "metrics", "r2", decimal),
    ("baseline's R²", "baseline", "r2", decimal),
    ("RMSE, basis points", "metrics", "rmse", basis_points),
    ("baseline's RMSE", "baseline", "rmse", basis_points),
    ("squared-error skill", "metrics", "mse_skill", percent),
    ("MAE, basis points", "metrics", "mae", basis_points),
)
TRADING_ROWS: Sequence[FigureRow] = (("net Sharpe ratio", "financial", "sharpe", two_digits),)


def headline_section(view: RunView) -> Section:
    """State the findings, then the figures by split, each over its interval."""
    splits = [split for split in SPLIT_NAMES if view.figures.metrics(split)]
    shown = [*(CLASSIFICATION_ROWS if view.classes else REGRESSION_ROWS), *TRADING_ROWS]
    rows = [line for row in shown for line in _lines(view, splits, row)]
    tables = [Table(("", *(SPLIT_NAMES[split] for split in splits)), rows)] if splits else []
    return Section("Result", findings(view), tables)


def _lines(view: RunView, splits: Sequence[str], row: FigureRow) -> Iterator[tuple[str, ...]]:
    label, table, metric, write = row
    tables = [getattr(view.figures, table)(split) for split in splits]
    if not any(metric in table for table in tables):
        return
    yield label, *(write(table.get(metric)) for table in tables)
    bounds = [interval(view.figures.interval(split, metric), write) for split in splits]
    if table != "baseline" and any(bounds):
        yield f"  {view.level} interval", *bounds


def by_symbol_section(view: RunView) -> Section | None:
    """Show the score of each symbol of a pool, split by split; None for a run of one symbol."""
    if "" in view.by_symbol:
        return None
    tables = [_symbol_table(view, split) for split in ("out_of_fold", "test") if view.figures.metrics(split)]
    return Section("By symbol", ["The symbols share one model and are judged one by one."], tables)


def _symbol_table(view: RunView, split: str) -> Table:
    metric, write = view.score_name, percent if view.classes else decimal
    rows = [
        (
            symbol,
            count(figures.metrics(split).get("n_events")),
            write(figures.metrics(split).get(metric)),
            interval(figures.interval(split, metric), write),
            write(figures.baseline(split).get(metric)),
            two_digits(figures.financial(split).get("sharpe")),
        )
        for symbol, figures in view.by_symbol.items()
    ]
    return Table((SPLIT_NAMES[split], "events", metric, view.level, "baseline's", "net Sharpe"), rows)


SCORE_NAMES = {"accuracy": "accuracy", "r2": "R²"}


def folds_section(view: RunView) -> Section:
    """List the folds, their mean, spread and stability."""
    scores = fold_scores(view)
    if not scores:
        return Section("Folds", ["There are no folds: cross-validation failed, or was not possible."])
    name, write = view.score_name, percent if view.classes else decimal
    history = view.figures.history
    stable = {True: "stable", False: "not stable", None: "stability unknown"}[history.get("cv_is_stable")]
    mean, spread = history.get(f"cv_mean_{name}"), history.get(f"cv_std_{name}")
    point = f"Mean {write(mean)}, standard deviation {write(spread)}" + (
        f": {stable}." if view.classes else "."
    )
    width = 4 if any(fold.interval for fold in scores) else 3
    rows = [
        (str(fold.number), count(fold.n_events), write(fold.value), interval(fold.interval, write))[:width]
        for fold in scores
    ]
    return Section("Folds", [point], [Table(("fold", "events", SCORE_NAMES[name], view.level)[:width], rows)])


#: Figure -> label and how it is written.
PATH_FIGURES: dict[str, tuple[str, Callable[[Any], str]]] = {
    "accuracy": ("accuracy", percent),
    "r2": ("R²", decimal),
    "sharpe": ("net Sharpe ratio", two_digits),
}
SPREAD = ("mean", "std", "min", "max")


def backtest_paths_section(view: RunView) -> Section | None:
    """Show mean and spread of each figure over the paths; None where the folds make none."""
    with_paths = {symbol: figures for symbol, figures in view.by_symbol.items() if figures.backtest_paths}
    if not with_paths:
        return None
    n_paths = next(iter(with_paths.values())).backtest_paths["n_paths"]
    point = f"The test blocks make {n_paths} paths, each with every event once; they share their events."
    rows = [row for symbol, figures in with_paths.items() for row in _path_rows(symbol, figures)]
    columns = ("", "mean", "standard deviation", "lowest", "highest")
    return Section("Backtest paths", [point], [Table(columns, rows)])


def _path_rows(symbol: str, figures: Figures) -> Iterator[tuple[str, ...]]:
    for name, (label, write) in PATH_FIGURES.items():
        spread = figures.backtest_paths.get(name)
        if spread:
            yield f"{symbol} {label}".strip(), *(write(spread.get(statistic)) for statistic in SPREAD)


#: Column -> metric of the regime's table and how it is written.
CLASSIFICATION_REGIMES = {
    "accuracy": ("accuracy", percent),
    "most frequent": ("majority_accuracy", percent),
    "log-loss": ("log_loss", decimal),
    "AUC": ("auc", decimal),
}
REGRESSION_REGIMES = {"R²": ("r2", decimal), "RMSE, basis points": ("rmse", basis_points)}


def regimes_section(view: RunView) -> Section | None:
    """Compare the regimes split by split; None where the record has none (a pool has them by symbol)."""
    columns = CLASSIFICATION_REGIMES if view.classes else REGRESSION_REGIMES
    tables = []
    for split in ("out_of_fold", "test"):
        regimes = view.figures.regimes(split)
        rows = [
            (
                name.replace("_", " "),
                count(table.get("n_events")),
                *(write(table.get(metric)) for metric, write in columns.values()),
            )
            for name, table in regimes.items()
        ]
        if rows:
            tables.append(Table((SPLIT_NAMES[split], "events", *columns), rows))
    if not tables:
        return None
    return Section(
        "Market regimes", ["Groups this small come without intervals: read them as a description."], tables
    )
