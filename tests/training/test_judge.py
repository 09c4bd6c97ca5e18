"""What predictions of inner folds come to, against the figures of a run on the same rows."""

import numpy as np
import pandas as pd
import pytest

from smc import metrics
from smc.errors import ConfigError
from smc.evaluation.trading import Trading
from smc.selection.measures import return_coefficient
from smc.training.judge import Judge, check_can_be_judged, losses_of

N_EVENTS, N_BARS = 40, 400


def bars_of(seed):
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(rng.normal(0, 0.01, N_BARS).cumsum())
    open_ = np.concatenate([[100.0], close[:-1]])
    index = pd.date_range("2020-01-01", periods=N_BARS, freq="h", tz="UTC")
    return pd.DataFrame({"open": open_, "close": close}, index=index)


def rows_of(symbol, bars, seed, *, fold=0, first=0):
    rng = np.random.default_rng([seed, fold])
    start = first + 4 * np.arange(N_EVENTS) + 1
    end = start + 6
    ret = bars["close"].to_numpy()[end] / bars["open"].to_numpy()[start] - 1
    up = rng.uniform(0.2, 0.8, N_EVENTS)
    return pd.DataFrame(
        {
            **{"symbol": symbol, "fold": fold, "event": start - 1, "start": start, "end": end, "ret": ret},
            **{"label": (ret > 0).astype(int), "side": 1, "prediction": (up > 0.5).astype(int)},
            **{"p_0": 1 - up, "p_1": up, "baseline_0": 0.5, "baseline_1": 0.5},
        }
    )


BARS = {"A": bars_of(1), "B": bars_of(2)}
BACKTESTS = {
    name: Trading(bars, lambda predicted: np.asarray(predicted, dtype=float), cost=1e-4)
    for name, bars in BARS.items()
}
FOLDS = [rows_of("A", BARS["A"], 3, fold=0), rows_of("A", BARS["A"], 3, fold=1, first=200)]


def judged(objectives, folds=FOLDS, **constraints):
    return Judge(objectives, constraints, BACKTESTS)(folds)


def test_without_a_name_it_is_the_loss_of_the_labels():
    rows = pd.concat(FOLDS, ignore_index=True)
    column = judged([]).columns["log_loss"]
    assert column.mean() == pytest.approx(metrics.log_loss(rows["label"], rows["p_1"]))
    numbers = rows.drop(columns=["p_0", "p_1"]).assign(label=0.5, prediction=0.25)
    assert judged([], [numbers]).columns["mse"].tolist() == [0.0625] * 2 * N_EVENTS


def test_one_floor_of_log_loss_serves_all():
    rows = FOLDS[0].assign(p_0=1.0, p_1=0.0, label=1)
    assert (
        losses_of(rows).tolist()
        == metrics.event_log_loss([1] * N_EVENTS, [0.0] * N_EVENTS, classes=[0, 1]).tolist()
    )


def test_the_mean_of_sharpes_column_is_the_ratio_after_costs():
    rows = pd.concat(FOLDS, ignore_index=True)
    trading = BACKTESTS["A"]
    returns = trading.returns(rows)
    figures = trading.figures(returns, trading.trades(rows))
    assert -judged(["sharpe"]).columns["sharpe"].mean() == pytest.approx(figures["sharpe"])
    free = Judge(["sharpe"], {}, {"A": Trading(BARS["A"], trading.to_position, cost=0.0)})(FOLDS)
    assert free.columns["sharpe"].mean() < judged(["sharpe"]).columns["sharpe"].mean()


def test_sharpes_column_has_its_standard_error():
    """Against the spread of the ratio over many samples of the same law."""
    rng = np.random.default_rng(0)
    samples = rng.normal(0.015, 0.01, size=(2000, 250))  # a ratio so large that its spread counts
    ratios = [metrics.sharpe(sample, 1.0) for sample in samples]
    errors = [metrics.sharpe_contributions(each, 1.0).std(ddof=1) / np.sqrt(250) for each in samples[:300]]
    assert np.mean(errors) == pytest.approx(np.std(ratios), rel=0.07)


def test_nothing_traded_earns_nothing_and_wins_nothing():
    idle = [rows.assign(prediction=0) for rows in FOLDS]
    told = judged(["sharpe"], idle, max_drawdown=0.1, min_win_rate=0.4)
    assert not told.columns["sharpe"].any()
    assert told.figures == {"max_drawdown": 0.0, "min_win_rate": 0.0}
    assert told.excess == {"max_drawdown": -0.1, "min_win_rate": 0.4}


def test_the_return_coefficient_is_that_of_evidence():
    rows = pd.concat(FOLDS, ignore_index=True)
    assert (-judged(["return_coefficient"]).columns["return_coefficient"]).tolist() == (
        return_coefficient(rows).tolist()
    )


def test_constraints_look_at_what_a_run_would_report():
    rows = pd.concat(FOLDS, ignore_index=True)
    trading = BACKTESTS["A"]
    figures = trading.figures(trading.returns(rows), trading.trades(rows))
    told = judged([], max_drawdown=0.05, min_win_rate=0.9)
    assert told.figures["max_drawdown"] == pytest.approx(figures["max_drawdown"])
    assert told.figures["min_win_rate"] == pytest.approx(figures["win_rate"])
    assert told.excess["max_drawdown"] == pytest.approx(figures["max_drawdown"] - 0.05)
    assert told.excess["min_win_rate"] == pytest.approx(0.9 - figures["win_rate"])


def test_of_a_pool_the_worst_drawdown_counts_and_every_trade():
    pool = [pd.concat([FOLDS[0], rows_of("B", BARS["B"], 4)], ignore_index=True)]
    told = judged(["sharpe"], pool, max_drawdown=0.05, min_win_rate=0.5)
    own = {name: BACKTESTS[name].returns(pool[0].query("symbol == @name"))["net"] for name in BARS}
    assert told.figures["max_drawdown"] == pytest.approx(max(map(metrics.max_drawdown, own.values())))
    assert len(told.columns["sharpe"]) == sum(map(len, own.values()))
    trades = np.concatenate([BACKTESTS[name].trades(pool[0].query("symbol == @name")) for name in BARS])
    assert told.figures["min_win_rate"] == pytest.approx(metrics.win_rate(trades))


def test_two_trials_on_the_same_folds_have_values_that_belong_together():
    other = [rows.assign(prediction=1 - rows["prediction"]) for rows in FOLDS]
    for name in ("log_loss", "sharpe", "return_coefficient"):
        assert len(judged([name]).columns[name]) == len(judged([name], other).columns[name])


@pytest.mark.parametrize("name", ["sharpe", "max_drawdown", "min_win_rate"])
def test_what_trading_alone_tells_is_refused_where_events_are_known_only_afterwards(name):
    check_can_be_judged([name, "log_loss"], can_trade=True)
    check_can_be_judged(["log_loss", "return_coefficient"], can_trade=False)
    with pytest.raises(ConfigError, match=f"tune: {name} cannot be known, .*labels.expiry=sign"):
        check_can_be_judged([name], can_trade=False)
