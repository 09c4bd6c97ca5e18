"""Composed runs on random walks, with parts exchanged for ones that leak."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smc.audit import AuditedRun, load_audited_run
from smc.audit.audited_run import STRETCH_SIZE
from smc.config.compose import compose

MakeAuditedRun = Callable[..., AuditedRun]


def walk(n_bars: int, seed: int) -> pd.DataFrame:
    """Draw driftless H4 bars whose volatility comes in clusters."""
    rng = np.random.default_rng(seed)
    heat = np.zeros(n_bars)
    for t in range(1, n_bars):
        heat[t] = 0.97 * heat[t - 1] + 0.1 * rng.normal()
    ticks = rng.normal(size=(n_bars, 12)) * 0.001 * np.exp(heat)[:, None]
    path = np.exp(ticks.cumsum().reshape(n_bars, 12)) * 100
    index = pd.date_range("2015-01-05", periods=n_bars, freq="4h", tz="UTC", name="time")
    prices = {"open": path[:, 0], "high": path.max(axis=1), "low": path.min(axis=1), "close": path[:, -1]}
    return pd.DataFrame({**prices, "volume": rng.integers(100, 1000, n_bars).astype(float)}, index=index)


@pytest.fixture(scope="session")
def make_walk() -> Callable[[int, int], pd.DataFrame]:
    return walk


@pytest.fixture(scope="session")
def make_audited_run(tmp_path_factory: pytest.TempPathFactory) -> MakeAuditedRun:
    """Compose a run on 3,000 bars with fast features and a fast model, then exchange parts of it."""
    configs: dict[tuple[str, ...], Any] = {}

    def make(
        *overrides: str,
        bars: pd.DataFrame | None = None,
        pipeline: Any = None,
        draws: int = 8,
        **components: Any,
    ) -> AuditedRun:
        few = ["features.families.structure=null", "features.families.order_blocks=null"]
        few += ["features.families.fvg=null", "features.families.liquidity=null"]
        few += [
            "features.families.premium=null",
            "features.families.tbm=null",
            "features.families.session=null",
        ]
        asked = ("features=daily", "model=logistic", "reg=baseline", "aug=none", *few, *overrides)
        if asked not in configs:
            configs[asked] = compose(list(asked))
        audited = load_audited_run(configs[asked], n_draws=draws, n_cuts=20)
        audited = replace(
            audited,
            bars=walk(STRETCH_SIZE, 1) if bars is None else bars,
            components=replace(audited.components, **components),
        )
        return replace(audited, procedure=pipeline) if pipeline is not None else audited

    return make
