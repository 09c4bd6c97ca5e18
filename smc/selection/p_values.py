"""How likely the evidence of a trial is without skill, after everything that was tried on its market."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smc.selection.panel import Panel, n_without_column, panels_of
from smc.stats import at_least, stepdown, studentised
from smc.stats.student import t_p_value
from smc.trials.market_trials import MarketTrials
from smc.typing import FloatArray

#: What a round after the first costs, in untold trials: who looked before picks better than chance.
TRIALS_A_ROUND = 2

#: ``run_id`` and ``symbol`` of a column.
Key = tuple[str, str]


@dataclass(frozen=True)
class TrialPValues:
    """What chance has to say of one trial.

    Attributes
    ----------
    statistic
        Mean of its column by its standard error, two-sided evidence's times the root of 2.
    romano_wolf
        Adjusted for the trials of its panel.
    single
        Of the trial alone, by Student's t: what each trial that left no column costs it.
    corrected
        For everything that was tried on the market, at most 1.
    """

    statistic: float = 0.0
    romano_wolf: float = 1.0
    single: float = 1.0
    corrected: float = 1.0

    def best_of(self, alpha: float) -> int:
        """Return how many more trials, had they left no column, it would still pass after.

        >>> TrialPValues(single=0.001, corrected=0.02).best_of(0.05), TrialPValues().best_of(0.05)
        (30, 0)
        """
        room = max(alpha - self.corrected, 0.0)
        return int(min(room / max(self.single, 1e-300) + 1e-9, 1e9))


def p_values(market: MarketTrials, *, n_draws: int, seed: int) -> dict[Key, TrialPValues]:
    """Return the p-values of every column of a market.

    Of a trial j with statistic t_j and round r_j: p = max(p_RW, p_1) + sum over the other panels of (1 +
    number of draws with max T* >= t_j) / (1 + B) + (u + 2 (r_j - 1)) p_1.

    The first term is Romano and Wolf's studentised stepdown within its panel, no smaller than Student's t of
    its own predicted events says. An other panel adds the chance that the best of its trials comes as far
    (Bonferroni over panels), and each of the u trials that left no column the chance that one trial does.

    Law: with the same `seed` no further trial lowers the p-value of one that is there. A column of its panel
    joins a maximum, a column elsewhere joins another or adds a term, an untold trial adds a term; rows,
    blocks and draws of a panel come from its events alone. A share over a count of trials, such as p m /
    m_panel, would fall with every column that is added.

    Where the folds of a trial trained after what they tested, what they say depends on each other, and the
    standard error in t is multiplied by the root of 2; the draws are as they are (measured under the null:
    the standard deviation of t is 1.42 with purged_kfold, 1.44 with cpcv, and 1.06 of forward evidence).

    Parameters
    ----------
    market
        Columns of panels of fewer than 8 events count as untold, and their p-values are 1.
    n_draws
        B, of the bootstrap of each panel; the smallest p-value is 1 / (1 + B) a panel.

    References
    ----------
    Romano and Wolf (2005), "Stepwise multiple testing as formalized data snooping", Econometrica 73.
    """
    panels = panels_of(market)
    tested = [_TestedPanel.of(panel, n_draws=n_draws, seed=seed) for panel in panels if panel.is_tested]
    untold = [column for panel in panels if not panel.is_tested for column in panel.columns]
    found: dict[Key, TrialPValues] = {(column.run_id, column.symbol): TrialPValues() for column in untold}
    n_untold = n_without_column(market)
    for panel in tested:
        others = [other for other in tested if other is not panel]
        for number, column in enumerate(panel.panel.columns):
            n_alone = n_untold + TRIALS_A_ROUND * (column.round - 1)
            found[column.run_id, column.symbol] = panel.p_values(number, others, n_alone)
    return found


@dataclass(frozen=True, eq=False)
class _TestedPanel:
    """A panel with its statistics, and those of the draws under the null (n_draws, columns that vary)."""

    panel: Panel
    statistics: FloatArray
    romano_wolf: FloatArray
    largest: FloatArray

    @classmethod
    def of(cls, panel: Panel, *, n_draws: int, seed: int) -> "_TestedPanel":
        """Draw the panel."""
        statistics, draws, moving = studentised(
            panel.values, panel.block_size, n_draws=n_draws, seed=panel.seed(seed), known=panel.known
        )
        statistics = statistics / np.sqrt(panel.variance_factors)
        romano_wolf = np.ones(panel.n_trials)
        romano_wolf[moving] = (1 + n_draws * stepdown(statistics[moving], draws)) / (1 + n_draws)
        return cls(panel, statistics, romano_wolf, draws.max(axis=1, initial=-math.inf))

    def p_values(self, number: int, others: Sequence["_TestedPanel"], n_alone: int) -> TrialPValues:
        """Return those of one column, beside other panels and trials that left no column."""
        statistic, romano_wolf = float(self.statistics[number]), float(self.romano_wolf[number])
        degrees = max(self.panel.n_predicted[number] / self.panel.block_size - 1, 1.0)
        single = t_p_value(statistic, degrees, "greater")
        elsewhere = sum(other.chance_to_reach(statistic) for other in others)
        total = max(romano_wolf, single) + elsewhere + n_alone * single
        return TrialPValues(statistic, romano_wolf, single, min(1.0, total))

    def chance_to_reach(self, statistic: float) -> float:
        """Return the share of draws whose best column comes as far."""
        return (1 + int(at_least(self.largest, statistic).sum())) / (1 + len(self.largest))
