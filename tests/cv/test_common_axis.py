"""Pooled symbols, checked moment by moment."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smc.cv.common_axis import common_axis_spans
from smc.cv.cpcv import CPCV
from smc.cv.plan import SplitPlan
from smc.cv.walk_forward import WalkForward
from smc.errors import SplitError

HOURS = pd.date_range("2024-01-01", periods=600, freq="h", tz="UTC")


def market(rng, n_events):
    """A series with its own bar size, its own holes and labels of 1 to 12 of its bars."""
    index = HOURS[:: rng.integers(1, 5)]
    index = index[np.sort(rng.choice(len(index), len(index) - rng.integers(0, 40), replace=False))]
    starts = np.sort(rng.integers(0, len(index) - 12, n_events))
    return index, np.column_stack([starts, starts + rng.integers(0, 12, n_events)])


def moments(index, spans):
    """Open of the first bar and close of the last, the next open; by definition, one event at a time."""
    return [(index[start], index[end + 1]) for start, end in spans]


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_spans_touch_if_and_only_if_the_labels_share_a_moment(seed, n_symbols):
    rng = np.random.default_rng(seed)
    pool = [market(rng, rng.integers(1, 12)) for _ in range(n_symbols)]
    spans, order = common_axis_spans(pool)
    times = [each for index, one in pool for each in moments(index, one)]
    times = [times[k] for k in order]
    assert sorted(order) == list(range(len(times)))
    assert all(a[0] <= b[0] for a, b in pairwise(times))
    for span, (opens, closes) in zip(spans, times, strict=True):
        for other, (other_opens, other_closes) in zip(spans, times, strict=True):
            share = opens < other_closes and other_opens < closes
            assert (span[0] <= other[1] and other[0] <= span[1]) == share


@pytest.mark.parametrize("cv", [CPCV(), WalkForward()], ids=lambda cv: type(cv).__name__)
def test_no_training_label_of_any_symbol_shares_a_moment_with_a_test_label(cv):
    rng = np.random.default_rng(3)
    pool = [market(rng, 90) for _ in range(3)]
    spans, order = common_axis_spans(pool)
    times = np.array([[t.value for t in each] for index, one in pool for each in moments(index, one)])[order]
    plan = SplitPlan.from_spans(spans, cv)
    for split in plan.splits:
        for opens, closes in times[split.train]:
            shared = (opens < times[split.test, 1]) & (times[split.test, 0] < closes)
            assert not shared.any(), split.name


def test_two_symbols_by_hand():
    """The second market trades every third hour; its first label is known when its second bar opens."""
    spans, order = common_axis_spans([(HOURS[:6], [[1, 1], [4, 5]]), (HOURS[:6:3], [[0, 0], [1, 1]])])
    assert spans.tolist() == [[0, 2], [1, 1], [3, 5], [4, 5]]
    assert order.tolist() == [2, 0, 3, 1]


def test_ties_keep_the_order_of_the_symbols():
    """Forty symbols, because NumPy sorts short arrays stably by any method."""
    _, order = common_axis_spans([(HOURS[:4], [[1, 1], [2, 2]])] * 40)
    assert order.tolist() == [*range(0, 80, 2), *range(1, 80, 2)]


def test_a_label_on_the_last_bar_of_a_series_lasts_one_median_bar():
    spans, _ = common_axis_spans([(HOURS[:9:4], [[1, 2]]), (HOURS[:20], [[0, 0]])])
    assert spans.tolist() == [[0, 0], [4, 11]]


def test_one_series_keeps_its_own_positions(spans):
    same, order = common_axis_spans([(HOURS[:14], spans)])
    assert np.array_equal(same, spans)
    assert np.array_equal(order, np.arange(12))


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ((HOURS[:5], [[1, 5]]), r"event 0 spans \[1, 5\], outside its series of 5 bars"),
        ((HOURS[:5], [[-1, 2]]), r"event 0 spans \[-1, 2\], outside its series of 5 bars"),
        ((HOURS[:1], [[0, 0]]), "a series needs two bars to tell how long a bar is, got 1"),
        ((HOURS[:5].tz_localize(None), [[0, 0]]), "stamps must carry a time zone"),
    ],
)
def test_spans_outside_their_series_are_refused(series, message):
    with pytest.raises(SplitError, match=message):
        common_axis_spans([series])
