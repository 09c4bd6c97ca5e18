"""Average uniqueness: the book's numbers, and the dense matrix they stand for."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.labels.label_table import average_uniqueness


def oracle(shared_data, name):
    cases = json.loads((shared_data / "oracles" / "validation_oracles.json").read_text())["cases"]
    return next(case for case in cases if case["name"] == name)


def dense_uniqueness(start, end):
    """The book's way: one row a bar, one column a label."""
    bars = np.arange(end.max() + 1)[:, None]
    indicator = (bars >= start) & (bars <= end)
    alive = indicator.sum(axis=1)
    return np.array([(1 / alive[column]).mean() for column in indicator.T])


def test_book_example(shared_data):
    case = oracle(shared_data, "afml_uniqueness_example")
    found = average_uniqueness(np.array(case["inputs"]["start"]), np.array(case["inputs"]["end_inclusive"]))
    np.testing.assert_allclose(found, case["expected"]["avg_uniqueness"], rtol=0, atol=case["tolerance"])
    assert found.mean() == pytest.approx(case["expected"]["mean_uniqueness"], abs=case["tolerance"])


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 25)), min_size=1, max_size=40))
def test_equals_the_dense_indicator_matrix(spans):
    start = np.array([first for first, _ in spans])
    end = start + np.array([length for _, length in spans])
    np.testing.assert_allclose(average_uniqueness(start, end), dense_uniqueness(start, end), rtol=1e-12)


def test_bars_without_a_label_between_two_far_ones():
    np.testing.assert_array_equal(
        average_uniqueness(np.array([10, 1_000_000]), np.array([12, 1_000_003])), [1, 1]
    )


def test_k_equal_spans_share_evenly():
    np.testing.assert_allclose(average_uniqueness(np.full(4, 7), np.full(4, 9)), 0.25)


def test_no_labels():
    none = np.empty(0, dtype=np.int64)
    assert average_uniqueness(none, none).shape == (0,)
