"""Who recomputes a figure of a saved run from its tables alone gets it: plain loops, no function of smc."""

import math

import numpy as np
import pandas as pd
import pytest

from smc import api
from smc.selection.candidates import candidates_of

COST = 1e-4
CASES = {
    "walk_forward": ["cv=walk_forward"],
    "combinatorial": ["cv=cpcv", "cv.n_blocks=4"],
    "monte_carlo": ["cv=monte_carlo", "cv.n_splits=4"],
    "against the side too": ["cv=monte_carlo", "cv.n_splits=3", "labels=direction"],
}


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES)
def run(request, tmp_path_factory):
    market = [
        "data=simulated",
        "data.n_bars=3000",
        "data.n_symbols=1",
        "events.last=160",
        "data.volatility=0.6",
    ]
    output = tmp_path_factory.mktemp("pencil")
    return api.train([*market, "model=logistic", "aug=none", f"paths.output={output}", *request.param])


@pytest.fixture(scope="module")
def rows(run):
    table = run.predictions
    return table[table["part"] == "out_of_fold"].reset_index(drop=True)


@pytest.fixture(scope="module")
def accounts(run):
    table = run.returns[run.returns["part"] == "out_of_fold"]
    return [bars for _, bars in table.groupby("account")]


@pytest.fixture(scope="module")
def traded(run, rows):
    is_direction = run.record["choices"]["labels"] == "direction"
    return rows["prediction"].map({1: 1.0, 0: -1.0 if is_direction else 0.0})


def mean_over_events(rows, values):
    """Average over the predictions of an event, then over the events."""
    by_event = {}
    for event, value in zip(rows["event"], values, strict=True):
        by_event.setdefault(event, []).append(value)
    return sum(sum(own) / len(own) for own in by_event.values()) / len(by_event)


def test_accuracy_and_losses(run, rows):
    table = run.record["out_of_fold_metrics"]
    assert table["n_events"] == len(set(rows["event"]))
    hit = [float(label == named) for label, named in zip(rows["label"], rows["prediction"], strict=True)]
    assert table["accuracy"] == pytest.approx(mean_over_events(rows, hit))
    chance = [row.p_1 if row.label == 1 else row.p_0 for row in rows.itertuples()]
    assert table["log_loss"] == pytest.approx(mean_over_events(rows, [-math.log(p) for p in chance]))
    assert table["brier"] == pytest.approx(mean_over_events(rows, [(1 - p) ** 2 for p in chance]))


def test_the_confusion_matrix_and_what_follows_from_it(run, rows):
    table = run.record["out_of_fold_metrics"]
    cells = [
        [mean_over_events(rows, (rows["label"] == true) & (rows["prediction"] == named)) for named in (0, 1)]
        for true in (0, 1)
    ]
    np.testing.assert_allclose(np.array(table["confusion_matrix"]) / table["n_events"], cells, atol=1e-9)
    (tn, fp), (fn, tp) = cells
    assert table["accuracy"] == pytest.approx(tp + tn)
    assert table["balanced_accuracy"] == pytest.approx((tp / (tp + fn) + tn / (tn + fp)) / 2)
    assert table["recall"] == pytest.approx(tp / (tp + fn))
    spread = math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    assert table["mcc"] == pytest.approx((tp * tn - fp * fn) / spread if spread else 0.0)
    assert table["majority_accuracy"] == pytest.approx(max(tp + fn, tn + fp))


def test_the_area_under_the_curve(run, rows):
    shares = rows["event"].map(1 / rows["event"].value_counts())
    pairs = ranked = 0.0
    for label, p, share in zip(rows["label"], rows["p_1"], shares, strict=True):
        others = rows["label"] == 0
        if label == 1:
            pairs += share * shares[others].sum()
            ranked += (
                share
                * (shares[others] * ((rows["p_1"][others] < p) + 0.5 * (rows["p_1"][others] == p))).sum()
            )
    assert run.record["out_of_fold_metrics"]["auc"] == pytest.approx(ranked / pairs)


def test_an_account_trades_each_event_at_most_once(rows, run):
    assert not rows.duplicated(["account", "event"]).any()
    assert run.record["financial_metrics"]["n_accounts"] == rows["account"].nunique()


def test_winners(run, rows, traded):
    shares = []
    for _, own in rows.assign(position=traded).groupby("account"):
        taken = own[own["position"] != 0]
        net = (1 + taken["position"] * taken["ret"]) * (1 - COST) ** 2 - 1
        if len(taken):
            shares.append((net > 0).mean())
    assert run.record["financial_metrics"]["win_rate"] == pytest.approx(np.mean(shares))
    n_trades = (traded != 0).groupby(rows["account"]).sum().mean()
    assert run.record["financial_metrics"]["n_trades"] == pytest.approx(n_trades)


