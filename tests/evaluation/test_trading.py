"""Trading the predictions of one part: one account, by hand, by law and against brute force."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from smc import metrics
from smc.evaluation.trading import Trading
from smc.labels.direction import Direction
from smc.labels.forward_return import ForwardReturn
from smc.labels.triple_barrier import TripleBarrier

LABELS = [TripleBarrier(20, stop_atr=1.5, target_atr=3.0), Direction(5), ForwardReturn(7)]


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


def events(*rows: tuple[int, int, int, int], ret: float = 0.01) -> pd.DataFrame:
    """Rows of (event, end, side, prediction)."""
    table = pd.DataFrame(rows, columns=["event", "end", "side", "prediction"])
    return table.assign(start=table["event"] + 1, ret=ret)


def labelled(bars, label, n=150, seed=0):
    """Events of a label, with sides and predictions at random."""
    rng = np.random.default_rng(seed)
    event = np.sort(rng.choice(np.arange(600, len(bars) - 30), n, replace=False))
    side = rng.choice([-1, 1], n)
    table = label.compute(bars, event, side).reset_index()
    sides = pd.Series(side, event)[table["event"]].to_numpy()
    return table.assign(side=sides, prediction=rng.integers(0, 2, len(table)))


def test_one_trade_by_hand(to_position):
    """Decided at the close of bar 0, bought at the open of bar 1, left in bar 2 at 110 x 1.01 = 111.1."""
    table = Trading(small_bars(), to_position, cost=0.001).returns(events((0, 2, 1, 1)))
    assert table["time"].tolist() == small_bars().index[1:3].tolist()
    assert table["position"].tolist() == [1.0, 1.0]
    assert table["traded"].tolist() == [1.0, 1.0]
    np.testing.assert_allclose(table["gross"], [120 / 110 - 1, 111.1 / 120 - 1])
    np.testing.assert_allclose(1 + table["net"], [120 / 110 * 0.999, 111.1 / 120 * 0.999])


def test_costs_and_lag_equal_the_hand_worked_case(shared_data, to_position):
    """Decided at a close, it earns from the next bar on, and pays for what it buys and sells."""
    cases = json.loads((shared_data / "oracles" / "validation_oracles.json").read_text())["cases"]
    case = next(case for case in cases if case["name"] == "costs_and_lag_toy")
    close = 100 * np.cumprod(1 + np.array(case["inputs"]["bar_return"]))
    open_ = np.append(100.0, close[:-1])
    bars = pd.DataFrame({"open": open_, "close": close}, pd.date_range("2024", periods=6, freq="D", tz="UTC"))
    rows = pd.concat([events((1, 3, 1, 1)), events((3, 5, -1, 1))], ignore_index=True)
    rows["ret"] = rows["side"] * (close[rows["end"]] / open_[rows["start"]] - 1)
    table = Trading(bars, to_position, cost=case["inputs"]["cost_per_unit_turnover"]).returns(rows)
    assert table["position"].tolist() == [1, 1, -1, -1]
    np.testing.assert_allclose(table["gross"][:3], [-0.01, -0.03, -0.01], atol=case["tolerance"])
    assert table["traded"].sum() == sum(case["expected"]["turnover"])
    # It is held where the case is rebalanced, and its costs are fractions of what is left: second order.
    assert table["net"].sum() == pytest.approx(sum(case["expected"]["net"]), abs=5e-4)


def test_a_short_is_held_not_rebalanced(to_position):
    """Sold at 110 for 1: at a close of 120 it is worth 1 - 10 / 110, and that is what the next bar earns on."""
    table = Trading(small_bars(), to_position, cost=0.0).returns(events((0, 2, -1, 1), ret=-0.02))
    at_close, at_end = 1 - 10 / 110, 0.98
    np.testing.assert_allclose(table["gross"], [at_close - 1, at_end / at_close - 1])
    assert table["position"].tolist() == [-1.0, -1.0]


def test_a_trade_in_and_out_in_one_bar_pays_both(to_position):
    table = Trading(small_bars(), to_position, cost=0.001).returns(events((0, 1, 1, 1)))
    np.testing.assert_allclose(1 + table["net"], [1.01 * 0.999**2])
    assert table["traded"].tolist() == [2.0]


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


def test_the_stop_is_where_the_trade_leaves():
    """Entry 100, a stop at 85, a close at 98: the trade loses 15 %, and so does the account."""
    time = pd.date_range("2024-01-01", periods=2, freq="D", tz="UTC")
    bars = pd.DataFrame(
        {"open": [100.0, 100.0], "high": 100.0, "low": [99.0, 80.0], "close": [100.0, 98.0]}, time
    )
    trading = Trading(bars, lambda prediction: np.asarray(prediction, float), cost=0.0)
    rows = events((0, 1, 1, 1), ret=-0.15)
    assert trading.returns(rows)["gross"].tolist() == pytest.approx([-0.15])
    assert trading.trades(rows).tolist() == pytest.approx([-0.15])


def test_trades_pay_on_entry_and_exit(to_position):
    rows = events((0, 2, -1, 1), (1, 2, 1, 0))
    earned = Trading(small_bars(), to_position, cost=0.001).trades(rows)
    np.testing.assert_allclose(earned, [1.01 * 0.999**2 - 1, 0.99 * 0.999**2 - 1])
    flat = Trading(small_bars(), lambda prediction: np.zeros(len(prediction)), cost=0.001)
    assert flat.trades(rows).tolist() == [0.0, 0.0]
    assert flat.figures(flat.returns(rows), flat.trades(rows))["n_trades"] == 0


def test_what_is_not_traded_does_not_dilute(to_position):
    """The account trades the trades that are taken; a prediction to stay out is none of them."""
    rows = events((0, 2, 1, 1), (0, 2, 1, 0))
    only = Trading(small_bars(), lambda prediction: np.asarray(prediction, float), cost=0.0).returns(rows)
    assert only["position"].tolist() == [1.0, 1.0]
    both = Trading(small_bars(), to_position, cost=0.0).returns(rows)
    assert both["position"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("label", LABELS, ids=lambda label: type(label).__name__)
def test_the_law_of_one_account(bars, to_position, label):
    """Over one trade (1 + gross) is 1 + ret; over trades that do not overlap (1 + trade) is the equity."""
    rows = labelled(bars, label)
    free, until = [], -1
    for row in rows.itertuples():
        if row.start > until:
            free.append(row.Index)
            until = row.end
    alone = rows.loc[free].reset_index(drop=True)
    for cost in (0.0, 0.001):
        trading = Trading(bars, to_position, cost=cost)
        earned = to_position(alone["prediction"]) * alone["ret"]
        for k in range(0, len(alone), 5):
            own = trading.returns(alone.iloc[[k]])
            assert np.prod(1 + own["gross"]) == pytest.approx(1 + earned[k], rel=1e-12)
            assert np.prod(1 + own["net"]) == pytest.approx(
                1 + trading.trades(alone.iloc[[k]]).item(), rel=1e-12
            )
        table, trades = trading.returns(alone), trading.trades(alone)
        np.testing.assert_allclose(1 + trades, (1 + earned) * (1 - cost) ** 2, rtol=1e-12)
        assert metrics.equity_curve(table["net"])[-1] == pytest.approx(np.prod(1 + trades), rel=1e-12)
        figures = trading.figures(table, trades)
        assert figures["win_rate"] == np.mean(trades[trades != 0] > 0)


def test_equals_brute_force(bars, make_predictions, to_position):
    predictions, _ = make_predictions()
    rows = predictions[predictions["part"] == "val"].reset_index(drop=True)
    cost = 0.0001
    table = Trading(bars, to_position, cost=cost).returns(rows)
    signed = (rows["side"] * to_position(rows["prediction"])).to_numpy()
    entry = bars["open"].to_numpy()[rows["start"]]
    close = bars["close"].to_numpy()

    def value(k, bar):
        price = entry[k] * (1 + rows["side"][k] * rows["ret"][k]) if bar == rows["end"][k] else close[bar]
        return 1.0 if bar < rows["start"][k] else 1 + signed[k] * (price / entry[k] - 1)

    for row in table.itertuples():
        bar = bars.index.get_loc(row.time)
        held = [k for k in range(len(rows)) if rows["start"][k] <= bar <= rows["end"][k]]
        gross = [value(k, bar) / value(k, bar - 1) - 1 for k in held]
        fills = [int(bar == rows["start"][k]) + int(bar == rows["end"][k]) for k in held]
        net = [(1 + earned) * (1 - cost) ** n - 1 for earned, n in zip(gross, fills, strict=True)]
        told = np.array([row.position, row.gross, row.net, row.traded])
        expected = np.mean([signed[held], gross, net, fills], axis=1) if held else np.zeros(4)
        np.testing.assert_allclose(told, expected, atol=1e-12)
    assert len(table) == rows["end"].max() + 1 - rows["start"].min()


def test_a_short_of_a_price_that_triples_has_lost_all(to_position):
    """Its label says -2; the account is empty from the close on at which nothing is left, and stays so."""
    time = pd.date_range("2024-01-01", periods=5, freq="D", tz="UTC")
    open_, close = [100.0, 100.0, 150.0, 260.0, 95.0], [100.0, 150.0, 260.0, 95.0, 90.0]
    prices = {"open": open_, "high": np.maximum(open_, close), "low": np.minimum(open_, close)}
    bars = pd.DataFrame({**prices, "close": close}, time)
    trading = Trading(bars, to_position, cost=0.001)
    back = events((0, 4, -1, 1), ret=0.1)  # it leaves below its entry, and is gone by then
    table, trades = trading.returns(back), trading.trades(back)
    np.testing.assert_allclose(table["gross"], [-0.5, -1.0, 0.0, 0.0])
    assert trades.tolist() == [-1.0]
    figures = trading.figures(table, trades)
    assert (figures["max_drawdown"], figures["n_liquidated"], figures["calmar"]) == (1.0, 1, -1.0)
    tripled = events((0, 2, -1, 1), ret=-2.0)
    assert trading.trades(tripled).tolist() == [-1.0]
    assert ForwardReturn.position([1.0]) * -2.0 == [-2.0]


def test_figures_by_hand(to_position):
    trading = Trading(small_bars(), to_position, cost=0.0)
    rows = events((0, 2, 1, 1))
    figures = trading.figures(trading.returns(rows), trading.trades(rows))
    net = np.array([120 / 110, 111.1 / 120]) - 1
    a_year = trading.periods_per_year
    assert figures["max_drawdown"] == pytest.approx(1 - 111.1 / 120)
    assert figures["win_rate"] == 1.0
    assert figures["turnover"] == pytest.approx(a_year)
    assert figures["mean_return"] == pytest.approx(net.mean())
    assert (figures["n_bars"], figures["n_trades"], figures["n_accounts"]) == (2, 1, 1)
    assert figures["sharpe"] == pytest.approx(net.mean() / net.std(ddof=1) * math.sqrt(a_year))


def test_figures_of_several_accounts_are_their_means(bars, make_predictions, to_position):
    """Averaged positions would be an ensemble: two models that disagree earn nothing together, not half each."""
    predictions, _ = make_predictions()
    one = predictions[predictions["part"] == "val"].reset_index(drop=True)
    other = one.assign(prediction=1 - one["prediction"])
    trading = Trading(bars, to_position, cost=0.0001)
    both = pd.concat([one.assign(account=0), other.assign(account=1)])
    figures = trading.figures(trading.returns(both), trading.trades(both))
    apart = [trading.figures(trading.returns(rows), trading.trades(rows)) for rows in (one, other)]
    for name in (
        "sharpe",
        "sortino",
        "calmar",
        "max_drawdown",
        "win_rate",
        "turnover",
        "mean_return",
        "n_bars",
    ):
        assert figures[name] == pytest.approx(np.mean([own[name] for own in apart])), name
    assert figures["n_accounts"] == 2
    mixed = both.sample(frac=1, random_state=0)
    alone = [trading.trades(mixed.iloc[[k]]).item() for k in range(len(mixed))]
    assert trading.trades(mixed).tolist() == alone
    assert abs(apart[0]["sharpe"] - apart[1]["sharpe"]) > 0.1


def test_guesses_on_a_random_walk_earn_nothing_but_their_costs(bars, to_position):
    """Over many draws the mean gross return is 0 within its error, and the net one below it by the costs."""
    rng, means = np.random.default_rng(0), []
    for _ in range(100):
        event = np.sort(rng.choice(np.arange(10, 2900), 200, replace=False))
        side = rng.choice([-1, 1], 200)
        rows = Direction(int(rng.integers(1, 20))).compute(bars, event, side).reset_index()
        rows = rows.assign(side=side, prediction=rng.integers(0, 2, 200))
        table = Trading(bars, to_position, cost=0.0002).returns(rows)
        means.append((table["gross"].mean(), table["net"].mean()))
    gross, net = np.mean(means, axis=0)
    error = np.std([mean for mean, _ in means]) / math.sqrt(len(means))
    assert abs(gross) < 3 * error
    assert net < gross
