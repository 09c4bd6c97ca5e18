"""What trading a run's predictions would have earned, beside buying and holding, and month by month."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

from smc.metrics import sharpe
from smc.report.accounts import HOLD, mean_deepest_drawdown, mean_gain
from smc.report.document import Section, Table
from smc.report.months import MONTHS, YEAR, monthly_returns
from smc.report.text import count, decimal, general, interval, is_number, percent, two_digits
from smc.report.view import SPLIT_NAMES, RunView

#: Label, metric, how it is written.
FIGURES: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
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


def financial_section(view: RunView) -> Section | None:
    """Show the figures after costs by split; None where nothing could be traded."""
    splits = [split for split in SPLIT_NAMES if view.has_account(split)]
    if not splits:
        return None
    rows = [*_gains(view, splits), *(line for figure in FIGURES for line in _lines(view, splits, *figure))]
    table = Table(("", *(SPLIT_NAMES[split] for split in splits)), rows)
    return Section("Trading", list(_points(view, splits)), [table])


def _points(view: RunView, splits: Sequence[str]) -> Iterator[str]:
    if view.cost is not None:
        cost = general(view.evaluation["cost_bps"])
        yield f"After costs of {cost} bp of what is bought or sold, on each entry and each exit."
    n_accounts = max(view.figures.financial(split).get("n_accounts") or 1 for split in splits)
    if n_accounts > 1:
        yield f"Means of up to {n_accounts} accounts, each with every event once at most."
    if isinstance(view.market, str):
        yield f"Buying and holding is not shown: {view.market}."
    elif view.cost is not None:
        yield "Buy and hold: bought at the first open of the same bars, sold at their last close, same costs."
    if idle := [SPLIT_NAMES[split] for split in splits if view.figures.financial(split).get("n_trades") == 0]:
        yield f"No position was ever taken in: {', '.join(idle)}."


def _gains(view: RunView, splits: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Write what the capital gained; an account that never took a position gained nothing."""
    gains = [mean_gain(accounts) if (accounts := view.accounts(split)) else 0.0 for split in splits]
    yield "gain of the capital", *(percent(gain, sign=True) for gain in gains)
    yield from _of_hold(view, splits, lambda accounts, _: percent(mean_gain(accounts), sign=True))


def _lines(
    view: RunView, splits: Sequence[str], label: str, metric: str, write: Callable[[Any], str]
) -> Iterator[tuple[str, ...]]:
    """Write a figure, below it its interval and what buying and holding has."""
    values = [view.figures.financial(split).get(metric) for split in splits]
    if not any(map(is_number, values)):
        return
    yield label, *(write(value) if is_number(value) else UNDEFINED for value in values)
    bounds = [interval(view.figures.interval(split, metric), write) for split in splits]
    if any(bounds):
        yield f"  {view.level} interval", *bounds
    if metric == "sharpe":
        yield from _of_hold(view, splits, _sharpe)
    if metric == "max_drawdown":
        yield from _of_hold(view, splits, lambda accounts, _: percent(mean_deepest_drawdown(accounts)))


#: In the place of a figure that cannot be computed, as the Sharpe ratio of an account that stood still.
UNDEFINED = "none"


def _of_hold(
    view: RunView, splits: Sequence[str], write: Callable[[list[pd.DataFrame], float], str]
) -> Iterator[tuple[str, ...]]:
    held = [view.held_accounts(split) for split in splits]
    if any(held):
        periods = [view.figures.financial(split).get("periods_per_year") or 0.0 for split in splits]
        cells = (write(*each) if each[0] else UNDEFINED for each in zip(held, periods, strict=True))
        yield f"  {HOLD}", *cells


def _sharpe(accounts: list[pd.DataFrame], periods_per_year: float) -> str:
    ratios = [sharpe(bars["net"], periods_per_year) for bars in accounts]
    return two_digits(sum(ratios) / len(ratios))


#: The months of the two tables, so that either fits a phone and 80 columns.
HALVES = (MONTHS[:6], (*MONTHS[6:], YEAR))


def months_section(view: RunView) -> Section | None:
    """Show the net returns by month and year, out-of-fold and of an opened test part; None without any."""
    tables = [
        Table((f"{SPLIT_NAMES[split]}, %", *half), _month_rows(monthly_returns(accounts), half))
        for split in ("out_of_fold", "test")
        if (accounts := view.accounts(split))
        for half in HALVES
    ]
    if not tables:
        return None
    return Section("Net returns by month", [months_sentence(view)], tables)


def months_sentence(view: RunView) -> str:
    """Say what the months are of, and how they go together."""
    n_accounts = max(len(view.accounts(split)) for split in ("out_of_fold", "test"))
    return MONTHS_COMPOUND if n_accounts == 1 else MONTHS_MEAN.format(n_accounts)


MONTHS_COMPOUND = (
    "After costs, in percent; the months (UTC) of a year compound to the year. A month before the first bar "
    "or after the last is empty."
)
MONTHS_MEAN = "After costs, in percent: the mean of {} accounts for each month and year (UTC)."


def _month_rows(table: pd.DataFrame, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Write a year a row; one that has no month here is left out."""
    rows = zip(table.index, table[list(columns)].to_numpy().tolist(), strict=True)
    return [
        (str(year), *(decimal(100 * value, 1) if is_number(value) else "" for value in values))
        for year, values in rows
        if any(map(is_number, values[: len(HALVES[0])]))
    ]
