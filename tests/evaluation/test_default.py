"""The evaluation of a run: its record, its tables, and what a sealed test hides."""

import inspect
import json
import math

import numpy as np
import pandas as pd
import pytest
import yaml

from smc import metrics
from smc.evaluation.default import Evaluation
from smc.monitor.gap import Gap
from smc.monitor.no_learning import NoLearning
from smc.results import opened_scores

FIELDS = {
    "task",
    "history",
    "out_of_fold_metrics",
    "val_metrics",
    "test_metrics",
    "financial_metrics",
    "val_financial_metrics",
    "test_financial_metrics",
    "baseline_metrics",
    "metrics_by_regime",
    "intervals",
}
FINANCIAL = {"sharpe", "sortino", "calmar", "max_drawdown", "win_rate", "var_95", "cvar_95", "turnover"}
PARTS = ["out_of_fold", "val", "test"]
COLUMNS = ["part", "account", "time", "position", "gross", "net", "traded"]


def plain(record):
    """The record as text, whatever its order; NaN equals NaN."""
    return json.dumps(record, sort_keys=True)


@pytest.fixture
def evaluate(make_predictions, bars, to_position):
    """Evaluate made predictions, with other settings or other tables where given."""

    def run(predictions=None, prior=None, *, classes=(0, 1), **settings):
        made, beside = make_predictions(classes=classes)
        tables = made if predictions is None else predictions, beside if prior is None else prior
        return Evaluation(**{"test": "recorded", **settings}).compute(*tables, bars, to_position)

    return run


@pytest.mark.parametrize("classes", [(0, 1), (-1, 0, 1), ()])
def test_the_record_has_its_fields_and_is_plain_data(evaluate, classes):
    record = evaluate(classes=classes).record
    assert {*record} == FIELDS
    assert record["task"] == ("classification" if classes else "regression")
    assert all([*record[name]] == PARTS for name in ("baseline_metrics", "metrics_by_regime", "intervals"))
    for name in ("financial_metrics", "val_financial_metrics", "test_financial_metrics"):
        assert {*record[name]} >= FINANCIAL
    assert json.loads(json.dumps(record)) == json.loads(json.dumps(record))
    regimes = {"volatility_low", "volatility_mid", "volatility_high", "trend_down", "trend_up"}
    assert {*record["metrics_by_regime"]["out_of_fold"]} == regimes


def test_figures_belong_to_their_part(evaluate, make_predictions):
    predictions, prior = make_predictions()
    record = evaluate().record
    for part in PARTS:
        rows, beside = (table[table["part"] == part] for table in (predictions, prior))
        table = record[f"{part}_metrics"]
        assert table["n_events"] == len(rows)
        assert table["accuracy"] == metrics.accuracy(rows["label"], rows["prediction"])
        assert table["auc"] == metrics.auc(rows["label"], rows["p_1"])
        base = record["baseline_metrics"][part]
        assert base["accuracy"] == metrics.accuracy(beside["label"], beside["prediction"])
        assert base["log_loss"] == pytest.approx(math.log(2))
        assert table["log_loss_skill"] == pytest.approx(1 - table["log_loss"] / math.log(2))
        assert record["intervals"][part]["accuracy"]["estimate"] == pytest.approx(table["accuracy"])


def test_regimes_part_the_events(evaluate):
    by_regime = evaluate().record["metrics_by_regime"]["out_of_fold"]
    assert sum(by_regime[f"volatility_{name}"]["n_events"] for name in ("low", "mid", "high")) == 200
    assert by_regime["trend_up"]["n_events"] + by_regime["trend_down"]["n_events"] == 200


