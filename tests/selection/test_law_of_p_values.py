"""No further trial lowers a p-value: markets with missing rows, ties, constants, other events, tiny panels."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from smc.metrics import block_size, label_overlap
from smc.selection.p_values import p_values
from smc.stats import romano_wolf
from smc.trials.market_trials import Column, MarketTrials, PanelRows

QUICK = {"n_draws": 99, "seed": 0}
Rule = Callable[[MarketTrials], dict[tuple[str, str], float]]
#: Ways to add a trial.
ADDITIONS = (
    "same panel",
    "repeated",
    "constant",
    "other panel",
    "new panel",
    "tiny panel",
    "untold",
    "later round",
)


def rule(market: MarketTrials) -> dict[tuple[str, str], float]:
    """The p-values of the rule."""
    return {key: found.corrected for key, found in p_values(market, **QUICK).items()}


def one_pot(market: MarketTrials) -> dict[tuple[str, str], float]:
    """All events on one axis, blocks from all of them, and p m / m_panel: what breaks the law."""
    time = np.unique(np.concatenate([market.panels[column.panel].start for column in market.columns]))
    values, end = np.zeros((len(time), len(market.columns))), time.copy()
    for number, column in enumerate(market.columns):
        rows = market.panels[column.panel]
        place = np.searchsorted(time, rows.start)
        values[place, number] = np.nan_to_num(column.values)
        end[place] = np.maximum(end[place], rows.end)
    keys = [(column.run_id, column.symbol) for column in market.columns]
    if len(values) < 8:
        return dict.fromkeys(keys, 1.0)
    size = block_size(len(time), label_overlap(time, end))
    found = romano_wolf(values, block_size=size, **QUICK).p_values
    share = (len(keys) + market.n_untold) / len(keys)
    return dict(zip(keys, np.minimum(found * share, 1), strict=True))


def lowered(rule: Rule, draws: range) -> list[str]:
    """The additions, of one to each random market, that lower the p-value of a trial that was there."""
    found = []
    for draw in draws:
        rng, kind = np.random.default_rng([7, draw]), ADDITIONS[draw % len(ADDITIONS)]
        market = random_market(rng)
        before, after = rule(market), rule(with_trial(market, kind, rng))
        if any(after[key] < before[key] - 1e-12 for key in before):
            found.append(kind)
    return found


def test_no_further_trial_lowers_a_p_value():
    assert lowered(rule, range(240)) == []


@pytest.mark.slow
def test_no_further_trial_lowers_a_p_value_in_thousands_of_markets():
    assert lowered(rule, range(240, 4240)) == []


def test_the_law_tells_a_rule_that_breaks_it():
    assert len(lowered(one_pot, range(240))) >= 240 / 3


def random_market(rng: np.random.Generator) -> MarketTrials:
    """One to three panels of one to six columns, and some trials that left none."""
    market = MarketTrials(
        "market", ["EURUSD"], {}, [], n_untold=int(rng.choice([0, 0, 1, 5, 40])), n_trials=0
    )
    for _ in range(rng.integers(1, 4)):
        market = _with_panel(market, int(rng.choice([5, 12, 30, 60, 120])), rng)
        for _ in range(rng.integers(1, 7)):
            market = _with_column(market, rng)
    return market


def with_trial(market: MarketTrials, kind: str, rng: np.random.Generator) -> MarketTrials:
    """The same market after one more trial."""
    if kind == "untold":
        return replace(market, n_untold=market.n_untold + 1)
    if kind == "repeated":
        twin = market.columns[rng.integers(len(market.columns))]
        return replace(
            market, columns=[*market.columns, replace(twin, trial=_name(market), run_id=_name(market))]
        )
    if kind in ("new panel", "tiny panel"):
        market = _with_panel(market, 6 if kind == "tiny panel" else int(rng.choice([20, 50, 90])), rng)
        return _with_column(market, rng)
    if kind == "later round":
        return _with_column(market, rng, round_=1 + max(column.round for column in market.columns))
    keys = list(market.panels)
    return _with_column(
        market,
        rng,
        panel=keys[0] if kind == "same panel" else keys[-1],
        constant=kind == "constant",
        symbol="EURUSD" if kind == "same panel" else "EURUSD.csv",
    )


def _with_panel(market: MarketTrials, n_events: int, rng: np.random.Generator) -> MarketTrials:
    start = np.cumsum(rng.integers(1, 10, n_events))
    end = start + rng.integers(1, rng.choice([3, 30, 300]), n_events)
    key = f"panel{len(market.panels)}"
    return replace(market, panels={**market.panels, key: PanelRows(key, start, end)})


def _with_column(
    market: MarketTrials,
    rng: np.random.Generator,
    *,
    panel: str | None = None,
    round_: int = 1,
    constant: bool = False,
    symbol: str = "EURUSD",
) -> MarketTrials:
    key = panel or list(market.panels)[-1]
    n_events, name = len(market.panels[key]), _name(market)
    values = rng.standard_t(3, n_events) + rng.choice([0, 0, 0.2, 0.6])
    if rng.random() < 0.3:
        values = np.sign(values)
    if constant:
        values = np.full(n_events, rng.choice([-1.0, 0.0, 1.0]))
    else:
        values[: rng.choice([0, n_events // 4, n_events // 2])] = np.nan
    two_sided = len(market.columns) % 3 == 1  # drawn, it would change what is drawn after it
    column = Column(name, name, symbol, 0, key, "question", round_, values, two_sided)
    return replace(market, columns=[*market.columns, column])


def _name(market: MarketTrials) -> str:
    return f"trial{len(market.columns):03}"
