"""What a sweep says of itself before its first fit."""

import numpy as np
import pytest
from scipy.special import ndtri

from smc import stats
from smc.config.command import read_command
from smc.data.simulated import Simulated
from smc.launcher.ground import Grounds
from smc.launcher.loaded_bars import LoadedBars, by_bars
from smc.launcher.power_check import PowerCheck, SymbolPower, sentences
from smc.launcher.registration import identity_of, register, registration_of_job
from smc.launcher.run import preview
from smc.trials import Ledger, list_id

SWEEP = ("-m", "model=logistic", "events.last=300", "reg=strong,tiny,baseline", "seed=0,1")


def jobs_of(tmp_path, *arguments):
    command = read_command([*SWEEP, f"paths.output={tmp_path}/outputs", *arguments])
    jobs, problems = command.jobs([])
    assert not problems
    return jobs


def power_of(jobs, ledger=None):
    """What a sweep of these jobs can show, its runs registered in a ledger of its own or in this one."""
    bars = LoadedBars()
    grounds, power_check, registrations = Grounds(bars), PowerCheck(), []
    for job in by_bars(jobs):
        identity, ground = identity_of(job, bars), grounds.of(job)
        if ground and identity:
            power_check.add(ground, identity.trial)
            registrations.append(registration_of_job(job, identity, ground, bars))
    ledger = ledger or Ledger("sqlite://")
    register(ledger, registrations, bars)
    return power_check.by_task(ledger, [registration.run_id for registration in registrations])


def test_events_are_worth_their_uniqueness_and_seeds_are_no_trials(tmp_path):
    (evidence,) = power_of(jobs_of(tmp_path)).values()
    assert len(evidence.trials) == 3
    assert 40 < evidence.n_independent < 184, "184 events are out of fold, and their labels overlap"


def test_the_fewest_events_of_any_configuration_count_in_whatever_order(tmp_path):
    jobs = jobs_of(tmp_path, "events.last=300,150", "seed=0")
    many, few = ([job for job in jobs if job.config["events"]["last"] == last] for last in (300, 150))
    (most,), (least,) = power_of(many).values(), power_of(few).values()
    assert least.n_independent < most.n_independent
    for order in ([*many, *few], [*few, *many]):
        (both,) = power_of(order).values()
        assert both.n_independent == least.n_independent
        assert both.trials == least.trials | most.trials


def test_what_the_ledger_counts_is_among_the_trials(tmp_path):
    jobs = jobs_of(tmp_path)
    (before,) = power_of(jobs).values()
    ledger = Ledger("sqlite://")
    (other,) = power_of(jobs_of(tmp_path, "aug=none"), ledger).values()
    (after,) = power_of(jobs, ledger).values()
    assert after.trials == before.trials | other.trials
    assert len(after.trials) == 6


def test_all_jobs_are_one_list_and_bars_are_loaded_once_a_symbol(tmp_path, monkeypatch):
    market = ("data=simulated", "data.n_bars=3000", "data.n_symbols=2", "symbol=S01,S02")
    jobs = jobs_of(tmp_path, *market, "labels.max_holding=20,30")
    loaded, load = [], Simulated.load
    monkeypatch.setattr(Simulated, "load", lambda data, symbol: loaded.append(symbol) or load(data, symbol))
    ledger = Ledger("sqlite://")
    registered, run_ids, (power, *_) = preview(jobs, ledger)
    assert sorted(loaded) == ["S01"] * 3 + ["S02"] * 3, "two of them to tell which markets these are"
    loaded.clear()
    assert preview(jobs, ledger)[1] == run_ids
    assert sorted(loaded) == ["S01", "S02"]
    assert {job.list_name for job in registered} == {list_id(run_ids.values())}
    assert len(ledger.trials()) == 24
    assert len(set(run_ids.values())) == len(jobs) == 24, "every job is a run of its own, in any order"
    assert sorted(run_ids) == [job.number for job in jobs]
    assert power.startswith("6 configurations a symbol")


def test_a_job_without_events_says_nothing(tmp_path):
    assert power_of(jobs_of(tmp_path, "events.threshold=50")) == {}


