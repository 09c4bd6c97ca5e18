"""What a pipeline makes of nothing, drawn many times, and when that is too much."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from smc.audit.concordance import concordance
from smc.audit.procedure import Scored
from smc.training.dataset import Dataset

#: Standard errors that luck may explain.
N_ERRORS = 3.0


@dataclass(frozen=True)
class Excess:
    """How far null scores lie above chance.

    A null counts as above chance if its mean exceeds it by ``least``, and by more than luck explains in all
    but one of a thousand clean pipelines: so many standard errors as Student's law asks for, which is 3.6 of
    them with 20 draws and 4.3 with 10.
    """

    scores: Sequence[float]
    chance: float
    least: float

    LEVEL = 0.001

    @property
    def mean(self) -> float:
        """Mean of the draws."""
        return float(np.mean(self.scores))

    @property
    def error(self) -> float:
        """Standard error of the mean."""
        return float(np.std(self.scores, ddof=1) / np.sqrt(len(self.scores)))

    @property
    def is_leak(self) -> bool:
        """Whether nothing was turned into something."""
        n_errors = float(stats.t.isf(self.LEVEL, len(self.scores) - 1))
        return self.mean - self.chance > max(self.least, n_errors * self.error)

    def rank(self, real: float) -> int:
        """Count the draws that a real score beats."""
        return int(np.sum(np.asarray(self.scores) < real))


def mean_concordance(data: Dataset, splits: Sequence[Scored]) -> float:
    """Return the concordance of scores and labels, the mean of the splits weighted by their events.

    Splits are scored one by one: pooled, predictions of folds whose training shares differ score below
    chance.
    """
    labels = data.events["label"].to_numpy()
    values = [(concordance(labels[split.positions], split.scores), len(split.positions)) for split in splits]
    return _mean([pair for pair in values if not np.isnan(pair[0])], otherwise=0.5)


def profit(data: Dataset, splits: Sequence[Scored]) -> float:
    """Return what scores earn: their covariance with side-signed returns in units of both spreads.

    The returns keep their mean, and a score is compared with the mean of those before it. So on prices that
    go nowhere every term is expected to be 0, for any causal features and labels. The usual correlation is
    not: returns that are centred on their own sample fall where prices in it are high, and a model that has
    learned this from its training rows, centred alike, seems to know it (.06 with ``events=every`` and
    labels of 5 bars). Nor is a concordance .5 there, since near targets are touched more often than far ones.

    References
    ----------
    Stambaugh (1999), Predictive regressions, Journal of Financial Economics 54 (the bias in small samples).
    """
    returns = data.events["ret"].to_numpy()
    values = []
    for split in splits:
        excess = split.scores - np.cumsum(split.scores) / np.arange(1, len(split.scores) + 1)
        earned, spread = returns[split.positions], excess.std() * returns[split.positions].std()
        if spread > 0:
            values.append((float(np.mean(excess * earned) / spread), len(earned)))
    return _mean(values, otherwise=0.0)


def is_profitable(data: Dataset, values: np.ndarray) -> bool:
    """Tell whether one column, taken as a score of every event, earns more than luck would let it.

    Luck is three standard errors; as many events count as the uniqueness of their labels adds up to.
    """
    known = np.flatnonzero(~np.isnan(values))
    n_effective = data.events["weight"].to_numpy()[known].sum()
    return abs(profit(data, [Scored("all", known, values[known])])) * np.sqrt(n_effective) > N_ERRORS


def _mean(values: Sequence[tuple[float, int]], *, otherwise: float) -> float:
    """Return the mean of values with weights."""
    if not values:
        return otherwise
    numbers, weights = zip(*values, strict=True)
    return float(np.average(numbers, weights=weights))