def test_returns_are_those_of_the_parts(evaluate, bars):
    returns = evaluate().returns
    assert [*returns] == COLUMNS
    assert [*returns["part"].unique()] == PARTS
    record = evaluate().record
    periods = metrics.bars_per_year(bars.index)
    for part, name in zip(PARTS, ("financial", "val_financial", "test_financial"), strict=True):
        net = returns.loc[returns["part"] == part, "net"]
        assert record[f"{name}_metrics"]["sharpe"] == metrics.sharpe(net, periods)
        assert record["intervals"][part]["sharpe"]["estimate"] == pytest.approx(metrics.sharpe(net, periods))
    assert returns["position"].between(-1, 1).all()


def test_two_models_of_an_event_are_scored_one_by_one(evaluate, make_predictions):
    """The same events, tested by a second, contrary model: a figure is that of one of them, on average."""
    predictions, _ = make_predictions()
    rows = predictions[predictions["part"] == "out_of_fold"]
    contrary = rows.assign(p_0=rows["p_1"], p_1=rows["p_0"], prediction=1 - rows["prediction"], fold=9)
    repeated = pd.concat([predictions.assign(account=0), contrary.assign(account=1)], ignore_index=True)
    _, prior = make_predictions()
    beside = pd.concat([prior, prior[prior["part"] == "out_of_fold"].assign(fold=9)], ignore_index=True)
    record = evaluate(repeated, beside).record
    table = record["out_of_fold_metrics"]
    assert (table["n_events"], table["accuracy"]) == (200, 0.5)
    p_1, label = (np.concatenate([rows[name], contrary[name]]) for name in ("p_1", "label"))
    assert table["log_loss"] == pytest.approx(metrics.log_loss(label, p_1))
    assert table["brier"] == pytest.approx(metrics.brier(label, p_1))
    assert record["intervals"]["out_of_fold"]["accuracy"]["estimate"] == 0.5
    assert record["financial_metrics"]["n_accounts"] == 2


def test_the_order_of_the_rows_does_not_matter(evaluate, make_predictions):
    predictions, prior = make_predictions()
    shuffled = predictions.sample(frac=1, random_state=1), prior.sample(frac=1, random_state=2)
    assert repr(evaluate(*shuffled).record) == repr(evaluate().record)


def test_train_rows_serve_the_history_alone(evaluate, make_predictions):
    predictions, _ = make_predictions()
    scores = evaluate()
    assert [*scores.predictions["part"].unique()] == PARTS
    train = predictions[predictions["part"] == "train"]
    assert scores.record["history"]["train_accuracy"] == metrics.accuracy(train["label"], train["prediction"])
    without = evaluate(predictions[predictions["part"] != "train"]).record
    assert without["history"]["train_val_gap"] is None
    assert repr(without["val_metrics"]) == repr(scores.record["val_metrics"])


@pytest.mark.parametrize(("classes", "score"), [((0, 1), "accuracy"), ((), "r2")])
def test_the_validation_score_has_a_standard_error(evaluate, classes, score):
    record = evaluate(classes=classes).record
    interval = record["intervals"]["val"][score]
    width = interval["high"] - interval["low"]
    assert record["history"]["val_standard_error"] == pytest.approx(width / 3.92, rel=1e-3)
    narrow = evaluate(classes=classes, confidence=0.5).record
    assert narrow["history"]["val_standard_error"] == pytest.approx(width / 3.92, rel=0.25)


def test_without_an_interval_there_is_no_standard_error(evaluate, make_predictions):
    tables = [table[table["part"] != "val"] for table in make_predictions()]
    assert evaluate(*tables).record["history"]["val_standard_error"] is None
    few = [table.groupby("part").head(12) for table in make_predictions(classes=())]
    assert evaluate(*few).record["history"]["val_standard_error"] is None


