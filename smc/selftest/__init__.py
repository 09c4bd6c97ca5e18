"""How often the whole chain is wrong, measured on markets whose truth is known: python -m smc.selftest

Each simulated symbol goes through what `python -m smc.train` and `python -m smc.select` do, in memory:
features, labels, splits, fits and selection, once for each configuration. Then the verdicts, the gaps, the
p-values and the intervals are held against what the market says that it drew.
"""

from smc.selftest.configuration import Configuration, compose_configurations
from smc.selftest.design import PRESETS, Design
from smc.selftest.measure import measure
from smc.selftest.scenario import Scenario

__all__ = ["PRESETS", "Configuration", "Design", "Scenario", "compose_configurations", "measure"]
