"""How often the whole chain is wrong, measured on markets whose truth is known: python -m smc.selftest

Each simulated symbol goes through what `python -m smc.train` and `python -m smc.select` do, in memory:
features, labels, splits, fits and selection, once for each configuration. Then the verdicts, the gaps, the
p-values and the intervals are held against what the market says that it drew.

What a self-test needs is imported once one is asked for; the command line's help is not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smc.selftest.configuration import Configuration, compose_configurations
    from smc.selftest.design import Design
    from smc.selftest.scenario import Scenario

__all__ = ["Configuration", "Design", "Scenario", "compose_configurations"]

#: Module that holds each of them.
PLACES = {
    "Configuration": "configuration",
    "Design": "design",
    "Scenario": "scenario",
    "compose_configurations": "configuration",
}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{PLACES[name]}"), name)
