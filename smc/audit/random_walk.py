"""Check (b), second half: does the pipeline earn anything on prices that go nowhere?"""

import numpy as np
import pandas as pd

from smc.audit.audited_run import N_EVENTS, N_FOLDS, AuditedRun, most_recent
from smc.audit.check import Finding
from smc.audit.null_scores import Excess, mean_concordance, profit
from smc.errors import SmcError
from smc.features.laws import random_walk
from smc.laws.fault import Fault
from smc.typing import OnProgress

#: Profit of scores, and mean return in units of its spread, that count as earning.
LEAST_PROFIT, LEAST_RETURN = 0.03, 0.05


class RandomWalk:
    """Carry out the whole run, features and labels included, on random walks with the symbol's volatility.

    Two laws hold there for anything that is causal. **Nothing is earned**: the mean return of all events is
    zero, which for a trade with stop and target is the random-walk law, a win rate of
    risk / (risk + reward). **Nothing is known**: no score earns anything. Features that hold the
    outcome break the second, whatever they are called; labels counted from a price in the past, or events
    that were chosen by what followed, break the first. A bar that touches both barriers counts as the stop,
    so honest labels earn a little less than nothing; only gains count.

    References
    ----------
    Feller (1968), An Introduction to Probability Theory and Its Applications, vol. 1, XIV.2 (gambler's ruin).
    """

    name = "random_walk"
    question = "Does the pipeline earn anything on random walks?"

    def run(self, audited: AuditedRun, on_progress: OnProgress) -> Finding:
        """Draw the walks."""
        rng, scores, earned, drawn, failure = np.random.default_rng(0), [], [], [], None
        concordances = []
        for number in range(audited.n_draws):
            on_progress(f"walk {number + 1} of {audited.n_draws}")
            try:
                data = most_recent(audited.dataset(driftless(audited.stretch, rng)), N_EVENTS)
                splits = audited.procedure.predict(data, audited.plan_of(data, n_folds=N_FOLDS))
            except SmcError as error:  # too few events on this walk
                failure = error
                continue
            scores.append(profit(data, splits))
            concordances.append(mean_concordance(data, splits))
            earned.append(mean_return(data.events))
            drawn.append(data.events["ret"])
        if len(scores) < max(2, audited.n_draws // 2):
            raise failure or SmcError("the null needs two draws or more: use --draws 20")
        returns = pd.concat(drawn).to_numpy()
        known, gained = Excess(scores, 0.0, LEAST_PROFIT), Excess(earned, 0.0, LEAST_RETURN)
        real = profit(audited.recent, audited.real)
        leaks = []
        if known.is_leak:
            leaks.append(
                Fault(
                    "the pipeline",
                    f"{len(scores)} walks, profit {known.mean:.3f}, standard error {known.error:.3f}",
                    "its scores know the returns of random walks: a feature or a step sees the outcome",
                )
            )
        if gained.is_leak:
            leaks.append(Fault("labels or events", f"{len(returns)} events", _win_rate(returns)))
        return Finding.from_faults(
            self.name,
            f"{len(scores)} walks of {len(audited.stretch)} bars, {len(returns)} events; profit of "
            f"scores {known.mean:.3f}, real {real:.3f} above {known.rank(real)} of {len(scores)}",
            leaks=leaks,
            remedy="Compare with the checks `future` and `labels`, which name what sees the outcome; drop "
            "features one after another to find it.",
            figures={"profit": scores, "concordance": concordances, "mean_return": earned, "real": real},
        )


def driftless(bars: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw a random walk with the stamps, the volatility and, in random order, the volumes of some bars."""
    per_bar = float(np.diff(np.log(bars["close"].to_numpy())).std())
    price = float(bars["close"].iloc[0])
    walk = random_walk(pd.DatetimeIndex(bars.index), rng, price=price, sd=per_bar / 2)
    return walk.assign(volume=rng.permutation(bars["volume"].to_numpy())).reindex(columns=bars.columns)


def mean_return(events: pd.DataFrame) -> float:
    """Return the mean return of all events in units of its spread.

    They count alike. Their uniqueness says how soon a label ended, and so how: of trades with a near target
    and a far stop it gives wins, which are brief, more weight than losses, and random walks seem to pay.
    """
    returns = events["ret"].to_numpy()
    return float(returns.mean() / (returns.std() + 1e-300))


def _win_rate(returns: np.ndarray) -> str:
    """Say the random-walk law with its numbers."""
    gains, losses = returns[returns > 0], -returns[returns <= 0]
    risk, reward = losses.mean() if len(losses) else 0.0, gains.mean() if len(gains) else 0.0
    law = risk / (risk + reward) if risk + reward else 0.5
    return (
        f"{len(gains) / len(returns):.1%} of the events on random walks gain, where their mean loss and gain "
        f"allow {law:.1%} (risk / (risk + reward))"
    )
