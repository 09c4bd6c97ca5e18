"""Known answers of calibrators, thresholds and bands."""

import numpy as np
import pandas as pd
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from smc.calibrate.calibrator import best_threshold
from smc.calibrate.isotonic import Isotonic
from smc.calibrate.none import NoCalibration
from smc.calibrate.sigmoid import Sigmoid
from smc.calibrate.temperature import Temperature
from smc.config.compose import compose
from smc.errors import ConfigError, ModelError
from smc.evaluation.calibration import calibration_figures
from smc.evaluation.predictions import abstains
from smc.evaluation.trading import Trading
from smc.labels.direction import Direction


def two(p: np.ndarray) -> np.ndarray:
    return np.column_stack([1 - p, p])


def drawn(n: int, *, power: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw probabilities whose log-odds are `power` times the true ones, and labels."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(size=n)
    codes = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(int)
    return two(1 / (1 + np.exp(-power * odds))), codes


def test_the_temperature_is_what_the_log_odds_were_multiplied_by() -> None:
    fitted = Temperature().fit(*drawn(20_000, power=2.5))
    assert fitted.map_["temperature"] == pytest.approx(2.5, rel=0.05)


def test_the_temperature_keeps_the_most_probable_class() -> None:
    rng = np.random.default_rng(0)
    probability = rng.dirichlet(np.ones(4), 500)
    mapped = Temperature().fit(probability, rng.integers(0, 4, 500)).transform(probability)
    np.testing.assert_array_equal(mapped.argmax(axis=1), probability.argmax(axis=1))


def test_the_sigmoid_is_a_logistic_regression_on_log_odds() -> None:
    probability, codes = drawn(20_000, power=2.0)
    odds = np.log(probability[:, 1] / probability[:, 0])[:, None]
    expected = LogisticRegression(C=np.inf).fit(odds, codes)
    found = Sigmoid().fit(probability, codes).map_["curves"][0]
    assert found["slope"] == pytest.approx(expected.coef_[0, 0], rel=1e-2)
    assert found["offset"] == pytest.approx(expected.intercept_[0], abs=1e-2)


def test_a_model_that_is_wrong_throughout_is_taken_to_know_nothing() -> None:
    probability, codes = drawn(500)
    mapped = Sigmoid().fit(probability, 1 - codes).transform(probability)
    assert np.ptp(mapped[:, 1]) < 1e-9


def test_steps_are_scikit_learns() -> None:
    probability, codes = drawn(300, power=2.0)
    expected = IsotonicRegression(y_min=1 / 302, y_max=301 / 302, out_of_bounds="clip")
    expected.fit(probability[:, 1], codes)
    new = np.linspace(0, 1, 101)
    mapped = Isotonic().fit(probability, codes).transform(two(new))
    np.testing.assert_allclose(mapped[:, 1], expected.predict(new), atol=1e-12)


def test_the_best_threshold_is_the_best_of_all() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        p, advantage = rng.random(30).round(1), rng.normal(size=30)
        found = advantage[p >= best_threshold(p, advantage)].sum()
        every = [advantage[p >= cut].sum() for cut in [*np.unique(p), 2.0]]
        assert found == pytest.approx(max(every))


def test_a_miss_that_costs_nine_times_as_much_lowers_the_threshold_to_a_tenth() -> None:
    probability, codes = drawn(50_000)
    costs = {"false_positive_cost": 1.0, "false_negative_cost": 9.0}
    fitted = NoCalibration(threshold="class_cost", **costs).fit(probability, codes)
    assert fitted.threshold_ == pytest.approx(0.1, abs=0.03)


def test_the_threshold_by_net_return_takes_what_earns_more_than_it_costs() -> None:
    probability, codes = drawn(50_000)
    returns = np.where(codes == 1, 0.02, -0.01)
    chosen = NoCalibration(threshold="net_return", positions=[0.0, 1.0], cost_bps=0.0)
    assert chosen.fit(probability, codes, None, returns).threshold_ == pytest.approx(1 / 3, abs=0.03)
    dear = NoCalibration(threshold="net_return", positions=[0.0, 1.0], cost_bps=50.0)
    assert dear.fit(probability, codes, None, returns).threshold_ == pytest.approx(2 / 3, abs=0.05)
    turned = NoCalibration(threshold="net_return", positions=[-1.0, 1.0], cost_bps=50.0)
    assert turned.fit(probability, codes, None, returns).threshold_ == pytest.approx(1 / 3, abs=0.03)


def test_the_weight_of_events_counts() -> None:
    probability, codes = drawn(2000)
    weight = np.where(codes == 1, 1.0, 1e-6)
    assert Sigmoid().fit(probability, codes, weight).transform(probability)[:, 1].min() > 0.9


def test_a_band_passes_events_over_and_no_trade_is_made_of_them() -> None:
    rows = pd.DataFrame(
        {
            "start": [1, 3, 5],
            "end": [2, 4, 6],
            "side": 1,
            "ret": 0.01,
            "prediction": [0, 0, 1],
            "p_0": [0.9, 0.52, 0.45],
            "p_1": [0.1, 0.48, 0.55],
            "threshold": 0.5,
            "abstain": 0.04,
        }
    )
    bars = pd.DataFrame({"open": 1.0, "close": 1.0}, pd.date_range("2024", periods=10, tz="UTC"))
    trades = Trading(bars, Direction.position, cost=0.0).trades(rows)
    np.testing.assert_allclose(trades, [-0.01, 0.0, 0.01])


def test_an_event_on_the_edge_of_the_band_is_traded() -> None:
    p = np.array([0.25, 0.375, 0.5, 0.625, 0.75])
    passed_over = [False, True, True, True, False]
    calibrator = NoCalibration(abstain=0.25).fit(two(p), np.array([0, 0, 1, 1, 1]))
    assert calibrator.abstains(two(p)).tolist() == passed_over
    rows = pd.DataFrame({"p_0": 1 - p, "p_1": p, "threshold": 0.5, "abstain": 0.25})
    assert abstains(rows).tolist() == passed_over


def test_a_probability_at_the_threshold_is_decided_for_the_larger_class() -> None:
    calibrator = NoCalibration(threshold="class_cost").set_fitted({"threshold": 0.25, "map": {}})
    assert calibrator.decide(two(np.array([0.125, 0.25, 0.375]))).tolist() == [0, 1, 1]


def test_figures_before_and_after() -> None:
    probability, codes = drawn(4000, power=3.0)
    after = Temperature().fit(probability, codes).transform(probability)
    table = pd.DataFrame({"symbol": "A", "part": "val", "event": np.arange(4000), "label": codes, "fold": -1})
    table["prediction"] = after.argmax(axis=1)
    table[["raw_0", "raw_1"]], table[["p_0", "p_1"]] = probability, after
    told = calibration_figures(table)["val"]
    assert told["n"] == 4000
    assert told["after"]["ece"] < 0.03 < 0.1 < told["before"]["ece"]
    assert told["after"]["brier"] < told["before"]["brier"]
    assert sum(told["before"]["curves"]["1"]["count"]) == 4000
    assert told["abstained"] == 0.0


@pytest.mark.parametrize("changes", [{"threshold": "class_cost"}, {"abstain": 0.1}])
def test_thresholds_need_two_classes(changes: dict) -> None:
    with pytest.raises(ModelError, match="two classes, got 3"):
        Temperature(**changes).fit(np.full((9, 3), 1 / 3), np.arange(9) % 3)


def test_a_threshold_by_return_needs_returns() -> None:
    with pytest.raises(ModelError, match="needs the return of each event"):
        NoCalibration(threshold="net_return").fit(*drawn(50))


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["calibrate=sigmoid", "labels=forward_return"], "probabilities for classes only"),
        (["calibrate.abstain=0.1", "labels=triple_barrier_3"], "need two classes"),
        (["calibrate.abstain=0.6"], "`abstain` must be at most 0.5"),
        (["calibrate.threshold=best"], "threshold"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_before_the_run(overrides: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        compose(overrides)
