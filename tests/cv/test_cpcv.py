import json

import numpy as np
import pytest

from smc.cv.cpcv import CPCV
from smc.errors import SplitError


@pytest.fixture
def oracle(shared_data):
    cases = json.loads((shared_data / "oracles" / "validation_oracles.json").read_text())["cases"]
    return {case["name"]: case["expected"] for case in cases}


def test_every_pair_of_four_blocks(spans, table):
    assert table(CPCV(4, 2, embargo_size=0), spans) == [
        ([7, 8, 9, 10, 11], [0, 1, 2, 3, 4, 5]),
        ([4, 10, 11], [0, 1, 2, 6, 7, 8]),
        ([4, 5, 6, 7], [0, 1, 2, 9, 10, 11]),
        ([0, 1, 10, 11], [3, 4, 5, 6, 7, 8]),
        ([0, 1, 7], [3, 4, 5, 9, 10, 11]),
        ([0, 1, 2, 3, 4], [6, 7, 8, 9, 10, 11]),
    ]


def test_an_embargo_follows_each_block(spans, table):
    assert table(CPCV(4, 2, embargo_size=1), spans)[2] == ([5, 6, 7], [0, 1, 2, 9, 10, 11])


def test_published_numbers_of_splits_and_paths(oracle):
    for key, (n_splits, n_paths) in oracle["cpcv_phi_table"].items():
        n_blocks, n_test_blocks = map(int, key.split(","))
        cv = CPCV(n_blocks, n_test_blocks)
        assert cv.get_n_splits() == n_splits
        assert cv.paths.shape == (n_paths, n_blocks)


def test_published_paths_of_six_blocks_and_two_tests(oracle):
    assert CPCV(6, 2).paths.tolist() == oracle["cpcv_path_map_6_2"]["paths_split_index_per_group"]


@pytest.mark.parametrize(("n_blocks", "n_test_blocks"), [(2, 1), (6, 2), (7, 3), (8, 6)])
def test_each_path_tests_each_event_once_and_together_they_use_every_prediction(n_blocks, n_test_blocks):
    spans = np.column_stack([np.arange(100), np.arange(100)])
    cv = CPCV(n_blocks, n_test_blocks, embargo_size=0)
    tested = np.zeros((cv.get_n_splits(), 100), dtype=int)
    for split, (_, test) in enumerate(cv.split(spans, groups=spans)):
        tested[split, test] = 1
    used = np.zeros_like(tested)
    for path in cv.event_paths(100):
        used[path, np.arange(100)] += 1
    assert np.array_equal(used, tested)


def test_too_few_events_says_how_many_are_needed(spans):
    with pytest.raises(SplitError, match="needs at least 6 events, got 5"):
        CPCV().split(spans[:5], groups=spans[:5])
    with pytest.raises(SplitError, match="needs at least 6 events, got 5"):
        CPCV().event_paths(5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 1), "`n_blocks` must be at least 2, got 1"),
        ((6, 0), "`n_test_blocks` must be at least 1, got 0"),
        ((6, 6), "`n_test_blocks` must be below `n_blocks`=6, got 6"),
    ],
)
def test_some_blocks_are_tested_and_some_trained_on(arguments, message):
    with pytest.raises(ValueError, match=message):
        CPCV(*arguments)
