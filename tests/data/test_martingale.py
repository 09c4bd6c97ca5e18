"""Without an edge nothing is earned by any rule: simulated prices are a martingale, within a bar as over many.

The laws are held on trades in simple returns, long and short, whose barriers are near and far; then older laws
of the market are planted, and must be noticed. `bench_simulated.py --martingale` prints the same figures at length.
"""

import numpy as np
import pytest

from smc.data.simulated import Simulated
from smc.structure.barriers import AMBIGUOUS, touch

N_ERRORS, ATR_SIZE, AWAY = 3.5, 14, 1e9
DAYS_A_YEAR = 260
#: Distances of stop and target in ATR, and bars that a trade may last.
RULES = {
    "near target, far stop": (3.0, 0.5, 20),
    "far target, near stop": (0.5, 3.0, 20),
    "equally far": (2.0, 2.0, 20),
    "near target, no stop": (AWAY, 0.5, 20),
    "near stop, no target": (0.5, AWAY, 20),
    "near target within the bar": (AWAY, 0.25, 1),
    "near stop within the bar": (0.25, AWAY, 1),
    "one bar": (AWAY, AWAY, 1),
    "20 bars": (AWAY, AWAY, 20),
}


def without_edge(n_markets, n_bars=5000, **arguments):
    """Draw independent markets: (n_bars, 4) prices of each."""
    return [
        np.ascontiguousarray(
            Simulated(1, n_bars, seed, edge_frac=0, **arguments).load("S01").to_numpy()[:, :4]
        )
        for seed in range(n_markets)
    ]


def trades(prices, rule, side):
    """Return simple returns of trades one after another, in ATR as known before each: (n_trades, 2).

    Bars do not tell which barrier came first if they hold both: the first column takes the stop, the second
    the target, and the truth lies between.
    """
    *in_atr, max_holding = rule
    ranges = np.convolve(prices[:, 1] - prices[:, 2], np.full(ATR_SIZE, 1 / ATR_SIZE), mode="valid")
    events = np.arange(ATR_SIZE - 1, len(prices) - max_holding, max_holding)
    atr, entry = ranges[events - ATR_SIZE + 1], prices[events + 1, 0]
    barriers = entry[:, None] + side * np.array([-1, 1]) * np.array(in_atr) * atr[:, None]
    _, price, outcome = touch(prices, events + 1, np.full(len(events), side), barriers, max_holding)
    exits = np.column_stack([price, np.where(outcome == AMBIGUOUS, barriers[:, 1], price)])
    return side * (exits / entry[:, None] - 1) / (atr / prices[events, 3])[:, None]


def earned(markets, rule, side):
    """Return means of both columns of trades, and how many standard errors they are from nothing."""
    returns = np.concatenate([trades(prices, rule, side) for prices in markets])
    mean = returns.mean(axis=0)
    return mean, mean / (returns.std(axis=0, ddof=1) / np.sqrt(len(returns)))


def what_earns(markets):
    """List rules and sides that gain or lose more than luck, whatever came first in ambiguous bars."""
    tested = {
        (name, side): earned(markets, rule, side)[1] for name, rule in RULES.items() for side in (1, -1)
    }
    return [key for key, (stop, target) in tested.items() if not (stop < N_ERRORS and target > -N_ERRORS)]


@pytest.mark.parametrize(
    ("volatility", "arguments"),
    [
        (0.01, {}),
        (0.02, {}),
        (0.04, {}),
        (0.1, {}),  # prices sink to a few millionths
        (0.01, {"freq": "1D", "correlation": 1.0}),
        (0.006, {"freq": "1min", "correlation": 0.0}),  # a bar is some 20 ticks long
    ],
)
def test_no_rule_earns_anything_where_there_is_no_edge(volatility, arguments):
    markets = without_edge(100, volatility=volatility * np.sqrt(DAYS_A_YEAR), **arguments)
    assert what_earns(markets) == []


def test_a_weekend_gap_is_no_gain_on_average():
    """So wild that half of the variance would be seen: log prices that stay where they are gain 5% a weekend."""
    markets = without_edge(250, 60, freq="1D", volatility=3.0)
    gains = np.concatenate([prices[5::5, 0] / prices[4:-1:5, 3] - 1 for prices in markets])
    assert gains.std() > 0.2
    assert abs(gains.mean()) < N_ERRORS * gains.std() / np.sqrt(len(gains))


def older_market(seed, *, volatility, bounce=1.0, fair=True, watched=True, n_bars=5000, n_steps=24):
    """Draw bars by laws that the market once had.

    Parameters
    ----------
    bounce
        Size of the steps beside that of a plain walk's with the same end: above 1 prices turn back.
    fair
        The price is a martingale; else its logarithm is.
    watched
        High and low are those of the whole path; else those of its steps.
    """
    rng = np.random.default_rng(seed)
    wild = np.minimum(np.sqrt(3 / rng.chisquare(5, n_bars)), 4)[:, None]
    sd = volatility / np.sqrt(6) * wild / np.sqrt(n_steps)
    steps = rng.standard_normal((n_bars, n_steps))
    steps = bounce * steps + (1 - bounce) * steps.mean(axis=1, keepdims=True)
    move = sd * steps - fair * sd**2 / 2
    log_price = move.cumsum().reshape(move.shape)
    before = log_price - move
    up, down = (
        (sign * move + np.sqrt(move**2 + watched * 2 * sd**2 * rng.exponential(size=move.shape))) / 2
        for sign in (1, -1)
    )
    ends = [before[:, 0], (before + up).max(axis=1), (before - down).min(axis=1), log_price[:, -1]]
    return np.exp(np.column_stack(ends))


@pytest.mark.parametrize(
    ("law", "seen"),
    [
        ({"volatility": 0.02}, []),
        ({"volatility": 0.02, "bounce": 1.3}, "near target within the bar"),
        ({"volatility": 0.02, "watched": False}, "near stop within the bar"),
        ({"volatility": 0.04, "fair": False}, "20 bars"),
        ({"volatility": 0.02, "bounce": 1.3, "watched": False, "fair": False}, "near target, far stop"),
    ],
    ids=["none", "prices turn back", "only steps are watched", "log prices are the martingale", "all three"],
)
def test_older_laws_are_noticed(law, seen):
    earning = what_earns([older_market(seed, **law) for seed in range(80)])
    assert {name for name, _ in earning} >= {seen} if seen else earning == []
