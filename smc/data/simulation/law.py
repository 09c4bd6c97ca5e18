"""The law of a simulated market, compiled: from its memory at the close of a bar to the next bar."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from smc.fingerprint import code_version
from smc.jit import cached, inner
from smc.structure import swings

N_STEPS = 16  # price changes within a bar
DOF = 5.0  # degrees of freedom of Student's t: fat tails
MOST = 4.0  # a bar is at most this many times as wild as its volatility says
FEWEST_TICKS = 1e4  # of a price: below, the grid becomes finer, or rounding would hold wild markets fast
ALPHA, BETA = 0.05, 0.93  # GARCH(1, 1): weight of the last squared shock, and of the last variance
REGIMES = np.array([0.8, 1.5])  # volatility of calm and wild stretches, relative
SWITCH = np.array([1 / 600, 1 / 200])  # chance to leave a regime at the close of a bar
FRESH = 28  # bars during which a change of character is fresh


@inner
def drift(market, core):
    """Return the planted drift of the next bar, in standard deviations of its return.

    A change of character is followed through while it is fresh; after that the last break is faded.
    """
    if core.dir == 0 or market.bound not in (-1, market.regime):
        return 0.0
    is_fresh = core.choch_row >= 0 and core.t - core.choch_row < FRESH
    return core.dir * market.strength * (market.follow if is_fresh else -market.fade)


@inner
def draw_bar(market, core, streams, clock, bar):
    """Draw the next bar's prices and volume into ``bar``, and advance price and variance.

    The log price is a Brownian motion that is watched all the time: high and low are those of the whole
    path, not of its steps, so that a barrier within them was touched where it lies. It falls by half of its
    variance, which makes the price itself a martingale but for the planted drift.

    Parameters
    ----------
    streams
        Random numbers of the market's own, and those that all symbols share.
    clock
        Pace of the hour, standard deviation of the opening gap.
    """
    (own, shared), (pace, gap) = streams, clock
    scale = market.volatility * np.sqrt(market.variance) * REGIMES[market.regime] * pace
    wildness = min(np.sqrt((DOF - 2) / own.chisquare(DOF)), MOST)
    sd = scale * wildness / np.sqrt(N_STEPS)
    push = scale * drift(market, core) / N_STEPS
    own_weight = np.sqrt(1 - market.loading**2)
    open_ = to_tick(np.log(market.close) + fair_move(scale * gap, own.standard_normal()), market.tick)
    price = highest = lowest = np.log(open_)
    shock = 0.0
    for _ in range(N_STEPS):
        surprise = market.loading * shared.standard_normal() + own_weight * own.standard_normal()
        move = fair_move(sd, surprise) + push
        highest = max(highest, price + furthest(move, sd, own.standard_exponential()))
        lowest = min(lowest, price - furthest(-move, sd, own.standard_exponential()))
        price += move
        shock += surprise / np.sqrt(N_STEPS)
    activity = scale * wildness / market.volatility * np.exp(0.3 * own.standard_normal())
    bar[0], bar[1] = open_, to_tick(highest, market.tick)
    bar[2], bar[3] = to_tick(lowest, market.tick), to_tick(price, market.tick)
    bar[4] = np.ceil(1000 * activity)
    market.close = bar[3]
    if market.close < FEWEST_TICKS * market.tick:
        market.tick /= 10
    market.variance = 1 - ALPHA - BETA + (ALPHA * (shock * wildness) ** 2 + BETA) * market.variance
    market.strength *= market.decay


@inner
def fair_move(sd, surprise):
    """Return a normal log return after which the price is on average what it was: E[exp(move)] = 1."""
    return sd * surprise - sd**2 / 2


@inner
def furthest(move, sd, exponential):
    """Return how far up a Brownian path went on its way to ``move``, drawn from its law given that end.

    P(maximum > m | end) = exp(-2 m (m - end) / sd**2), solved for m.

    References
    ----------
    Karatzas and Shreve (1991), Brownian Motion and Stochastic Calculus, 4.3 (Brownian bridge).
    """
    return (move + np.sqrt(move**2 + 2 * sd**2 * exponential)) / 2


@inner
def to_tick(log_price, tick):
    """Return the price on the grid that is nearest, at least one tick."""
    return max(np.round(np.exp(log_price) / tick), 1.0) * tick


@inner
def close_bar(market, core, sides, bar, uniform):
    """Confirm swings and break levels by the structure machine's own rules, and perhaps change the regime."""
    core.t += 1
    prices = (bar[0], bar[1], bar[2], bar[3])
    swings.push(sides[0], 1.0, core, prices)
    swings.push(sides[1], -1.0, core, prices)
    swings.confirm_swing(sides, core)
    swings.break_structure(sides, core)
    if uniform < SWITCH[market.regime]:
        market.regime = 1 - market.regime


@cache
def compiled() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return `walk` and `branch`, compiled at first use.

    ``version`` is closed over, and so becomes part of the key under which Numba keeps the machine code: it
    would not notice a change of a function that these call.
    """
    version = code_version("data/simulation/law.py", "data/simulation/market.py", "structure")

    def walk(memory, streams, clock, drawn):
        """Advance a market, one bar a row; ``drawn`` takes the bars and the side of the last break."""
        _ = version
        (market, core, sides), (bars, direction) = memory, drawn
        for t in range(len(bars)):
            draw_bar(market[0], core[0], streams, (clock[t, 0], clock[t, 1]), bars[t])
            close_bar(market[0], core[0], sides, bars[t], streams[1].random())
            direction[t] = core[0].dir

    def branch(memory, rng, clock, paths):
        """Draw many continuations from one past, which stays as it is."""
        _ = version
        market, core, sides = memory[0].copy(), memory[1].copy(), memory[2].copy()
        for path in range(len(paths)):
            market[:], core[:], sides[:] = memory[0], memory[1], memory[2]
            for t in range(paths.shape[1]):
                bar = paths[path, t]
                draw_bar(market[0], core[0], (rng, rng), (clock[t, 0], clock[t, 1]), bar)
                close_bar(market[0], core[0], sides, bar, rng.random())

    return cached(walk), cached(branch)
