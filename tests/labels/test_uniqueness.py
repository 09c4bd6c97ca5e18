"""Average uniqueness: the book's numbers, and the dense matrix they stand for."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.labels.label_table import average_uniqueness, return_attribution


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


def dense_attribution(close: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Snippet 4.10 as it stands in the book, label by label."""
    alive = np.array([np.sum((start <= bar) & (bar <= end)) for bar in range(len(close))])
    moves = np.concatenate([[0.0], np.diff(np.log(close))])
    return np.array(
        [abs(sum(moves[t] / alive[t] for t in range(a, b + 1))) for a, b in zip(start, end, strict=True)]
    )


@pytest.mark.parametrize("seed", range(20))
def test_return_attribution_is_that_of_the_book(seed: int) -> None:
    rng = np.random.default_rng(seed)
    close = np.exp(rng.normal(0, 0.01, 200).cumsum())
    start = np.sort(rng.integers(1, 190, 40))
    end = np.minimum(start + rng.integers(0, 15, 40), 199)
    np.testing.assert_allclose(
        return_attribution(close, start, end), dense_attribution(close, start, end), atol=1e-14
    )


def test_a_label_through_which_nothing_moved_weighs_nothing_and_bars_outside_do_not_matter() -> None:
    close = np.array([1.0, 2.0, 2.0, 2.0, 5.0, 9.0])
    start, end = np.array([1, 2]), np.array([1, 3])
    assert return_attribution(close, start, end).tolist() == [pytest.approx(np.log(2)), 0.0]
    changed = np.concatenate([close[:4], [0.1, 100.0]])
    np.testing.assert_array_equal(
        return_attribution(changed, start, end), return_attribution(close, start, end)
    )
