"""Statistics of honest model selection: how much of the best result is the luck of having tried many."""

from smc.stats.false_discovery import BenjaminiHochberg, benjamini_hochberg
from smc.stats.overfitting import Overfitting, probability_of_backtest_overfitting
from smc.stats.stepdown import RomanoWolf, romano_wolf
from smc.stats.trials import effective_trials

__all__ = [
    "BenjaminiHochberg",
    "Overfitting",
    "RomanoWolf",
    "benjamini_hochberg",
    "effective_trials",
    "probability_of_backtest_overfitting",
    "romano_wolf",
]
