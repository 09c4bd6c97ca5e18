"""One row an event: averaging, classes and probabilities."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.evaluation.predictions import all_classes, average_repeated, by_part, class_columns, probabilities


@st.composite
def repeated(draw):
    n = draw(st.integers(1, 30))
    events = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)))
    rng = np.random.default_rng(draw(st.integers(0, 100)))
    matrix = rng.dirichlet(np.ones(3), n)
    table = {"event": events, "label": events % 3 - 1, "prediction": matrix.argmax(axis=1) - 1}
    return pd.DataFrame(table | {f"p_{k - 1}": matrix[:, k] for k in range(3)})


@given(repeated())
def test_probabilities_are_averaged_before_the_class_is_taken(rows):
    averaged = average_repeated(rows)
    columns = ["p_-1", "p_0", "p_1"]
    expected = rows.groupby("event")[columns].mean()
    assert averaged["event"].tolist() == expected.index.tolist()
    np.testing.assert_allclose(averaged[columns], expected, atol=1e-12)
    assert averaged["prediction"].tolist() == (expected.to_numpy().argmax(axis=1) - 1).tolist()
    assert averaged["label"].tolist() == (expected.index.to_numpy() % 3 - 1).tolist()


@given(repeated(), st.integers(0, 100))
def test_averaging_knows_no_order_and_repeats_nothing(rows, seed):
    once = average_repeated(rows)
    shuffled = average_repeated(rows.sample(frac=1, random_state=seed))
    np.testing.assert_allclose(once.to_numpy(float), shuffled.to_numpy(float), atol=1e-12)
    pd.testing.assert_frame_equal(average_repeated(once), once)


def test_an_average_is_no_vote():
    """Two folds say class 0 by a hair, one says 1 with certainty: the average says 1."""
    rows = pd.DataFrame(
        {"event": 3, "prediction": [0, 0, 1], "p_0": [0.51, 0.51, 0.0], "p_1": [0.49, 0.49, 1.0]}
    )
    assert average_repeated(rows)["prediction"].tolist() == [1]


def test_an_event_tested_once_keeps_its_class():
    rows = pd.DataFrame({"event": [1, 2, 2], "prediction": [1, 0, 0], "p_0": [0.6, 0.6, 0.6], "p_1": 0.4})
    assert average_repeated(rows)["prediction"].tolist() == [1, 0]


def test_values_are_averaged():
    rows = pd.DataFrame({"event": [4, 2, 4], "prediction": [1.0, 5.0, 2.0], "label": [0.5, 0.1, 0.5]})
    averaged = average_repeated(rows)
    assert averaged["prediction"].tolist() == [5.0, 1.5]
    assert averaged["label"].tolist() == [0.1, 0.5]


def test_a_class_that_a_fold_has_not_seen_had_no_chance():
    rows = pd.DataFrame(
        {"event": [1, 1], "prediction": 0, "label": 2, "p_0": [0.5, 1.0], "p_1": [0.5, np.nan]}
    )
    averaged = average_repeated(rows)
    assert averaged[["p_0", "p_1"]].to_numpy().tolist() == [[0.75, 0.25]]
    assert all_classes(rows).tolist() == [0, 1, 2]
    assert probabilities(averaged, np.array([0, 1, 2])).tolist() == [[0.75, 0.25, 0.0]]


def test_classes_are_ordered_by_number():
    assert [*class_columns(pd.DataFrame(columns=["p_10", "p_9", "p_-1"]))] == [-1, 9, 10]
    assert all_classes(pd.DataFrame({"label": [0.1]})).size == 0


def test_parts_are_held_out_and_in_time_order(make_predictions):
    predictions, _ = make_predictions()
    parts = dict(by_part(predictions.sample(frac=1, random_state=0)))
    assert [*parts] == ["out_of_fold", "val", "test"]
    for rows in parts.values():
        assert rows["event"].is_monotonic_increasing


@pytest.mark.parametrize("part", ["out_of_fold", "val", "test"])
def test_a_part_without_rows_is_left_out(make_predictions, part):
    predictions, _ = make_predictions()
    assert part not in dict(by_part(predictions[predictions["part"] != part]))
