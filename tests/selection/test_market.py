"""The trials of a market, put together from runs, and what they are ranked by."""

from dataclasses import replace

import numpy as np
import pytest

from smc.selection.candidate import SymbolTrials
from smc.selection.evidence import EventEvidence
from smc.selection.market import market_of
from smc.selection.p_values import p_values
from smc.selection.power import power_of
from smc.selection.question import questions_of
from smc.selection.ranked_trial import rank


def ranked_of(trials: SymbolTrials):
    """The ranked trials of a few draws."""
    return rank(trials, p_values(trials.market, n_draws=200, seed=0), confidence=0.95)


def test_the_first_registered_seed_has_the_column_whatever_its_number(make_candidate):
    seeds = [make_candidate(f"r{k}", 0.6, key="one", seed=k) for k in range(3)]
    market = market_of("EURUSD", seeds, registered=["r2", "r0", "r1"])
    assert [column.run_id for column in market.columns] == ["r2"]
    assert [column.run_id for column in market.repeats["one"]] == ["r0", "r1"]
    assert (market.n_trials, market.n_untold) == (1, 0)


def test_runs_of_the_same_events_share_a_panel_and_others_have_their_own(make_candidate):
    runs = [make_candidate("a"), make_candidate("b", 0.5), make_candidate("c", n=200)]
    panels = {column.run_id: column.panel for column in market_of("EURUSD", runs).columns}
    assert panels["a"] == panels["b"] != panels["c"]
    earlier = make_candidate("a", symbol="EURUSD")
    earlier = replace(earlier, identity=replace(earlier.identity, return_scheme="log"))
    assert market_of("EURUSD", [earlier]).columns[0].panel != panels["a"]


def test_a_run_without_evidence_has_no_column_and_one_given_twice_has_one(make_candidate):
    run = make_candidate("a")
    market = market_of("EURUSD", [run, make_candidate("b", out_of_fold=None), run], n_trials=5)
    assert (len(market.columns), market.n_untold, market.n_trials) == (1, 4, 5)


def test_a_symbol_ranks_its_own_runs_alone_and_pays_for_the_market(make_candidate):
    """A pool of two symbols of one market: two columns of one run."""
    run = make_candidate("pool", 0.6)
    market = market_of("EURUSD", [run])
    (column,) = market.columns
    twin = replace(column, symbol="EURUSD.csv", values=column.values[::-1])
    both = replace(market, columns=[column, twin], symbols=["EURUSD", "EURUSD.csv"])
    (trial,) = ranked_of(SymbolTrials("EURUSD", [run], both))
    assert trial.column is column
    (alone,) = ranked_of(SymbolTrials("EURUSD", [run], market))
    assert trial.p_values.romano_wolf >= alone.p_values.romano_wolf


def test_events_that_were_not_predicted_are_no_evidence(make_candidate):
    run = make_candidate("a")
    market = market_of("EURUSD", [run])
    values = np.where(np.arange(300) < 100, np.nan, market.columns[0].values)
    part = replace(market, columns=[replace(market.columns[0], values=values)])
    (trial,) = ranked_of(SymbolTrials("EURUSD", [run], part))
    assert len(trial.evidence) == 200
    assert trial.evidence.mean == pytest.approx(np.nanmean(values))


def test_a_question_none_of_whose_trials_is_sound_comes_last(make_candidate):
    sure, unsure = make_candidate("a", 0.75), make_candidate("b", 0.5)
    market = market_of("EURUSD", [sure, unsure])
    asked = [replace(column, question=column.run_id) for column in market.columns]
    trials = SymbolTrials("EURUSD", [sure, unsure], replace(market, columns=asked))
    first, second = questions_of(ranked_of(trials), lambda trial: trial.candidate.run_id == "b", 0.05)
    assert (first.name, second.name) == ("b", "a")
    assert second.chosen.p_values.corrected < first.chosen.p_values.corrected


def test_the_smallest_correlation_of_a_regression_allows_for_overlap():
    time = np.arange(400)
    values = np.convolve(np.random.default_rng(0).normal(size=419), np.ones(20), "valid")
    told = [
        power_of(EventEvidence(time, time + width, values), is_classification=False, n_trials=1, alpha=0.05)
        for width in (0, 19)
    ]
    edges = [float(power.sentence.split(" under ")[1].split(" ")[0]) for power in told]
    for power, edge in zip(told, edges, strict=True):
        assert edge == pytest.approx(2.486 / np.sqrt(power.n_independent), abs=0.006)
        assert power.smallest_edge is None
    assert edges[1] > 1.3 * edges[0]