def test_a_sealed_test_leaves_no_trace(evaluate, make_predictions):
    """Whatever the test part holds, a sealed evaluation writes the same."""
    predictions, prior = make_predictions()
    is_test = predictions["part"] == "test"
    changed = predictions.copy()
    changed.loc[is_test, "label"] = 1 - changed.loc[is_test, "label"]
    changed.loc[is_test, ["ret", "p_1"]] = 0.123
    scores, other = evaluate(test="sealed"), evaluate(changed, test="sealed")
    absent = evaluate(predictions[~is_test], prior[~is_test], test="sealed")
    assert repr(scores.record) == repr(other.record) == repr(absent.record)
    for name in ("predictions", "returns"):
        assert "test" not in set(getattr(scores, name)["part"])
        pd.testing.assert_frame_equal(getattr(scores, name), getattr(other, name))
    record = scores.record
    assert record["test_metrics"] is record["test_financial_metrics"] is None
    assert record["history"]["test_accuracy"] is None
    assert repr(record["val_metrics"]) == repr(evaluate().record["val_metrics"])


@pytest.mark.parametrize("classes", [(0, 1), (-1, 0, 1), ()])
def test_what_is_sealed_alone_and_the_rest_make_the_whole_record(evaluate, make_predictions, classes):
    tables = make_predictions(classes=classes)
    alone = evaluate(*(table[table["part"] == "test"] for table in tables)).record
    rest = evaluate(*tables, test="sealed").record
    whole = opened_scores.with_test_figures(rest, opened_scores.test_figures(alone))
    assert plain(whole) == plain(evaluate(*tables).record)


def test_a_failed_cv_leaves_its_fields_null(evaluate, make_predictions):
    predictions, prior = (table[table["part"] != "out_of_fold"] for table in make_predictions())
    record = evaluate(predictions, prior).record
    assert record["out_of_fold_metrics"] is record["financial_metrics"] is None
    assert record["history"]["cv_fold_accuracies"] == []
    assert record["test_metrics"]["n_events"] == 60


def test_nothing_held_out_is_no_error(evaluate, make_predictions):
    predictions, prior = (table[table["part"] == "train"] for table in make_predictions())
    scores = evaluate(predictions, prior)
    assert scores.record["val_metrics"] is None
    assert [*scores.returns] == COLUMNS


def test_the_baseline_must_stand_on_the_same_events(evaluate, make_predictions):
    predictions, prior = make_predictions()
    with pytest.raises(ValueError, match="part val has 59 of it and 60 of the model"):
        evaluate(predictions, prior.drop(index=prior.index[prior["part"] == "val"][0]))
    with pytest.raises(ValueError, match="part test has 0 of it and 60 of the model"):
        evaluate(predictions, prior[prior["part"] != "test"])


def test_predictions_are_left_as_they_were(evaluate, make_predictions):
    predictions, prior = make_predictions()
    before = predictions.copy(), prior.copy()
    evaluate(predictions, prior)
    pd.testing.assert_frame_equal(predictions, before[0])
    pd.testing.assert_frame_equal(prior, before[1])


@pytest.mark.parametrize(
    ("setting", "value", "field"),
    [
        ("cost_bps", 5.0, "financial_metrics"),
        ("n_bootstrap", 100, "intervals"),
        ("confidence", 0.8, "intervals"),
        ("test", "sealed", "test_metrics"),
        ("stable_std", 1.0, "history"),
        ("overfitting_gap", 0.9, "history"),
        ("volatility_size", 60, "metrics_by_regime"),
        ("rank_size", 100, "metrics_by_regime"),
        ("trend_size", 5, "metrics_by_regime"),
        ("seed", 1, "intervals"),
    ],
)
def test_every_setting_changes_what_it_should(evaluate, make_predictions, setting, value, field):
    predictions, _ = make_predictions()
    at = predictions.index[predictions["part"] == "train"]
    predictions.loc[at, "prediction"] = predictions.loc[at, "label"]
    changed, default = (evaluate(predictions, **settings).record for settings in ({setting: value}, {}))
    assert repr(changed[field]) != repr(default[field])
    others = FIELDS - {field, "history", "intervals", "val_financial_metrics", "test_financial_metrics"}
    if setting != "test":
        assert all(repr(changed[name]) == repr(default[name]) for name in others)


