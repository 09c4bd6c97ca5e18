"""Figures of rows by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from smc.selftest import Scenario
from smc.selftest.figure import Figure
from smc.selftest.figures import all_figures

EVEN, NOISE, EDGE = Scenario(1000, 0.0, is_even=True), Scenario(1000, 0.0), Scenario(1000, 0.75)


def figures(rows: dict[Scenario, list[Any]]) -> dict[tuple[str, str], Figure]:
    return {(figure.name, figure.scenario): figure for figure in all_figures(rows)}


def test_errors_without_an_edge_and_power_with_one(make_row: Callable[..., Any]) -> None:
    verdicts = ["DEPLOY", "WATCH", "NO_MODEL", "DEPLOY"] * 5
    rows = [make_row(seed, verdict) for seed, verdict in enumerate(verdicts)]
    found = figures({NOISE: rows, EDGE: rows})
    wrong, power = found["false_deploy_honest", "1000:0"], found["power_honest", "1000:0.75"]
    assert wrong.estimate.value == power.estimate.value == 0.5
    assert wrong.verdict == "REFUTED"  # ten of twenty: at least 17 %
    assert power.verdict == "open"
    assert found["false_deploy_classic", "1000:0"].estimate.value == 0
    assert not found["false_deploy_classic", "1000:0"].verdict
    assert ("power_honest", "1000:0") not in found


def test_targets_of_an_edge_need_enough_events(make_row: Callable[..., Any]) -> None:
    rows = [make_row(seed) for seed in range(30)]
    found = figures({Scenario(300, 0.75): rows, EDGE: rows, Scenario(1000, 0.7): rows})
    verdicts = [found["power_honest", scenario].verdict for scenario in ("300:0.75", "1000:0.75", "1000:0.7")]
    assert verdicts == ["", "REFUTED", ""]


def test_deployed_models_are_held_against_the_best_possible(make_row: Callable[..., Any]) -> None:
    rows = [make_row(0, "DEPLOY", test=0.7), make_row(1, "DEPLOY", test=0.6), make_row(2, test=0.1)]
    found = figures({EDGE: rows})
    assert found["test_accuracy_honest", "1000:0.75"].estimate.value == pytest.approx(0.65)
    assert found["distance_honest", "1000:0.75"].estimate.value == pytest.approx(0.10)
    assert found["distance_honest", "1000:0.75"].estimate.n == 2
    assert found["test_accuracy_classic", "1000:0.75"].estimate.n == 0


def test_the_gap_target_is_for_strong_models_that_stop_early(
    make_row: Callable[..., Any], make_fit: Callable[..., Any]
) -> None:
    def fits(shift: float) -> dict[str, Any]:
        return {
            "xgboost_strong": make_fit(gap=0.30 + shift, skill=-0.1),
            "lightgbm_strong": make_fit(gap=0.20 + shift, skill=0.2),
            "random_forest_strong": make_fit(gap=0.9),
            "xgboost_baseline": make_fit(gap=0.9),
        }

    found = figures({EDGE: [make_row(seed, **fits(0.001 * (seed - 2))) for seed in range(5)]})
    together = found["gap_strong_stops_early", "1000:0.75"]
    assert together.estimate.value == pytest.approx(0.25)
    assert together.verdict == "REFUTED"
    assert found["log_loss_skill_strong_stops_early", "1000:0.75"].estimate.value == pytest.approx(0.05)
    assert found["log_loss_below_strong_stops_early", "1000:0.75"].estimate.value == 0.5
    assert found["gap_random_forest_strong", "1000:0.75"].verdict == ""


def test_small_p_values_on_noise_are_errors_and_large_ones_are_not(make_row: Callable[..., Any]) -> None:
    small = figures({EVEN: [make_row(seed, p=0.004) for seed in range(40)]})
    large = figures({EVEN: [make_row(seed, p=0.99) for seed in range(40)]})
    levels = ("0.01", "0.05", "0.1", "0.5")
    assert {small[f"p_value_{level}", "1000:even"].verdict for level in levels} == {"REFUTED"}
    assert "REFUTED" not in {large[f"p_value_{level}", "1000:even"].verdict for level in levels}
    assert large["p_value_distance", "1000:even"].estimate.value == pytest.approx(0.99)


def test_p_values_are_told_without_a_target_where_odds_differ(make_row: Callable[..., Any]) -> None:
    found = figures({NOISE: [make_row(seed, p=0.004) for seed in range(40)]})
    assert found["p_value_0.05", "1000:0"].estimate.value == 1
    assert not found["p_value_0.05", "1000:0"].verdict


def test_p_values_with_an_edge_are_not_held_against_anything(make_row: Callable[..., Any]) -> None:
    assert not [name for name, _ in figures({EDGE: [make_row(0, p=0.001)]}) if name.startswith("p_value")]


def test_coverage_counts_symbols_not_configurations(
    make_row: Callable[..., Any], make_fit: Callable[..., Any]
) -> None:
    inside, outside = make_fit(held=(0.4, 0.6, 0.5)), make_fit(held=(0.4, 0.6, 0.7))
    rows = [make_row(seed, xgboost_strong=inside, xgboost_tiny=outside) for seed in range(30)]
    found = figures({NOISE: rows})["coverage_out_of_fold_accuracy", "1000:0"]
    assert (found.estimate.value, found.estimate.n, found.verdict) == (0.5, 30, "REFUTED")


def test_symbols_without_a_run_are_left_out(make_row: Callable[..., Any]) -> None:
    rows = [make_row(0), {"seed": 1, "failures": {"events": "no labelled event is left"}}]
    assert figures({NOISE: rows})["false_deploy_honest", "1000:0"].estimate.n == 1
