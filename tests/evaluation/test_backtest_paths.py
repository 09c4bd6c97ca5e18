"""Backtest paths from predictions alone are those of the splitter, and their figures are hand-computed."""

import numpy as np
import pandas as pd
import pytest

from smc.cv.cpcv import CPCV
from smc.evaluation.backtest_paths import backtest_paths, split_paths

N = 20


def predictions(cv: CPCV) -> pd.DataFrame:
    """One row a fold and event that it tests, in the order of the folds."""
    spans = np.column_stack([np.arange(N), np.arange(N)])
    rows = [
        pd.DataFrame({"event": test, "fold": number}) for number, (_, test) in enumerate(cv.split(spans, groups=spans))
    ]  # fmt: skip
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize(("n_blocks", "n_test_blocks"), [(4, 2), (6, 2), (5, 3), (3, 1)])
def test_paths_are_those_of_the_splitter(n_blocks, n_test_blocks) -> None:
    cv = CPCV(n_blocks, n_test_blocks, embargo_size=0)
    found = [path["fold"].to_numpy() for path in split_paths(predictions(cv).sample(frac=1, random_state=0))]
    assert np.array_equal(found, cv.event_paths(N))


def test_the_spread_of_two_paths_by_hand() -> None:
    rows = pd.DataFrame(
        {"event": [0, 1, 0, 1], "fold": [0, 0, 1, 1], "label": [1, 0, 1, 0], "prediction": [1, 0, 1, 1], "p_1": 0.5}
    )  # fmt: skip
    found = backtest_paths(rows, None)
    assert found == {
        "n_paths": 2,
        "accuracy": {"mean": 0.75, "std": pytest.approx(np.std([1, 0.5], ddof=1)), "min": 0.5, "max": 1.0},
    }


def test_without_rows_there_is_nothing() -> None:
    assert backtest_paths(pd.DataFrame(columns=["event", "fold", "label"]), None) is None
