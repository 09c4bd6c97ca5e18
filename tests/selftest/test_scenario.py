"""Scenarios, what they draw, and what is no scenario."""

import pytest

from smc.errors import ConfigError
from smc.selftest import Design, Scenario, compose_configurations
from smc.selftest.design import scenarios_of


def test_an_edge_is_drawn_where_one_is_asked_for() -> None:
    (base,) = compose_configurations(["logistic"], ["tiny"])
    assert base.on(Scenario(100, 0.75)).market(3).has_edge("S01")
    assert not base.on(Scenario(100, 0.0)).market(3).has_edge("S01")
    assert base.on(Scenario(100, 0.75)).market(3).seed == 3
    assert base.on(Scenario.parse("100:even")).config["labels"]["stop_atr"] == 2
    assert not base.on(Scenario.parse("100:even")).market(3).has_edge("S01")
    assert base.on(Scenario(100, 0.75)).config["events"]["last"] == 100


def test_a_rounded_accuracy_is_taken_for_the_weakest_edge() -> None:
    assert Scenario(300, 0.65).data["best_accuracy"] == 0.652


@pytest.mark.parametrize(
    ("n_events", "best", "said"), [(0, 0.0, "--events"), (9, 0.6, "--best"), (9, 0.99, "--best")]
)
def test_what_cannot_be_drawn_is_refused(n_events: int, best: float, said: str) -> None:
    with pytest.raises(ConfigError, match=f"{said} must be"):
        Scenario(n_events, best)


def test_pairs_come_once_and_in_order() -> None:
    assert [str(scenario) for scenario in scenarios_of([300, 100, 300], [0.75, 0])] == [
        "100:0",
        "100:even",
        "100:0.75",
        "300:0",
        "300:even",
        "300:0.75",
    ]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("labels=direction", "true odds are known of labels=triple_barrier"),
        ("labels.expiry=drop", "not of expiry=drop"),
        ("evaluation.test=sealed", "evaluation.test=recorded"),
        ("data=index", "data=simulated"),
    ],
)
def test_a_run_whose_truth_is_unknown_is_refused(override: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        compose_configurations(["logistic"], ["tiny"], [override])


def test_the_hash_says_what_is_measured_whatever_the_sizes() -> None:
    one = compose_configurations(["logistic"], ["tiny"])
    other = compose_configurations(["logistic"], ["tiny"], ["aug=none"])
    scenarios = [Scenario(100, 0.0)]
    assert (
        Design(scenarios, 2, one).hash
        == Design([Scenario(50, 0.0)], 9, one).hash
        != Design(scenarios, 2, other).hash
    )


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(ConfigError, match="got 0 symbols"):
        Design([Scenario(100, 0.0)], 0, compose_configurations(["logistic"], ["tiny"]))
