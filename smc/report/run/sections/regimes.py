"""How the model does when the market is calm or wild, rising or falling."""

from smc.report.document import Section, Table
from smc.report.text import basis_points, count, decimal, percent
from smc.report.view import PARTS, RunView

#: Column -> metric of the regime's table and how it is written.
CLASSIFICATION = {
    "accuracy": ("accuracy", percent),
    "most frequent": ("majority_accuracy", percent),
    "log-loss": ("log_loss", decimal),
    "AUC": ("auc", decimal),
}
REGRESSION = {"R²": ("r2", decimal), "RMSE, basis points": ("rmse", basis_points)}


def section(view: RunView) -> Section | None:
    """Compare the regimes part by part; None where the record has none (a pool has them by symbol)."""
    columns = CLASSIFICATION if view.classes else REGRESSION
    tables = []
    for part in ("out_of_fold", "test"):
        regimes = view.figures.regimes(part)
        rows = [
            (
                name.replace("_", " "),
                count(table.get("n_events")),
                *(write(table.get(metric)) for metric, write in columns.values()),
            )
            for name, table in regimes.items()
        ]
        if rows:
            tables.append(Table((PARTS[part], "events", *columns), rows))
    if not tables:
        return None
    return Section(
        "Market regimes", ["Groups this small come without intervals: read them as a description."], tables
    )
