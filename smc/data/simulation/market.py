"""What a simulated market remembers between two bars, beside its structure: one plain record."""

import numpy as np

from smc.structure.state import Records, empty_state

MARKET = np.dtype(
    [
        ("close", "f8"),
        ("variance", "f8"),  # of the next return, in units of its long-run mean
        ("regime", "i8"),  # 0 calm, 1 wild
        ("volatility", "f8"),  # long-run standard deviation of a bar's log return
        ("tick", "f8"),  # step of the grid of prices
        ("loading", "f8"),  # weight of the common shock in a return; the market's own takes the rest
        ("follow", "f8"),  # drift after a fresh change of character, standard deviations a bar
        ("fade", "f8"),  # drift against a stale one
        ("bound", "i8"),  # regime that the edge is bound to, -1: both
        ("decay", "f8"),  # factor of the edge from one bar to the next
        ("strength", "f8"),  # what decay has left of the edge
    ]
)


def memory_at_start(**values: float) -> tuple[Records, Records, Records]:
    """Return the memory of a market before its first bar.

    Parameters
    ----------
    values
        Fields of MARKET.

    Returns
    -------
    tuple
        One MARKET record, and the core and sides in which the structure machine keeps swings and breaks.
    """
    market = np.zeros(1, MARKET)
    market["variance"] = market["strength"] = 1.0
    for name, value in values.items():
        market[name] = value
    return market, *empty_state(swing_size=5, max_age=500, min_gap_atr=0.1, pool_tolerance_atr=0.25)
