"""A public package of smart-money concepts, wrapped as a researcher's family of features, is refused."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from smc.audit import CHECKS, AuditedRun
from smc.errors import LeakageError
from smc.features.feature_set import FeatureSet


@pytest.fixture(scope="module")
def package() -> Any:
    """smartmoneyconcepts' class of indicators; importing it prints a line unless told not to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMC_CREDIT", "0")
        return pytest.importorskip("smartmoneyconcepts", reason="smartmoneyconcepts is in the dev extra").smc


class Indicators:
    """Its indicators on swings of 5 bars, each column under the name of its method."""

    warm_up = 200
    names = (
        "fvg_FVG",
        "swing_HighLow",
        "swing_Level",
        "bos_BOS",
        "bos_CHOCH",
        "ob_OB",
        "ob_Percentage",
        "liquidity_Liquidity",
    )

    def __init__(self, package: Any) -> None:
        self.package = package

    def compute(self, bars: pd.DataFrame) -> pd.DataFrame:
        swings = self.package.swing_highs_lows(bars, swing_length=5)
        parts = {
            "fvg": self.package.fvg(bars),
            "swing": swings,
            "bos": self.package.bos_choch(bars, swings),
            "ob": self.package.ob(bars, swings),
            "liquidity": self.package.liquidity(bars, swings),
        }
        table = pd.concat({name: part.reset_index(drop=True) for name, part in parts.items()}, axis=1)
        table.columns = [f"{name}_{column}" for name, column in table.columns]
        return table[list(self.names)].set_axis(bars.index).astype(float)


def test_every_column_that_looks_ahead_is_named(
    package: Any, make_audited_run: Callable[..., AuditedRun], make_walk: Callable[..., pd.DataFrame]
) -> None:
    audited = make_audited_run(
        features=FeatureSet({"public": Indicators(package)}, max_age=100), bars=make_walk(1200, 3)
    )
    found = CHECKS["future"].run(audited, lambda _: None)
    assert found.verdict == "fail"
    assert set(found.figures["columns"]) == set(Indicators.names)


def test_its_names_of_outcomes_are_refused_when_the_run_is_composed(package: Any) -> None:
    class Raw(Indicators):
        names = ("FVG", "MitigatedIndex")

    with pytest.raises(LeakageError, match="MitigatedIndex"):
        FeatureSet({"public": Raw(package)})
