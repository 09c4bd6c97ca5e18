"""Rows of symbols by hand, and designs that take seconds."""

from collections.abc import Callable
from typing import Any

import pytest

from smc.selftest import Design, Scenario, compose_configurations

MakeRow = Callable[..., dict[str, Any]]
MakeDesign = Callable[..., Design]


def a_fit(gap: float = 0.1, skill: float = 0.02, held: tuple[float, float, float] = (0.4, 0.6, 0.5)) -> Any:
    intervals = {"accuracy": list(held), "log_loss_skill": list(held)}
    return {
        "gap": gap,
        "accuracy": {"out_of_fold": 0.6, "val": 0.6, "test": 0.6},
        "log_loss_skill": {"out_of_fold": skill, "val": skill, "test": skill},
        "intervals": {"out_of_fold": intervals, "test": intervals},
    }


@pytest.fixture
def make_fit() -> Callable[..., Any]:
    return a_fit


@pytest.fixture
def make_row() -> MakeRow:
    def make(seed: int, verdict: str = "NO_MODEL", *, p: float = 0.5, test: float = 0.6, **fits: Any) -> Any:
        said = {"verdict": verdict, "decided_by": None, "candidate": "a", "test_accuracy": test, "p_value": p}
        return {
            "seed": seed,
            "verdicts": {"honest": said, "classic": {**said, "verdict": "NO_MODEL"}},
            "smallest_p_value": {"honest": p, "classic": None},
            "n_events": 300,
            "fits": {name.replace("_", " "): fit for name, fit in fits.items()}
            or {"xgboost strong": a_fit()},
            "best_possible": {"accuracy": 0.75},
            "failures": {},
        }

    return make


@pytest.fixture
def make_design() -> MakeDesign:
    def make(
        *overrides: str, n_symbols: int = 2, scenarios: str = "120:0", model: str = "logistic", **options: Any
    ) -> Design:
        configurations = compose_configurations(
            [model], ["strong"], ["evaluation.n_bootstrap=50", "aug=none", *overrides], **options
        )
        return Design([Scenario.parse(each) for each in scenarios.split()], n_symbols, configurations)

    return make
