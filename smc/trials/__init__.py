"""Everything that was tried, counted for good: an append-only chain of events, and what follows from it."""

from smc.trials.chain import Head
from smc.trials.ledger import Evidence, Ledger, Registered
from smc.trials.market_trials import Column, MarketTrials, Opening, PanelRows
from smc.trials.register import list_id
from smc.trials.registration import Registration

__all__ = [
    "Column",
    "Evidence",
    "Head",
    "Ledger",
    "MarketTrials",
    "Opening",
    "PanelRows",
    "Registered",
    "Registration",
    "list_id",
]
