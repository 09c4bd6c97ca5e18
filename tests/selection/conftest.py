"""Candidates with a planted skill, in memory."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smc.selection.candidate import Candidate, Identity, SymbolTrials
from smc.selection.candidates import split_result
from smc.selection.market import market_of

START = pd.Timestamp("2015-01-01", tz="UTC")
#: First event of each part, in hours.
BEGINS = {"out_of_fold": 0, "val": 100_000, "test": 200_000}


def predicted(
    accuracy: float, *, n: int, seed: int, part: str = "out_of_fold", overlap: int = 0
) -> pd.DataFrame:
    """Predictions that name the right one of two classes with a chance of ``accuracy``."""
    rng = np.random.default_rng([seed, BEGINS[part]])
    label, hit = np.arange(n) % 2, rng.permutation(n) < round(accuracy * n)
    said = np.where(hit, label, 1 - label)
    sure = 0.5 + rng.uniform(0.01, 0.2, n)
    event = BEGINS[part] + 10 * np.arange(n)
    return pd.DataFrame(
        {
            "event": event,
            "time": START + pd.to_timedelta(event, unit="h"),
            "start": event + 1,
            "end": event + 5 + 10 * overlap,
            "label": label,
            "prediction": said,
            "p_0": np.where(said == 0, sure, 1 - sure),
            "p_1": np.where(said == 1, sure, 1 - sure),
            "baseline_0": 0.5,
            "baseline_1": 0.5,
            "ret": np.where(label == 1, 0.01, -0.01),
        }
    )


@pytest.fixture
def make_rows() -> Callable[..., pd.DataFrame]:
    """Predictions of one part."""
    return predicted


@pytest.fixture
def make_candidate() -> Callable[..., Candidate]:
    """A run whose parts have the accuracies given; `key` names its trial."""

    def make(
        run_id: str = "a",
        accuracy: float = 0.65,
        *,
        val: float = 0.65,
        test: float | None = 0.65,
        gap: float | None = 0.05,
        n: int = 300,
        n_test: int = 200,
        symbol: str = "EURUSD",
        key: str | None = None,
        seed: int | None = None,
        **other: Any,
    ) -> Candidate:
        drawn = sum(map(ord, run_id)) if seed is None else seed
        shares = {"out_of_fold": (accuracy, n), "val": (val, n_test), "test": (test, n_test)}
        parts = {
            part: None
            if share is None
            else split_result(
                predicted(share, n=size, seed=drawn, part=part), pd.DataFrame({"position": [1.0]})
            )
            for part, (share, size) in shares.items()
        }
        identity = Identity(
            run_id, symbol, "logistic", key or run_id, seed=seed or 0, data_hash="d", split_hash="s"
        )
        return Candidate(identity, "classification", {"train_val_gap": gap}, **{**parts, **other})

    return make


@pytest.fixture
def trials() -> Callable[..., SymbolTrials]:
    """All that was tried of one symbol; by default nothing but what finished."""

    def make(
        *candidates: Candidate, n_trials: int = 0, symbol: str = "EURUSD", **market: Any
    ) -> SymbolTrials:
        tried = market_of(symbol, candidates, n_trials=n_trials)
        return SymbolTrials(symbol, candidates, replace(tried, **market))

    return make
