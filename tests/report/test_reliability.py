"""Groups and intervals against brute force and SciPy."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from smc.report.proportion import wilson
from smc.report.reliability import MAX_GROUPS, MIN_EVENTS, realised, reliability


@pytest.mark.parametrize("confidence", [0.9, 0.95])
@pytest.mark.parametrize(("hits", "n"), [(0, 10), (3, 10), (10, 10), (251, 400)])
def test_wilson_is_scipys(hits, n, confidence):
    other = binomtest(hits, n).proportion_ci(confidence, method="wilson")
    assert wilson(hits / n, n, confidence=confidence) == pytest.approx((other.low, other.high))


def test_nothing_is_known_from_no_event():
    assert wilson(0.5, 0) == (0.0, 1.0)


def events(n, seed=0):
    rng = np.random.default_rng(seed)
    p, weight = rng.uniform(0.3, 0.7, n), rng.uniform(0.2, 1, n)
    return pd.DataFrame({"p_1": p, "prediction": p - 0.5, "label": rng.integers(0, 2, n), "weight": weight})


def test_groups_are_those_of_sorting_and_cutting():
    rows = events(200)
    groups = reliability(rows, 1)
    ordered = rows.sort_values("p_1")
    cut = [ordered.iloc[first : first + MIN_EVENTS] for first in range(0, 200, MIN_EVENTS)]
    assert groups.predicted == pytest.approx([each["p_1"].mean() for each in cut])
    assert groups.observed == pytest.approx([each["label"].mean() for each in cut])
    bounds = [wilson(each["label"].mean(), each["weight"].sum()) for each in cut]
    assert np.column_stack([groups.low, groups.high]) == pytest.approx(np.array(bounds))


def test_overlapping_events_widen_the_band():
    rows = events(200)
    alone, overlapping = reliability(rows.assign(weight=1.0), 1), reliability(rows.assign(weight=0.25), 1)
    assert np.all(overlapping.high - overlapping.low > 1.5 * (alone.high - alone.low))


@pytest.mark.parametrize(("n", "n_groups"), [(1, 1), (49, 1), (50, 2), (5000, MAX_GROUPS)])
def test_groups_are_neither_too_small_nor_too_many(n, n_groups):
    assert len(reliability(events(n), 1).predicted) == n_groups


def test_equal_predictions_are_one_group():
    groups = reliability(events(200).assign(p_1=0.4), 1)
    assert groups.predicted == pytest.approx([0.4])


def test_realised_values_carry_the_error_of_their_mean():
    rows = events(50)
    groups = realised(rows)
    upper = rows.nlargest(25, "prediction")
    half = 1.959964 * upper["label"].std(ddof=0) / np.sqrt(upper["weight"].sum())
    assert groups.observed[1] == pytest.approx(upper["label"].mean())
    assert groups.high[1] - groups.observed[1] == pytest.approx(half)
