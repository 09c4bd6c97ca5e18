"""What trading the predictions would have earned."""

from collections.abc import Callable
from typing import Any

from smc.report.document import Section, Table
from smc.report.text import count, decimal, general, interval, percent, two_digits
from smc.report.view import PARTS, RunView

#: Label, metric, how it is written.
ROWS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("Sharpe ratio, a year", "sharpe", two_digits),
    ("Sortino ratio, a year", "sortino", two_digits),
    ("Calmar ratio", "calmar", two_digits),
    ("deepest drawdown", "max_drawdown", percent),
    ("winning trades", "win_rate", percent),
    ("VaR 95 % of a bar", "var_95", lambda value: percent(value, 2)),
    ("CVaR 95 % of a bar", "cvar_95", lambda value: percent(value, 2)),
    ("turnover, a year", "turnover", lambda value: decimal(value, 0)),
    ("trades", "n_trades", count),
    ("bars", "n_bars", count),
)


def section(view: RunView) -> Section | None:
    """Show the figures after costs by part; None where nothing was traded."""
    parts = [part for part in PARTS if view.figures.financial(part)]
    if not parts:
        return None
    rows = []
    for label, metric, write in ROWS:
        rows.append((label, *(write(view.figures.financial(part).get(metric)) for part in parts)))
        bounds = [interval(view.figures.interval(part, metric), write) for part in parts]
        if any(bounds):
            rows.append((f"  {view.level} interval", *bounds))
    cost = (view.run.config.get("evaluation") or {}).get("cost_bps")
    points = (
        []
        if cost is None
        else [f"After costs of {general(cost)} bp of the capital for each change of position by 1."]
    )
    if idle := [PARTS[part] for part in parts if view.figures.financial(part).get("n_trades") == 0]:
        points.append(f"No position was ever taken in: {', '.join(idle)}.")
    return Section("Trading", points, [Table(("", *(PARTS[part] for part in parts)), rows)])
