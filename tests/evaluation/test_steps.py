"""Each step ahead is scored by itself: hand-computed figures, and what is sealed stays so."""

import numpy as np
import pandas as pd
import pytest

from smc import metrics
from smc.evaluation.default import Evaluation
from smc.evaluation.intervals import Intervals
from smc.evaluation.steps import at_step, figures_by_step, steps_ahead
from smc.results import opened_scores

STEPS = (1, 5, 20)
FIELDS = ("metrics_by_step", "baseline_metrics_by_step", "intervals_by_step")


def four_events():
    """Labels of two steps, in tenths: at 1 bar half of the variance is explained, at 3 none."""
    rows = pd.DataFrame({"event": [0, 1, 2, 3], "start": [1, 2, 3, 4], "end": [3, 4, 5, 6], "weight": 1.0})
    rows["label_1"], rows["prediction_1"] = [-1.0, 1.0, -1.0, 1.0], [-1.0, 1.0, 0.0, 0.0]
    rows["label_3"], rows["prediction_3"] = [3.0, 1.0, 3.0, 1.0], [2.0, 2.0, 2.0, 2.0]
    return rows.assign(label=rows["label_3"], prediction=rows["prediction_3"])


def test_the_figures_of_four_events_by_hand():
    rows = four_events()
    beside = rows.assign(prediction_1=0.5, prediction_3=1.0)
    found = figures_by_step({"val": rows}, {"val": beside}, Intervals(), [1, 3])
    one, three = (found["metrics_by_step"][step]["val"] for step in ("1", "3"))
    assert (one["n_events"], one["distinct_predictions"]) == (4, 3)
    assert (one["r2"], one["mse"], one["mae"]) == (0.5, 0.5, 0.5)
    assert (three["r2"], three["mse"], three["mae"]) == (0.0, 1.0, 1.0)
    other = found["baseline_metrics_by_step"]["1"]["val"]
    assert (other["mse"], other["r2"]) == (1.25, -0.25)
    assert one["mse_skill"] == pytest.approx(1 - 0.5 / 1.25)
    assert found["baseline_metrics_by_step"]["3"]["val"]["mse"] == 2.0
    assert three["mse_skill"] == pytest.approx(0.5)


def test_the_labels_of_a_step_end_with_it():
    rows = four_events()
    assert at_step(rows, 1)["end"].tolist() == [1, 2, 3, 4]
    assert at_step(rows, 3)["end"].tolist() == [3, 4, 5, 6]
    later = rows.assign(label_9=0.0, prediction_9=0.0)
    assert at_step(later, 9)["end"].tolist() == [3, 4, 5, 6], "never behind what is purged"


def test_a_step_that_the_baseline_was_not_asked_about_stands_alone():
    rows = four_events()
    found = figures_by_step({"val": rows}, {"val": rows.drop(columns="prediction_1")}, Intervals(), [1, 3])
    assert {*found["baseline_metrics_by_step"]} == {"3"} == {*found["intervals_by_step"]}
    assert "mse_skill" not in found["metrics_by_step"]["1"]["val"]


@pytest.mark.parametrize(
    ("columns", "steps"),
    [
        (["label", "prediction"], []),
        (["label_1", "label_5", "prediction"], []),
        (["label_1", "label_12", "label_5", "prediction_5", "prediction_12", "prediction_1"], [1, 5, 12]),
        (["prediction_5", "label"], []),
        (["label_x", "prediction_x"], []),
    ],
)
def test_steps_are_those_with_a_label_and_a_prediction(columns, steps):
    assert steps_ahead(pd.DataFrame(columns=columns)) == steps


@pytest.fixture
def with_steps(make_predictions, bars):
    """Predictions of three steps, and a baseline that says 0 at each."""
    rows, zero = make_predictions(classes=())
    rng = np.random.default_rng(1)
    for number, step in enumerate(STEPS):
        label = (rows["event"] * (7 * step + 3) % 97) / 97 - 0.5
        rows[f"label_{step}"] = zero[f"label_{step}"] = label
        rows[f"prediction_{step}"] = (1 - 0.3 * number) * label + rng.normal(0, 0.1, len(rows))
        zero[f"prediction_{step}"] = 0.0
    rows["label"] = zero["label"] = rows["label_20"]
    return rows.assign(prediction=rows["prediction_20"]), zero


def record_of(tables, bars, to_position, **settings):
    return (
        Evaluation(**{"n_bootstrap": 100, "test": "recorded", **settings})
        .compute(*tables, bars, to_position)
        .record
    )


def test_every_step_has_the_figures_that_its_own_table_would_have(with_steps, bars, to_position):
    record = record_of(with_steps, bars, to_position)
    for step in STEPS:
        alone = [
            at_step(table, step).drop(
                columns=[f"{kind}_{k}" for kind in ("label", "prediction") for k in STEPS]
            )
            for table in with_steps
        ]
        own = record_of(alone, bars, to_position)
        for split in ("out_of_fold", "val", "test"):
            assert record["metrics_by_step"][str(step)][split] == own[f"{split}_metrics"]
            assert record["baseline_metrics_by_step"][str(step)][split] == own["baseline_metrics"][split]
            scores = {name: own["intervals"][split][name] for name in ("mae", "r2", "mse_skill")}
            assert record["intervals_by_step"][str(step)][split] == scores
    assert record["metrics_by_step"]["20"]["test"] == record["test_metrics"], "the longest is the result"


def test_a_sealed_test_part_is_sealed_at_every_step(with_steps, bars, to_position):
    rows, zero = with_steps
    record = record_of((rows, zero), bars, to_position, test="sealed")
    for field in FIELDS:
        assert {split for step in record[field].values() for split in step} == {"out_of_fold", "val"}
    is_test = rows["part"] == "test"
    for step in STEPS:
        rows.loc[is_test, f"label_{step}"] = 99.0
    assert repr(record_of((rows, zero), bars, to_position, test="sealed")) == repr(record)


def test_a_sealed_test_part_is_opened_at_every_step(with_steps, bars, to_position):
    alone = record_of([table[table["part"] == "test"] for table in with_steps], bars, to_position)
    rest = record_of(with_steps, bars, to_position, test="sealed")
    opened = opened_scores.with_test_figures(rest, opened_scores.test_figures(alone))
    whole = record_of(with_steps, bars, to_position)
    assert repr([opened[field] for field in FIELDS]) == repr([whole[field] for field in FIELDS])


def test_an_event_that_several_folds_tested_counts_once(with_steps, bars, to_position):
    twice = [
        pd.concat([table, table[table["part"] == "out_of_fold"].assign(fold=9)], ignore_index=True)
        for table in with_steps
    ]
    table = record_of(twice, bars, to_position)["metrics_by_step"]["5"]["out_of_fold"]
    assert table["n_events"] == 200
    own = with_steps[0][with_steps[0]["part"] == "out_of_fold"]
    assert table["r2"] == pytest.approx(metrics.r2(own["label_5"], own["prediction_5"]))


def test_labels_of_one_step_have_no_figures_by_step(make_predictions, bars, to_position):
    for classes in ((0, 1), ()):
        record = record_of(make_predictions(classes=classes), bars, to_position)
        assert not {*FIELDS} & {*record}
