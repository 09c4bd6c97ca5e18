"""What a self-test is asked to measure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from smc.errors import ConfigError
from smc.fingerprint import code_version, content_hash
from smc.selftest.configuration import Configuration
from smc.selftest.scenario import Scenario
from smc.selftest.verdicts import RULES

#: Sizes by name. ``short`` takes minutes on two cores, ``long`` a night; networks are asked for by --models.
PRESETS: dict[str, dict[str, Any]] = {
    "short": {
        "symbols": 24,
        "events": [300, 1000],
        "best": [0.0, 0.75],
        "models": ["logistic", "xgboost"],
        "profiles": ["strong", "tiny"],
    },
    "long": {
        "symbols": 400,
        "events": [300, 1000],
        "best": [0.0, 0.65, 0.75],
        "models": ["logistic", "random_forest", "xgboost", "lightgbm"],
        "profiles": ["baseline", "strong", "tiny"],
    },
}


@dataclass(frozen=True)
class Design:
    """The markets, and the configurations that each symbol is tried with.

    Attributes
    ----------
    n_symbols
        Of each scenario.
    """

    scenarios: Sequence[Scenario]
    n_symbols: int
    configurations: Sequence[Configuration]

    def __post_init__(self) -> None:
        if self.n_symbols < 1 or not self.scenarios or not self.configurations:
            raise ConfigError(
                f"a self-test needs symbols, cells and configurations, got {self.n_symbols} symbols, "
                f"{len(self.scenarios)} cells, {len(self.configurations)} configurations"
            )

    @property
    def hash(self) -> str:
        """Say what is measured (16 hex digits): configurations, rules and code.

        Scenarios and symbols are no part of it: more of them go on where the last ones ended.
        """
        configs = [
            {key: value for key, value in configuration.config.items() if key not in ("paths", "ledger")}
            for configuration in self.configurations
        ]
        rules = {name: rule.criteria for name, rule in RULES.items()}
        return content_hash([configs, rules, code_version()])[:16]

    def seeds(self) -> Iterator[tuple[Scenario, int]]:
        """Give every symbol, the first ones of all scenarios before the second ones."""
        for seed, scenario in product(range(self.n_symbols), self.scenarios):
            yield scenario, seed

    def about(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "hash": self.hash,
            "code_version": code_version(),
            "cells": [str(scenario) for scenario in self.scenarios],
            "n_symbols": self.n_symbols,
            "configurations": [configuration.name for configuration in self.configurations],
        }


def scenarios_of(events: Sequence[int], best: Sequence[float]) -> list[Scenario]:
    """Return every pair of a number of events and a best possible accuracy, each once.

    Where there is no edge, that with even odds is among them.
    """
    even = {Scenario(n_events, 0.0, is_even=True) for n_events in events if 0 in best}
    return sorted({*(Scenario(*pair) for pair in product(events, best)), *even})
