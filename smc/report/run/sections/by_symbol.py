"""A pool of symbols, judged one by one."""

from smc.report.document import Section, Table
from smc.report.text import count, decimal, interval, percent, two_digits
from smc.report.view import PARTS, RunView


def section(view: RunView) -> Section | None:
    """Show the score of each symbol of a pool, part by part; None for a run of one symbol."""
    if "" in view.by_symbol:
        return None
    tables = [_table(view, part) for part in ("out_of_fold", "test") if view.figures.metrics(part)]
    return Section("By symbol", ["The symbols share one model and are judged one by one."], tables)


def _table(view: RunView, part: str) -> Table:
    metric, write = view.score_name, percent if view.classes else decimal
    rows = [
        (
            symbol,
            count(figures.metrics(part).get("n_events")),
            write(figures.metrics(part).get(metric)),
            interval(figures.interval(part, metric), write),
            write(figures.baseline(part).get(metric)),
            two_digits(figures.financial(part).get("sharpe")),
        )
        for symbol, figures in view.by_symbol.items()
    ]
    return Table((PARTS[part], "events", metric, view.level, "baseline's", "net Sharpe"), rows)
