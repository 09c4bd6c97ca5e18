"""Purging against published cases and against brute force."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.cv.purge import longest_label, purge
from smc.cv.purged_kfold import PurgedKFold


@pytest.fixture
def oracle(shared_data):
    cases = json.loads((shared_data / "oracles" / "validation_oracles.json").read_text())["cases"]
    return {case["name"]: case for case in cases}


@st.composite
def events(draw):
    """Sorted spans with equal stamps, one-bar labels and a few labels that outlast many others."""
    steps = draw(st.lists(st.integers(0, 3), min_size=2, max_size=40))
    lengths = draw(
        st.lists(st.integers(0, 5) | st.integers(10, 60), min_size=len(steps), max_size=len(steps))
    )
    starts = np.cumsum(steps)
    return np.column_stack([starts, starts + lengths])


@st.composite
def blocks(draw, n_events):
    edges = sorted(draw(st.sets(st.integers(0, n_events), min_size=2, max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return [range(first, stop) for first, stop in pairs]


def brute_force(spans, tests, gap_size, embargo_size):
    """Compare every event with every tested event and with every merged run of test positions."""
    tested = sorted(position for block in tests for position in block)
    runs = np.split(tested, np.flatnonzero(np.diff(tested) > 1) + 1)
    kept = []
    for event, (start, end) in enumerate(spans):
        overlaps = any(start <= spans[t, 1] and end >= spans[t, 0] for t in tested)
        in_gap = any(spans[run, 0].min() - gap_size <= end < spans[run, 0].min() for run in runs)
        in_embargo = any(spans[run, 1].max() < start <= spans[run, 1].max() + embargo_size for run in runs)
        if event not in tested and not (overlaps or in_gap or in_embargo):
            kept.append(event)
    return kept


@given(st.data(), events(), st.integers(0, 5), st.integers(0, 8))
def test_exactly_the_events_that_touch_a_test_label_or_its_margins_are_dropped(data, spans, gap, embargo):
    tests = data.draw(blocks(len(spans)))
    kept = purge(spans, range(len(spans)), tests, gap_size=gap, embargo_size=embargo)
    assert kept.tolist() == brute_force(spans, tests, gap, embargo)


@given(st.data(), events())
def test_neighbouring_blocks_purge_as_one_run(data, spans):
    first, middle, stop = sorted(data.draw(st.sets(st.integers(0, len(spans)), min_size=3, max_size=3)))
    apart = purge(spans, range(len(spans)), [range(first, middle), range(middle, stop)], embargo_size=2)
    merged = purge(spans, range(len(spans)), [range(first, stop)], embargo_size=2)
    assert apart.tolist() == merged.tolist()


def test_a_window_bounds_what_is_trained_on(spans):
    assert purge(spans, range(2, 9), [range(6, 8)]).tolist() == [2, 3, 4]
    assert purge(spans, range(2, 10), [range(6, 8)]).tolist() == [2, 3, 4, 9]


def test_intervals_are_closed_on_both_sides(spans):
    """Event 3 ends on bar 5, where event 4 starts; event 6 starts on bar 7, where event 5 ends."""
    assert purge(spans, range(12), [range(4, 6)]).tolist() == [0, 1, 2, 7, 8, 9, 10, 11]


def test_a_label_of_one_bar_counts_as_one_bar():
    spans = np.array([[1, 1], [2, 2], [2, 2], [3, 3]])
    assert purge(spans, range(4), [range(1, 2)]).tolist() == [0, 3]
    assert longest_label(spans) == 1


def test_the_embargo_starts_where_the_longest_test_label_ends():
    spans = np.array([[0, 9], [1, 1], [5, 5], [10, 10], [11, 11], [12, 12]])
    assert purge(spans, range(6), [range(0, 2)], embargo_size=1).tolist() == [4, 5]


def test_published_case_two_day_labels_two_folds(oracle):
    case = oracle["purge_mlfinlab_issue_295"]
    spans = np.column_stack([case["inputs"]["start"], case["inputs"]["end"]])
    splits = list(PurgedKFold(2, embargo_size=0).split(spans, groups=spans))
    assert [test.tolist() for _, test in splits] == case["inputs"]["folds"]
    assert [train.tolist() for train, _ in splits] == case["expected"]["train_closed"]


def test_derived_case_a_long_label_inside_the_test_block(oracle):
    case = oracle["purge_variable_length_straddle"]
    spans = np.column_stack([case["inputs"]["start"], case["inputs"]["end"]])
    first, last = case["inputs"]["test"]
    kept = purge(spans, range(len(spans)), [range(first, last + 1)])
    assert kept.tolist() == case["expected"]["train_closed"]
