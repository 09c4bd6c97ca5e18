"""Backtest paths from predictions alone are those of the splitter, and their figures are hand-computed."""

import numpy as np
import pandas as pd
import pytest

from smc.cv.base import PurgedSplitter
from smc.cv.cpcv import CPCV
from smc.cv.monte_carlo import MonteCarlo
from smc.cv.purged_kfold import PurgedKFold
from smc.evaluation.backtest_paths import backtest_paths

N = 20


def predictions(cv: PurgedSplitter) -> pd.DataFrame:
    """One row a fold and event that it tests, in the order of the folds."""
    spans = np.column_stack([np.arange(N), np.arange(N)])
    rows = [
        pd.DataFrame({"event": test, "fold": number}) for number, (_, test) in enumerate(cv.split(spans, groups=spans))
    ]  # fmt: skip
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize(("n_blocks", "n_test_blocks"), [(4, 2), (6, 2), (5, 3), (3, 1)])
def test_paths_are_those_of_the_splitter(n_blocks, n_test_blocks) -> None:
    cv = CPCV(n_blocks, n_test_blocks, embargo_size=0)
    rows = predictions(cv).sample(frac=1, random_state=0)
    rows["account"] = cv.accounts(rows["event"].to_numpy(), rows["fold"].to_numpy())
    paths = [path.sort_values("event")["fold"].to_numpy() for _, path in rows.groupby("account")]
    assert np.array_equal(paths, cv.event_paths(N))


@pytest.mark.parametrize("cv", [MonteCarlo(3, embargo_size=0), MonteCarlo(1, embargo_size=0), PurgedKFold(4)])
def test_an_account_trades_an_event_at_most_once(cv) -> None:
    rows = predictions(cv)
    rows["account"] = cv.accounts(rows["event"].to_numpy(), rows["fold"].to_numpy())
    assert not rows.duplicated(["account", "event"]).any()
    apart = cv.accounts(np.arange(4), np.array([0, 0, 1, 1]))  # blocks that happen to share nothing
    of_blocks = isinstance(cv, MonteCarlo)
    assert apart.tolist() == ([0, 0, 1, 1] if of_blocks else [0, 0, 0, 0])
    assert rows["account"].equals(rows["fold"] if of_blocks else 0 * rows["fold"])


def test_a_splitter_of_ones_own_that_repeats_events_has_an_account_a_fold() -> None:
    event, fold = np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1])
    assert PurgedKFold(2).accounts(event, fold).tolist() == [0, 0, 1, 1]
    assert PurgedKFold(2).accounts(np.arange(4), fold).tolist() == [0, 0, 0, 0]


def test_the_spread_of_two_paths_by_hand() -> None:
    rows = pd.DataFrame(
        {"event": [0, 1, 0, 1], "fold": [0, 0, 1, 1], "label": [1, 0, 1, 0], "prediction": [1, 0, 1, 1], "p_1": 0.5, "account": [0, 0, 1, 1]}
    )  # fmt: skip
    found = backtest_paths(rows, None)
    assert found == {
        "n_paths": 2,
        "accuracy": {"mean": 0.75, "std": pytest.approx(np.std([1, 0.5], ddof=1)), "min": 0.5, "max": 1.0},
    }


def test_without_rows_there_is_nothing() -> None:
    assert backtest_paths(pd.DataFrame(columns=["event", "fold", "label", "account"]), None) is None
