"""Spans of the hand-computed tables."""

import numpy as np
import pytest


@pytest.fixture
def spans() -> np.ndarray:
    """Twelve events; event k looks at bars k + 1 and k + 2."""
    return np.column_stack([np.arange(1, 13), np.arange(2, 14)])


@pytest.fixture
def uneven() -> np.ndarray:
    """Twelve events with equal stamps, labels of one bar and two labels that outlast their neighbours."""
    starts = [1, 2, 2, 3, 5, 5, 6, 7, 9, 10, 10, 12]
    ends = [1, 4, 2, 9, 5, 6, 6, 12, 9, 10, 13, 12]
    return np.column_stack([starts, ends])


@pytest.fixture
def table():
    """Splits as plain lists: [(train, test), ...]."""
    return lambda cv, spans: [
        (train.tolist(), test.tolist()) for train, test in cv.split(spans, groups=spans)
    ]