def test_every_setting_is_tested_and_configured(request):
    parameters = inspect.signature(Evaluation).parameters
    text = (request.config.rootpath / "conf" / "evaluation" / "default.yaml").read_text()
    config = yaml.safe_load(text)
    assert config.pop("_target_") == "smc.evaluation.default.Evaluation"
    assert config == {name: parameter.default for name, parameter in parameters.items()}
    cases = test_every_setting_changes_what_it_should.pytestmark[0].args[1]
    assert {case[0] for case in cases} == {*parameters}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cost_bps": -1}, "`cost_bps` must not be negative, got -1"),
        ({"n_bootstrap": 0}, "`n_bootstrap` must be positive, got 0"),
        ({"confidence": 95}, "`confidence` must lie between 0 and 1, got 95"),
        ({"test": "hidden"}, "`test` must be one of recorded, sealed, got 'hidden'"),
        ({"stable_std": 0}, "`stable_std` must be positive, got 0"),
        ({"overfitting_gap": 0}, "`overfitting_gap` must be positive, got 0"),
    ],
)
def test_settings_are_checked(settings, message):
    with pytest.raises(ValueError, match=message):
        Evaluation(**settings)


def test_dearer_trading_earns_less(evaluate):
    net = [evaluate(cost_bps=cost).record["financial_metrics"]["mean_return"] for cost in (0.0, 1.0, 10.0)]
    assert net[0] > net[1] > net[2]


def test_a_forecast_of_the_sign_earns_money(evaluate, make_predictions):
    """Knowing the outcome must show, and knowing its opposite must cost as much and more."""
    predictions, prior = make_predictions()
    label = (predictions["ret"] > 0).astype(int)
    sharpe = []
    for guess in (label, 1 - label):
        table = predictions.assign(label=label, prediction=guess, p_0=1.0 - guess, p_1=1.0 * guess)
        sharpe.append(evaluate(table, prior.assign(label=label)).record["financial_metrics"]["sharpe"])
    assert sharpe[0] > 5
    assert sharpe[1] < -sharpe[0]


def test_two_classes_and_a_regression_agree_on_money(evaluate, make_predictions, to_position):
    """The same positions earn the same, whatever task they come from."""
    predictions, prior = make_predictions()
    columns = ["p_0", "p_1"]
    as_values = predictions.drop(columns=columns), prior.drop(columns=columns)
    assert evaluate(*as_values).record["financial_metrics"] == evaluate().record["financial_metrics"]
    assert np.isfinite(evaluate().record["financial_metrics"]["sharpe"])


def test_the_watches_read_this_record(evaluate, make_predictions):
    """A model that is certain of one class has learned nothing."""
    predictions, _ = make_predictions()
    worse = predictions.assign(prediction=1, p_0=0.02, p_1=0.98)
    found = NoLearning().check(evaluate(worse).record)
    assert [warning["reason"] for warning in found] == ["constant_predictions", "no_better_than_baseline"]
    wide = predictions.assign(
        prediction=predictions["label"].where(predictions["part"] == "train", predictions["prediction"])
    )
    record = evaluate(wide).record
    assert Gap().check(record)[0]["value"] == record["history"]["train_val_gap"]
    assert record["history"]["overfitting_detected"]
    numbers, zero = make_predictions(classes=(), skill=0.0)
    is_train = numbers["part"] == "train"
    by_heart = numbers.assign(prediction=numbers["label"].where(is_train, numbers["prediction"]))
    record = evaluate(by_heart, zero).record
    assert Gap().check(record)[0]["value"] == record["history"]["train_val_r2_gap"] > 0.9
    assert record["history"]["overfitting_detected"]
    for task in ((0, 1), ()):
        assert NoLearning().check(evaluate(classes=task).record) == []
        assert Gap().check(evaluate(classes=task).record) == []
