"""A report claims no more than its intervals do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.report.run.findings import findings, side_of
from smc.report.view import RunView

UNDECIDED = "not distinguishable from"


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_a_side_is_named_only_if_the_whole_interval_lies_on_it(one, other, reference):
    low, high = sorted((one, other))
    side = side_of((low, high), reference)
    assert (side == "above") == (low > reference)
    assert (side == "below") == (high < reference)
    assert side in ("above", "below", UNDECIDED)


def with_interval(part, metric, low, high):
    def change(record):
        record["intervals"][part][metric] = {"estimate": (low + high) / 2, "low": low, "high": high}
        return record

    return change


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.65, 0.75, "above"), (0.2, 0.3, "below"), (0.4, 0.75, UNDECIDED)],
)
def test_accuracy_is_compared_by_its_interval(make_run, low, high, words):
    run = make_run(change=with_interval("test", "accuracy", low, high))
    sentence = next(each for each in findings(RunView(run)) if each.startswith("Test accuracy"))
    assert f"[{100 * low:.1f}, {100 * high:.1f}]: {words} " in sentence


def test_accuracy_is_compared_with_the_better_of_baseline_and_majority(make_run):
    def change(record):
        record["test_metrics"]["majority_accuracy"] = 0.55
        record["baseline_metrics"]["test"]["accuracy"] = 0.45
        return with_interval("test", "accuracy", 0.5, 0.6)(record)

    text = " ".join(findings(RunView(make_run(change=change))))
    assert "not distinguishable from 55.0 %, always naming one class" in text


def test_without_an_interval_nothing_is_claimed(make_run):
    def change(record):
        return {**record, "intervals": None}

    compared = [each for each in findings(RunView(make_run(change=change))) if "accuracy" in each][:2]
    assert compared
    assert all("without an interval, so not compared with" in each for each in compared)


def test_a_real_edge_is_seen_and_noise_is_not(make_run):
    def best(rows):
        return rows.assign(label=rows["prediction"])

    edge = findings(RunView(make_run(run_id="edge", change_events=best)))
    assert any(each.startswith("Out-of-fold accuracy 100.0 %") and "above" in each for each in edge)
    noise = findings(RunView(make_run(run_id="noise", seed=3)))
    assert all("above" not in each for each in noise)


def test_the_gap_is_judged_as_the_record_judges_it(make_run):
    def change(record):
        record["history"] |= {"train_val_gap": 0.2, "overfitting_detected": True}
        return record

    assert any("20.0 points, over the limit" in each for each in findings(RunView(make_run(change=change))))


def test_the_gap_of_a_regression_is_said_in_r2(make_run):
    def change(record):
        record["history"] |= {"train_r2": 0.999, "val_r2": -0.96, "train_val_r2_gap": 1.959}
        return {**record, "history": {**record["history"], "overfitting_detected": True}}

    said = findings(RunView(make_run("regression", change=change)))
    assert "Training R² 0.999, validation -0.960: a gap of 1.959, over the limit, overfitting." in said


def test_of_a_pool_only_what_is_decided_is_said_and_how_much_was_looked_at(make_run):
    def change(record):
        flat = {"estimate": 0.0, "low": -1.0, "high": 1.0}
        intervals = {
            part: dict.fromkeys(("accuracy", "log_loss_skill", "sharpe"), flat)
            for part in record["intervals"]
        }
        undecided = {**record, "intervals": intervals}
        accuracy = {"estimate": 0.9, "low": 0.8, "high": 1.0}
        decided = {
            **undecided,
            "intervals": {**intervals, "test": {**intervals["test"], "accuracy": accuracy}},
        }
        return {**record, "by_symbol": {"EURUSD": undecided, "GBPUSD": decided}}

    first, second = findings(RunView(make_run(change=change)))
    assert first.startswith("GBPUSD, test accuracy")
    assert second.startswith("1 of 12 intervals leave out")
    assert second.endswith("about 5 % would by chance.")


def test_a_sharpe_ratio_of_a_few_trades_is_not_judged(make_run):
    def change(record):
        record["test_financial_metrics"]["n_trades"] = 3
        return with_interval("test", "sharpe", -2.4, -0.5)(record)

    text = " ".join(findings(RunView(make_run(change=change))))
    assert "[-2.40, -0.50]: of 3 trades, too few to be compared with zero." in text


def test_a_sealed_test_part_is_said_to_be(make_run):
    run = make_run(change_events=lambda rows: rows[rows["part"] != "test"])
    assert not any("test" in each.lower() for each in findings(RunView(run)))
    run.config["evaluation"] = {"test": "sealed"}
    assert any("The test part is sealed" in each for each in findings(RunView(run)))


def test_classes_of_ones_own_are_named_with_what_they_kept_or_broke(make_run):
    rows = [
        {
            "class": "mine.Label",
            "place": "labels",
            "passed": False,
            "by": "laws",
            "why": "future: it looks ahead",
        },
        {"class": "mine.Family", "place": "features.families.x", "passed": True, "by": "laws", "why": ""},
        {"class": "mine.Model", "place": "model", "passed": True, "by": "laws", "why": ""},
        {"class": "mine.Reader", "place": "features.families.y", "passed": True, "by": "audit", "why": ""},
    ]
    told = findings(RunView(make_run(change=lambda record: {**record, "own_classes": rows})))
    assert [sentence for sentence in told if sentence.startswith("Own class")] == [
        "Own class mine.Label (labels) did not keep its laws, so nothing deploys it: future: it looks ahead.",
        "Own class mine.Family (features.families.x) kept its laws.",
        "Own class mine.Model (model) opened no file.",
        "Own class mine.Reader (features.families.y) passed the audit.",
    ]
