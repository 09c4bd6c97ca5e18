"""What every event says for every trial of a symbol, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smc.metrics import block_size, label_overlap
from smc.selection.trial import Trial
from smc.typing import FloatArray

#: Fewest rows that a bootstrap of a panel may be asked for.
LEAST_ROWS = 8


@dataclass(frozen=True, eq=False)
class Panel:
    """One row an event of any trial, in time order, one column a trial.

    Attributes
    ----------
    values
        What the event says for the trial; 0, which favours nobody, where it was not predicted.
    block_size
        Rows that a resampled block needs: twice the number of later events that begin before a label ends.
    """

    values: FloatArray
    block_size: int

    @property
    def n_trials(self) -> int:
        """Trials that have a column."""
        return self.values.shape[1]

    def p_values(self, *, n_draws: int, seed: int) -> FloatArray:
        """Return Romano and Wolf's adjusted p-value of each trial; 1 where there are too few events."""
        from smc.stats import romano_wolf

        if len(self.values) < LEAST_ROWS:
            return np.ones(self.n_trials)
        return romano_wolf(self.values, block_size=self.block_size, n_draws=n_draws, seed=seed).p_values


def build_panel(trials: Sequence[Trial]) -> Panel:
    """Line up the evidence of all trials on one axis of time."""
    time = np.unique(np.concatenate([trial.evidence.time for trial in trials]))
    values, end = np.zeros((len(time), len(trials))), time.copy()
    for column, trial in enumerate(trials):
        rows = np.searchsorted(time, trial.evidence.time)
        values[rows, column] = trial.evidence.value
        end[rows] = np.maximum(end[rows], trial.evidence.end)
    return Panel(values, block_size(len(time), label_overlap(time, end)))