def test_regressions_are_told_the_correlation_and_share_the_trials_of_their_symbol(tmp_path):
    jobs = [*jobs_of(tmp_path), *jobs_of(tmp_path, "labels=forward_return", "reg=strong,tiny")]
    power = power_of(jobs)
    assert {task for task, _ in power} == {"classification", "regression"}
    first, second = power.values()
    assert first.trials == second.trials
    assert len(first.trials) == 5
    regression = power["regression", "SP500"]
    assert regression.edge == stats.detectable_correlation(regression.n_independent, 5)
    lines = list(sentences(power.values()))
    assert [("points of accuracy" in line, "correlation of forecast" in line) for line in lines][::2] == [
        (True, False),
        (False, True),
    ]


def test_the_sentences_of_a_regression_hold_correlations():
    few, many = (SymbolPower(n, {"a", "b"}, "regression") for n in (40.0, 2000.0))
    low, high = (stats.detectable_correlation(n, 2) for n in (2000, 40))
    first, second = sentences([few, many])
    assert first.endswith(
        f"a correlation of forecast and return under {low:.2f} to {high:.2f} cannot be told from luck"
    )
    assert second.startswith("for a correlation of 0.31 these events bear 0 to ")
    assert "(64 independent events bear one)" in second
    assert len(list(sentences([many]))) == 1


def test_the_sentences_hold_the_range_over_the_symbols():
    few, many = SymbolPower(50.0, {"a", "b"}), SymbolPower(2000.0, {"a", "b"})
    low, high = (100 * stats.detectable_edge(n, 2) for n in (2000, 50))
    first, second = sentences([few, many])
    assert first == (
        "2 configurations a symbol on out-of-fold events worth 50 to 2000 independent ones: an edge under "
        f"{low:.0f} to {high:.0f} points of accuracy cannot be told from luck"
    )
    assert second.startswith("for an edge of 10 points these events bear 0 to ")
    assert len(list(sentences([many]))) == 1, "enough events need no advice"
    assert list(sentences([SymbolPower(50.0, {"a"})])) == [], "one configuration is no sweep"


@pytest.mark.parametrize("n", [30, 100, 300])
def test_as_many_trials_as_an_edge_bears_still_show_it(n):
    edge = 0.15
    bears = stats.affordable_trials(n, edge)
    if bears:
        assert stats.detectable_edge(n, bears) <= edge
    assert stats.detectable_edge(n, bears + 1) > edge
    assert stats.detectable_edge(stats.needed_events(edge, 7), 7) <= edge


@pytest.mark.parametrize("n", [30, 100, 300])
def test_as_many_trials_as_a_correlation_bears_still_show_it(n):
    correlation = 0.35
    bears = stats.affordable_for_correlation(n, correlation)
    if bears:
        assert stats.detectable_correlation(n, bears) <= correlation
    assert stats.detectable_correlation(n, bears + 1) > correlation
    needed = stats.needed_for_correlation(correlation, 7)
    assert (
        stats.detectable_correlation(needed, 7) <= correlation < stats.detectable_correlation(needed - 1, 7)
    )


def test_a_correlation_of_that_size_is_found_in_four_of_five():
    """Simulated: 150 events, the best of 10 trials held to 5 % over all of them."""
    rng, n, n_trials = np.random.default_rng(0), 150, 10
    r = stats.detectable_correlation(n, n_trials)
    forecast = rng.normal(size=(20_000, n))
    outcome = r * forecast + np.sqrt(1 - r * r) * rng.normal(size=forecast.shape)
    center = [values - values.mean(axis=1, keepdims=True) for values in (forecast, outcome)]
    scale = np.sqrt((center[0] ** 2).sum(axis=1) * (center[1] ** 2).sum(axis=1))
    found = np.arctanh((center[0] * center[1]).sum(axis=1) / scale) * np.sqrt(n - 3)
    assert np.mean(found > ndtri(1 - 0.05 / n_trials)) == pytest.approx(0.8, abs=0.015)
