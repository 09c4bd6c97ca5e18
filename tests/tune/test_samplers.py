"""What samplers of Optuna are given, and what they are refused for."""

import warnings

import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import CmaEsSampler, GPSampler, GridSampler, NSGAIISampler, RandomSampler, TPESampler

from smc.errors import ConfigError
from smc.tune import samplers
from smc.tune.attempt import Judged
from smc.tune.samplers import points
from smc.tune.search import FINISHED, PRUNED, Search
from smc.tune.space import distributions

N_FOLDS = 4
TWO = {"x": FloatDistribution(-4.0, 4.0), "y": FloatDistribution(-4.0, 4.0)}
START = {"x": 3.0, "y": 3.0}


def grid_sampler(search_space):
    return GridSampler(search_space, seed=0)


def bowl(params, fold):
    noise = np.random.default_rng(fold).normal(0, 0.5, 40)
    return (params["x"] - 1) ** 2 + (params["y"] + 1) ** 2 + noise


def both(folds):
    """Two objectives that pull apart: x wants to be 1, and -1."""
    x = np.concatenate([np.full(5, params["x"]) for params in folds])
    noise = np.random.default_rng(0).normal(0, 0.1, len(x))
    return Judged({"one": (x - 1) ** 2 + noise, "other": (x + 1) ** 2 + noise})


def test_a_grid_is_walked_through_whole_and_then_ends():
    space = distributions({"x": {"low": -1, "high": 2}, "y": {"low": -1.0, "high": 1.0, "step": 0.5}})
    found = Search(grid_sampler, n_trials=100, prune=False).find(space, START, bowl, N_FOLDS)
    tried = [(attempt.params["x"], attempt.params["y"]) for attempt in found.attempts[1:]]
    assert sorted(tried) == [(x, y) for x in range(-1, 3) for y in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    assert found.attempts[0].params == {"x": 2, "y": 1.0}
    assert found.best.params == {"x": 1, "y": -1.0}
    assert not found.is_partial


def test_a_grid_with_pruned_and_failed_points_ends_too():
    found = Search(grid_sampler, n_trials=100).find(
        distributions({"x": {"low": -4, "high": 4}, "y": {"choices": [-1, 3]}}), START, bowl, N_FOLDS
    )
    assert len(found.attempts) == 19
    assert {attempt.status for attempt in found.attempts} == {FINISHED, PRUNED}


@pytest.mark.parametrize(
    ("entry", "values"),
    [
        ({"choices": ["a", "b"]}, ["a", "b"]),
        ({"low": 3, "high": 5}, [3, 4, 5]),
        ({"low": 10, "high": 30, "step": 10}, [10, 20, 30]),
        ({"low": 0.1, "high": 0.7, "step": 0.2}, [0.1, 0.3, 0.5, 0.7]),
    ],
)
def test_points_of_a_parameter(entry, values):
    (where,) = distributions({"p": entry}).values()
    assert points("p", where) == values


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (
            FloatDistribution(0.1, 1.0),
            r"space\.xgboost\.eta: .* without a step .*\+space\.xgboost\.eta\.step",
        ),
        (
            FloatDistribution(0.1, 1.0, log=True),
            r"by logarithms has none; write \+space\.xgboost\.eta\.choices",
        ),
        (IntDistribution(8, 128, log=True), "by logarithms has none"),
    ],
)
def test_a_range_without_points_is_told_where_it_stands(where, said):
    with pytest.raises(ConfigError, match=said):
        points("xgboost__eta", where)


def test_a_grid_larger_than_the_budget_is_refused_before_it_is_made():
    space = distributions({name: {"low": 1, "high": 1000} for name in "abcd"})
    (said,) = Search(grid_sampler, n_trials=500).problems(space, "classification")
    assert said.startswith("space: the grid has 1000000000000 points, and tune.n_trials=500 is too few")
    assert "tune.n_trials=1000000000001" in said


@pytest.mark.parametrize(("n_trials", "is_enough"), [(12, False), (13, True)])
def test_a_budget_covers_the_start_and_every_point(n_trials, is_enough):
    space = distributions({"a": {"low": 1, "high": 4}, "b": {"choices": [1, 2, 3]}})
    assert (not list(Search(grid_sampler, n_trials=n_trials).problems(space, "classification"))) == is_enough


SEVERAL = [TPESampler(seed=0), RandomSampler(seed=0), NSGAIISampler(seed=0), GPSampler(seed=0)]


@pytest.mark.parametrize("sampler", SEVERAL, ids=lambda sampler: type(sampler).__name__)
def test_samplers_that_know_several_objectives_look_for_them(sampler):
    asked = Search(sampler, n_trials=15, objective=["log_loss", "sharpe"])
    assert not list(asked.problems(TWO, "classification"))
    found = asked.find(TWO, START, lambda params, _: params, N_FOLDS, judge=both)
    assert len(found.attempts) == 15
    assert len(found.front) >= 1


def test_one_that_knows_a_single_one_is_refused_by_name():
    asked = Search(CmaEsSampler(seed=0), objective=["log_loss", "sharpe"])
    (said,) = asked.problems(TWO, "classification")
    assert said == (
        "tune.objective: CmaEsSampler looks for one objective, got 2; take tune=nsga2, or one of them"
    )


def test_evolution_adapts_ranges_and_finds_the_bowl():
    sampler = CmaEsSampler(seed=0, warn_independent_sampling=False)
    space = {**TWO, "kind": CategoricalDistribution(["a", "b"])}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = Search(sampler, n_trials=120, prune=False).find(space, {**START, "kind": "b"}, bowl, N_FOLDS)
    assert abs(found.best.params["x"] - 1) < 0.3
    assert abs(found.best.params["y"] + 1) < 0.3
    assert {attempt.params["kind"] for attempt in found.attempts} == {"a", "b"}


def test_evolution_needs_two_ranges_and_its_package(monkeypatch):
    space = {"x": TWO["x"], "kind": CategoricalDistribution(["a", "b"])}
    (said,) = Search(CmaEsSampler(seed=0)).problems(space, "classification")
    assert "two ranges or more" in said
    assert "space has 1" in said
    monkeypatch.setattr(samplers, "find_spec", lambda _: None)
    (said,) = Search(CmaEsSampler(seed=0)).problems(TWO, "classification")
    assert "needs cmaes, which is not installed; pip install 'smc[tune]'" in said


def test_generations_find_the_front_between_two_aims():
    asked = Search(
        NSGAIISampler(population_size=10, seed=0), n_trials=150, prune=False, objective=["log_loss", "sharpe"]
    )
    found = asked.find({"x": TWO["x"]}, START, lambda params, _: params, N_FOLDS, judge=both)
    xs = sorted(attempt.params["x"] for attempt in found.front)
    assert xs[0] < -0.7
    assert xs[-1] > 0.7
    assert all(-1.2 < x < 1.2 for x in xs)
    assert found.best is not found.attempts[0]


@pytest.mark.parametrize(
    "make",
    [grid_sampler, *SEVERAL, CmaEsSampler(seed=0)],
    ids=lambda make: "grid" if make is grid_sampler else type(make).__name__,
)
def test_the_same_seed_makes_the_same_trials(make):
    space = distributions({"x": {"low": -4, "high": 4}, "y": {"low": -4.0, "high": 4.0, "step": 2.0}})
    twice = [Search(make, n_trials=20).find(space, START, bowl, N_FOLDS) for _ in range(2)]
    one, two = ([(a.params, a.status, a.loss) for a in found.attempts] for found in twice)
    assert one == two
