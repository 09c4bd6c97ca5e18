"""What a prediction counts: shares, classes and probabilities."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc import metrics
from smc.evaluation.predictions import (
    all_classes,
    by_part,
    class_columns,
    event_means,
    first_of_events,
    n_events,
    probabilities,
    share_weights,
    with_shares,
)
from smc.evaluation.tables import metric_table

CLASSES = np.array([-1, 0, 1])


@st.composite
def repeated(draw):
    n = draw(st.integers(1, 30))
    events = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)))
    rng = np.random.default_rng(draw(st.integers(0, 100)))
    matrix = rng.dirichlet(np.ones(3), n)
    table = {"event": events, "label": events % 3 - 1, "prediction": matrix.argmax(axis=1) - 1, "weight": 1.0}
    return pd.DataFrame(table | {f"p_{k - 1}": matrix[:, k] for k in range(3)})


@given(repeated(), st.integers(0, 100))
def test_every_event_counts_once_whatever_the_order(rows, seed):
    shares = with_shares(rows.sample(frac=1, random_state=seed))
    assert shares["event"].is_monotonic_increasing
    np.testing.assert_allclose(shares.groupby("event")["share"].sum(), 1.0)
    assert n_events(shares) == rows["event"].nunique() == len(first_of_events(shares))
    expected = rows.groupby("event")["p_0"].mean()
    np.testing.assert_allclose(event_means(shares, shares["p_0"].to_numpy()), expected)


@given(repeated())
def test_a_figure_is_the_mean_over_the_models_not_that_of_their_mean(rows):
    """Hits and losses are means over models; the mean of their probabilities would be another model."""
    table = metric_table(with_shares(rows), CLASSES)
    hit = (rows["label"] == rows["prediction"]).groupby(rows["event"]).mean()
    assert table["accuracy"] == pytest.approx(hit.mean())
    loss = metrics.event_log_loss(rows["label"], probabilities(rows, CLASSES), classes=CLASSES)
    assert table["log_loss"] == pytest.approx(pd.Series(loss).groupby(rows["event"]).mean().mean())
    assert np.sum(table["confusion_matrix"]) == pytest.approx(rows["event"].nunique())


@given(repeated(), st.integers(2, 4))
def test_the_same_predictions_many_times_over_say_the_same(rows, times):
    once = metric_table(with_shares(rows), CLASSES)
    again = metric_table(with_shares(pd.concat([rows] * times)), CLASSES)
    for name, value in once.items():
        np.testing.assert_allclose(np.array(again[name], float), np.array(value, float), atol=1e-8)


def test_two_models_that_disagree_are_half_right():
    """Averaged, they would both be right of everything; neither of them is."""
    rows = pd.DataFrame(
        {"event": [0, 0, 1, 1], "label": [1, 1, 0, 0], "prediction": [1, 0, 0, 1], "weight": 1.0}
    )
    rows = rows.assign(p_1=[0.9, 0.4, 0.1, 0.6], p_0=[0.1, 0.6, 0.9, 0.4])
    table = metric_table(with_shares(rows), np.array([0, 1]))
    assert table["accuracy"] == 0.5
    assert table["confusion_matrix"] == [[0.5, 0.5], [0.5, 0.5]]
    assert (table["n_events"], table["majority_accuracy"]) == (2, 0.5)


def test_events_tested_once_have_no_weights():
    rows = with_shares(pd.DataFrame({"event": [4, 2], "prediction": [1.0, 5.0]}))
    assert rows["prediction"].tolist() == [5.0, 1.0]
    assert share_weights(rows) is None
    assert share_weights(rows.drop(columns="share")) is None


def test_a_class_that_a_fold_has_not_seen_had_no_chance():
    rows = pd.DataFrame({"prediction": 0, "label": 2, "p_0": [0.5, 1.0], "p_1": [0.5, np.nan]})
    assert all_classes(rows).tolist() == [0, 1, 2]
    assert probabilities(rows, np.array([0, 1, 2])).tolist() == [[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]


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
