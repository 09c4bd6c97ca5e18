"""The p-value of a trial, after everything that was tried on its market."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from smc.metrics import block_size
from smc.selection.p_values import p_values
from smc.selection.panel import panels_of
from smc.trials.market_trials import Column, MarketTrials, PanelRows

QUICK = {"n_draws": 99, "seed": 0}


def market_of(
    *columns: np.ndarray, n_untold: int = 0, rounds: tuple[int, ...] = (), width: int = 0
) -> MarketTrials:
    """One panel of events that do not overlap, unless they are ``width`` wide."""
    time = 10 * np.arange(len(columns[0]))
    rows = PanelRows("p", time, time + 1 + 10 * width)
    told = [
        Column(f"t{k}", f"r{k}", "S", 0, "p", "q", rounds[k] if rounds else 1, values)
        for k, values in enumerate(columns)
    ]
    return MarketTrials("m", ["S"], {"p": rows}, told, n_untold, len(told) + n_untold)


@pytest.fixture
def column():
    """Two hundred events with some evidence."""
    return np.random.default_rng(0).normal(0.15, 1, 200)


def of(market: MarketTrials, run_id: str = "r0", **changes):
    return p_values(market, **{"n_draws": 999, "seed": 0, **changes})[run_id, "S"]


def test_untold_trials_and_rounds_add_what_chance_gives_one_trial(column):
    alone = of(market_of(column))
    assert alone.corrected == max(alone.romano_wolf, alone.single)
    told = of(market_of(column, n_untold=3))
    assert told.corrected == pytest.approx(alone.corrected + 3 * alone.single)
    third = of(market_of(column, rounds=(3,)))
    assert third.corrected == pytest.approx(alone.corrected + 4 * alone.single)
    assert of(market_of(column, n_untold=10_000)).corrected == 1


def test_folds_that_learn_from_each_other_double_the_variance_and_leave_the_draws_as_they_are(column):
    market = market_of(column, np.roll(column, 7))
    two_sided = replace(market, columns=[replace(market.columns[0], two_sided=True), market.columns[1]])
    before, after = of(market), of(two_sided)
    assert after.statistic == pytest.approx(before.statistic / 2**0.5)
    degrees = len(column) / panels_of(market)[0].block_size - 1
    assert after.single == pytest.approx(student.sf(after.statistic, degrees))
    assert after.romano_wolf > before.romano_wolf
    assert of(two_sided, "r1").statistic == of(market, "r1").statistic
    assert panels_of(two_sided)[0].seed(0) == panels_of(market)[0].seed(0)


def test_a_column_of_its_own_is_held_against_students_t(column):
    found = of(market_of(column))
    degrees = 200 / block_size(200) - 1
    assert found.single == pytest.approx(student.sf(found.statistic, degrees))
    part = column.copy()
    part[:150] = np.nan
    fewer = of(market_of(part))
    assert fewer.single == pytest.approx(student.sf(fewer.statistic, 50 / block_size(200) - 1))
    part[:198] = np.nan
    fewest = of(market_of(part))
    assert fewest.single == pytest.approx(student.sf(fewest.statistic, 1))


def test_the_p_value_is_never_below_students_t(column):
    sure = np.abs(column) + 1
    found = of(market_of(sure), n_draws=9999)
    assert found.corrected >= found.single
    short = np.array([1.0, 2.0, 1.5, 1.2, 0.9, 1.1, 1.4, 1.3, 0.7, 1.6])
    few = of(market_of(short), n_draws=9999)
    assert few.single > few.romano_wolf
    assert few.corrected == few.single


def test_another_panel_adds_the_chance_that_its_best_comes_as_far(column):
    market, rng = market_of(column), np.random.default_rng(1)
    time = 7 * np.arange(90)
    other = PanelRows("o", time, time + 1)
    columns = [Column(f"o{k}", f"o{k}", "S", 0, "o", "q", 1, rng.normal(size=90)) for k in range(3)]
    both = replace(market, panels={**market.panels, "o": other}, columns=[*market.columns, *columns])
    alone, found = of(market), of(both)
    assert (found.romano_wolf, found.single) == (alone.romano_wolf, alone.single)
    added = found.corrected - alone.corrected
    assert (
        alone.single < added < 6 * alone.single
    )  # three trials' worth, and no more than their number allows
    constant = replace(
        market, panels=both.panels, columns=[*market.columns, replace(columns[0], values=np.ones(90))]
    )
    assert of(constant).corrected == pytest.approx(alone.corrected + 1 / 1000)


def test_a_panel_of_few_events_counts_its_trials_as_untold(column):
    market, time = market_of(column), np.arange(7)
    tiny = PanelRows("o", time, time)
    columns = [Column(f"o{k}", f"o{k}", "S", 0, "o", "q", 1, np.ones(7)) for k in range(2)]
    both = replace(market, panels={**market.panels, "o": tiny}, columns=[*market.columns, *columns])
    assert of(both).corrected == pytest.approx(of(market).corrected + 2 * of(market).single)
    assert of(both, "o0").corrected == 1


def test_blocks_come_from_the_events_alone_and_hold_the_overlap(column):
    missing = column.copy()
    missing[::2] = np.nan
    sizes = [panels_of(market_of(*columns))[0].block_size for columns in ([column], [missing, column])]
    assert sizes == [block_size(200)] * 2
    assert panels_of(market_of(column, width=12))[0].block_size == 24
    assert panels_of(market_of(column[:20], width=12))[0].block_size >= 7  # a fifth of the events is 4


def test_the_draws_come_from_the_events_and_the_seed(column):
    (panel,), (other,) = panels_of(market_of(column)), panels_of(market_of(column[1:]))
    assert len({panel.seed(0), panel.seed(1), other.seed(0)}) == 3
    assert panel.seed(0) == panels_of(market_of(-column, column))[0].seed(0)
    later = replace(panel, rows=replace(panel.rows, end=panel.rows.end + 1))
    assert later.seed(0) != panel.seed(0)


def test_constant_columns_have_no_evidence_and_change_no_other(column):
    constant = np.full(200, 3.0)
    found = p_values(market_of(column, constant), n_draws=999, seed=0)
    assert (found["r1", "S"].corrected, found["r0", "S"]) == (1, of(market_of(column)))


def test_the_order_of_trials_does_not_matter(column):
    market = market_of(column, column[::-1], np.roll(column, 3), n_untold=2)
    turned = replace(market, columns=list(reversed(market.columns)))
    assert p_values(market, **QUICK) == p_values(turned, **QUICK)


def test_as_the_best_of_so_many_more_it_would_pass_and_of_one_more_it_would_not(column):
    found = of(market_of(column + 0.1))
    n_more = found.best_of(0.05)
    assert n_more > 0
    assert of(market_of(column + 0.1, n_untold=n_more)).corrected <= 0.05
    assert of(market_of(column + 0.1, n_untold=n_more + 1)).corrected > 0.05
    assert of(market_of(column - 1)).best_of(0.05) == 0


@pytest.mark.parametrize("width", [0, 3])
def test_without_skill_one_market_in_twenty_has_a_p_value_of_one_in_twenty(width):
    """Eight alike trials, their events overlapping or not."""
    rejected = 0
    for draw in range(1000):
        rng = np.random.default_rng([3, draw])
        moves = rng.normal(size=(150 + width, 1)) * 0.7 + rng.normal(size=(150 + width, 8))
        values = np.stack([moves[k : k + 150] for k in range(width + 1)]).mean(axis=0)
        market = market_of(*values.T, width=width)
        rejected += min(found.corrected for found in p_values(market, n_draws=199, seed=0).values()) <= 0.05
    assert 0.03 < rejected / 1000 < 0.07
