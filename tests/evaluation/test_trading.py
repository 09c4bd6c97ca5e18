"""Trading the predictions of one part, by hand and against brute force."""

import math

import numpy as np
import pandas as pd
import pytest

from smc.evaluation.trading import Trading


def small_bars() -> pd.DataFrame:
    open_ = np.array([100.0, 110.0, 121.0, 108.9, 98.01, 107.811])
    close = np.array([105.0, 120.0, 110.0, 99.0, 107.0, 110.0])
    time = pd.date_range("2024-01-01", periods=6, freq="4h", tz="UTC", name="time")
    columns = {
        "open": open_,
        "high": np.maximum(open_, close),
        "low": np.minimum(open_, close),
        "close": close,
    }
    return pd.DataFrame(columns | {"volume": 1.0}, index=time)


def events(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    """Rows of (event, end, side, prediction)."""
    table = pd.DataFrame(rows, columns=["event", "end", "side", "prediction"])
    return table.assign(start=table["event"] + 1, ret=0.01)


def test_one_trade_by_hand(to_position):
    """Decided at the close of bar 0, long from the open of bar 1 to the open of bar 3."""
    table = Trading(small_bars(), to_position, cost=0.001).returns(events((0, 2, 1, 1)))
    assert table["time"].tolist() == small_bars().index[1:4].tolist()
    assert table["position"].tolist() == [1.0, 1.0, 0.0]
    np.testing.assert_allclose(table["gross"], [math.log(1.1), math.log(0.9), 0.0])
    np.testing.assert_allclose(table["net"], [math.log(1.1) - 0.001, math.log(0.9), -0.001])


def test_side_and_prediction_give_the_direction(to_position):
    trading = Trading(small_bars(), to_position, cost=0.0)
    held = [
        trading.returns(events((0, 2, side, guess)))["position"][0] for side in (1, -1) for guess in (1, 0)
    ]
    assert held == [1.0, -1.0, -1.0, 1.0]


def test_the_bar_of_the_decision_earns_nothing(to_position):
    """A jump inside the event's own bar is known when the decision falls, and cannot be earned any more."""
    jump = small_bars()
    jump.iloc[:2] *= 3
    rows = events((1, 3, 1, 1))
    trading = Trading(small_bars(), to_position, cost=0.001), Trading(jump, to_position, cost=0.001)
    pd.testing.assert_frame_equal(trading[0].returns(rows), trading[1].returns(rows))


def test_the_last_bar_is_marked_at_its_close_and_pays_no_exit(to_position):
    table = Trading(small_bars(), to_position, cost=0.001).returns(events((3, 5, 1, 1)))
    assert table["position"].tolist() == [1.0, 1.0]
    np.testing.assert_allclose(table["gross"], [math.log(107.811 / 98.01), math.log(110 / 107.811)])
    assert table["net"].sum() == pytest.approx(math.log(110 / 98.01) - 0.001)


def test_trades_pay_on_entry_and_exit(to_position):
    rows = events((0, 2, -1, 1), (1, 2, 1, 0))
    np.testing.assert_allclose(Trading(small_bars(), to_position, cost=0.001).trades(rows), [0.008, -0.012])
    flat = Trading(small_bars(), lambda prediction: np.zeros(len(prediction)), cost=0.001)
    assert flat.trades(rows).tolist() == [0.0, 0.0]
    assert flat.figures(flat.returns(rows), flat.trades(rows))["n_trades"] == 0


def test_equals_brute_force(bars, make_predictions, to_position):
    predictions, _ = make_predictions()
    rows = predictions[predictions["part"] == "val"].reset_index(drop=True)
    table = Trading(bars, to_position, cost=0.0001).returns(rows)
    signed, opens, before = rows["side"] * to_position(rows["prediction"]), bars["open"].to_numpy(), 0.0
    for row in table.itertuples():
        bar = bars.index.get_loc(row.time)
        is_open = (rows["start"] <= bar) & (bar <= rows["end"])
        position = signed[is_open].mean() if is_open.any() else 0.0
        assert row.position == pytest.approx(position)
        assert row.gross == pytest.approx(position * math.log(opens[bar + 1] / opens[bar]))
        assert row.net == pytest.approx(row.gross - 0.0001 * abs(position - before))
        before = position
    assert before == 0.0
    assert len(table) == rows["end"].max() + 2 - rows["start"].min()


def test_figures_by_hand(to_position):
    trading = Trading(small_bars(), to_position, cost=0.0)
    rows = events((0, 2, 1, 1))
    figures = trading.figures(trading.returns(rows), trading.trades(rows))
    assert figures["periods_per_year"] == pytest.approx(365.25 * 6)
    assert figures["max_drawdown"] == pytest.approx(0.1)
    assert figures["win_rate"] == 1.0
    assert figures["turnover"] == pytest.approx(2 / 3 * 365.25 * 6)
    assert figures["mean_return"] == pytest.approx(math.log(1.1 * 0.9) / 3)
    assert (figures["n_bars"], figures["n_trades"]) == (3, 1)
    net = np.array([math.log(1.1), math.log(0.9), 0.0])
    assert figures["sharpe"] == pytest.approx(net.mean() / net.std(ddof=1) * math.sqrt(365.25 * 6))


def test_guesses_on_a_random_walk_earn_nothing_but_their_costs(bars, to_position):
    """Over many draws the mean gross return is 0 within its error, and the net one below it by the costs."""
    rng, means = np.random.default_rng(0), []
    for _ in range(200):
        event = np.sort(rng.choice(np.arange(10, 2900), 200, replace=False))
        rows = pd.DataFrame({"event": event, "start": event + 1, "end": event + rng.integers(1, 20, 200)})
        rows = rows.assign(side=rng.choice([-1, 1], 200), prediction=rng.integers(0, 2, 200))
        table = Trading(bars, to_position, cost=0.0002).returns(rows)
        means.append((table["gross"].mean(), table["net"].mean()))
    gross, net = np.mean(means, axis=0)
    error = np.std([mean for mean, _ in means]) / math.sqrt(len(means))
    assert abs(gross) < 3 * error
    assert net < gross
