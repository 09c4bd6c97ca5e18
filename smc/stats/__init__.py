"""Statistics of honest model selection: how much of the best result is the luck of having tried many.

Panels hold returns, one row a period in time order, one column a configuration, and all that were tried.
"""

from smc.stats.block_length import optimal_block_length
from smc.stats.deflated_sharpe import (
    deflated_sharpe_ratio,
    effective_trials,
    expected_max_sharpe_ratio,
    min_backtest_length,
)
from smc.stats.false_discovery import BenjaminiHochberg, benjamini_hochberg
from smc.stats.forecast_accuracy import DieboldMariano, diebold_mariano
from smc.stats.overfitting import Overfitting, probability_of_backtest_overfitting
from smc.stats.paired_classes import McNemar, mcnemar
from smc.stats.power import (
    POWER,
    affordable_for_correlation,
    affordable_trials,
    detectable_correlation,
    detectable_edge,
    needed_events,
    needed_for_correlation,
)
from smc.stats.predictive_ability import SuperiorPredictiveAbility, superior_predictive_ability
from smc.stats.ranks import FriedmanNemenyi, friedman_nemenyi
from smc.stats.resampled_t import ResampledT, corrected_resampled_t
from smc.stats.sharpe import (
    TrackRecord,
    mean_record,
    min_track_record_length,
    probabilistic_sharpe_ratio,
    sharpe_ratio,
    sharpe_standard_error,
)
from smc.stats.skewed_mean import SkewedMean, skewed_mean
from smc.stats.stepdown import RomanoWolf, at_least, romano_wolf, stepdown, studentised

__all__ = [
    "POWER",
    "BenjaminiHochberg",
    "DieboldMariano",
    "FriedmanNemenyi",
    "McNemar",
    "Overfitting",
    "ResampledT",
    "RomanoWolf",
    "SkewedMean",
    "SuperiorPredictiveAbility",
    "TrackRecord",
    "affordable_for_correlation",
    "affordable_trials",
    "at_least",
    "benjamini_hochberg",
    "corrected_resampled_t",
    "deflated_sharpe_ratio",
    "detectable_correlation",
    "detectable_edge",
    "diebold_mariano",
    "effective_trials",
    "expected_max_sharpe_ratio",
    "friedman_nemenyi",
    "mcnemar",
    "mean_record",
    "min_backtest_length",
    "min_track_record_length",
    "needed_events",
    "needed_for_correlation",
    "optimal_block_length",
    "probabilistic_sharpe_ratio",
    "probability_of_backtest_overfitting",
    "romano_wolf",
    "sharpe_ratio",
    "sharpe_standard_error",
    "skewed_mean",
    "stepdown",
    "studentised",
    "superior_predictive_ability",
]
