"""What a model scores at each step ahead."""

from collections.abc import Iterator

from smc.evaluation.steps import LABEL
from smc.report.document import Section, Table
from smc.report.figures import Figures
from smc.report.text import basis_points, count, decimal, interval, percent
from smc.report.view import SPLIT_NAMES, RunView


def steps_section(view: RunView) -> Section | None:
    """Compare the steps split by split; None where the label has one alone."""
    with_steps = {symbol: figures for symbol, figures in view.by_symbol.items() if figures.steps}
    if not with_steps:
        labels = [name for name in map(str, view.run.predictions) if name.startswith(LABEL)]
        return Section("Steps ahead", [ONE_ALONE]) if len(labels) > 1 else None
    tables = [
        table
        for symbol, figures in with_steps.items()
        for split in SPLIT_NAMES
        if (table := _table(view, symbol, figures, split)) is not None
    ]
    return Section(
        "Steps ahead", ["The result above, and all that is traded, is that of the longest."], tables
    )


#: Of labels with several steps, and a model with one answer.
ONE_ALONE = "The label has several; this model learns the longest alone (model=mlp and model=lstm learn all)."


def _table(view: RunView, symbol: str, figures: Figures, split: str) -> Table | None:
    rows = [line for step in figures.steps for line in _lines(view, figures.at_step(step), step, split)]
    columns = ("events", "R²", "baseline's", "RMSE, bp", "skill")
    return Table((f"{symbol} {SPLIT_NAMES[split]}".strip(), *columns), rows) if rows else None


def _lines(view: RunView, figures: Figures, step: int, split: str) -> Iterator[tuple[str, ...]]:
    """Write the figures of a step, and their intervals below."""
    table = figures.metrics(split)
    if not table:
        return
    yield (
        f"{step} bar{'s' * (step > 1)}",
        count(table.get("n_events")),
        decimal(table.get("r2")),
        decimal(figures.baseline(split).get("r2")),
        basis_points(table.get("rmse")),
        percent(table.get("mse_skill")),
    )
    r2, skill = figures.interval(split, "r2"), figures.interval(split, "mse_skill")
    if r2 or skill:
        yield f"  {view.level}", "", interval(r2, decimal), "", "", interval(skill, percent)