def test_sharpe_drawdown_turnover_and_mean(run, accounts):
    told = run.record["financial_metrics"]
    a_year = told["periods_per_year"]
    sharpes, drawdowns = [], []
    for bars in accounts:
        net = bars["net"].tolist()
        mean = sum(net) / len(net)
        deviation = math.sqrt(sum((value - mean) ** 2 for value in net) / (len(net) - 1))
        if deviation > 0:
            sharpes.append(mean / deviation * math.sqrt(a_year))
        capital, peak, deepest = 1.0, 1.0, 0.0
        for value in net:
            capital *= 1 + value
            peak = max(peak, capital)
            deepest = max(deepest, 1 - capital / peak)
        drawdowns.append(deepest)
    assert told["sharpe"] == pytest.approx(np.mean(sharpes))
    assert told["max_drawdown"] == pytest.approx(np.mean(drawdowns))
    assert told["mean_return"] == pytest.approx(np.mean([bars["net"].mean() for bars in accounts]))
    assert told["turnover"] == pytest.approx(
        np.mean([bars["traded"].sum() / len(bars) for bars in accounts]) * a_year
    )
    assert told["n_bars"] == pytest.approx(np.mean([len(bars) for bars in accounts]))


def test_the_bars_of_a_trade_are_the_trade(rows, traded, accounts):
    """Where one trade is open alone from its entry to its exit, its bars multiply to 1 + what it returned."""
    n_alone = 0
    for number, bars in enumerate(accounts):
        own = rows.assign(position=traded)[(rows["account"] == number) & (traded != 0)]
        first = rows.loc[rows["account"] == number, "start"].min()
        for row in own.itertuples():
            others = own.drop(index=row.Index)
            if not ((others["start"] <= row.end) & (others["end"] >= row.start)).any():
                held = bars.iloc[row.start - first : row.end - first + 1]
                assert math.prod(1 + held["gross"]) == pytest.approx(1 + row.position * row.ret, rel=1e-12)
                kept = (1 + row.position * row.ret) * (1 - COST) ** 2
                assert math.prod(1 + held["net"]) == pytest.approx(kept, rel=1e-12)
                n_alone += 1
    assert n_alone >= 3


def test_costs_are_what_is_bought_and_sold(accounts):
    for bars in accounts:
        quiet = bars["traded"] == 0
        assert (bars.loc[quiet, "gross"] == bars.loc[quiet, "net"]).all()
        paid = (bars["gross"] - bars["net"])[~quiet]
        np.testing.assert_allclose(paid, COST * bars.loc[~quiet, "traded"], rtol=0.15)


def test_periods_a_year_are_those_of_the_calendar(run):
    about = next(iter(run.record["bars"].values()))
    years = (pd.Timestamp(about["last"]) - pd.Timestamp(about["first"])).days / 365.25
    assert run.record["financial_metrics"]["periods_per_year"] == pytest.approx(
        about["n_bars"] / years, rel=0.01
    )


def test_the_evidence_that_a_selection_reads(run, rows):
    """What the model adds to the baseline's forecast, against the simple return that followed."""
    (candidate,) = candidates_of(run.run_id, run.record, run.predictions, run.returns)
    added = rows["p_1"] - rows["baseline_1"]
    if rows["fold"].nunique() > 1:  # less the mean over all earlier events
        of_event = added.groupby(rows["event"]).mean()
        earlier = of_event.expanding().mean().shift()
        added = (added - rows["event"].map(earlier)).fillna(0.0)
    else:
        added = added - mean_over_events(rows, added)
    scale = math.sqrt(mean_over_events(rows, added**2) * mean_over_events(rows, rows["ret"] ** 2))
    expected = mean_over_events(rows, added * rows["ret"]) / scale
    assert candidate.out_of_fold.evidence.mean == pytest.approx(expected)
    assert candidate.returns.sharpe == pytest.approx(run.record["financial_metrics"]["sharpe"])
    assert len(candidate.out_of_fold.evidence) == rows["event"].nunique()


def test_intervals_have_a_width_and_hold_their_estimate(run):
    told = run.record["intervals"]["out_of_fold"]
    for name, table in (
        ("accuracy", "out_of_fold_metrics"),
        ("log_loss", "out_of_fold_metrics"),
        ("sharpe", "financial_metrics"),
    ):
        assert told[name]["estimate"] == pytest.approx(run.record[table][name])
        assert told[name]["low"] < told[name]["estimate"] < told[name]["high"]
