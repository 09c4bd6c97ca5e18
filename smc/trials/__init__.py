"""Everything that was tried, counted for good: an append-only chain of events, and what follows from it."""

from smc.trials.chain import Head
from smc.trials.importing import ImportedRun, by_name
from smc.trials.journal import Journal
from smc.trials.ledger import Ledger
from smc.trials.market_trials import Column, MarketTrials, Opening, PanelRows
from smc.trials.register import list_id
from smc.trials.registration import Registration
from smc.trials.runs import Evidence, Registered

__all__ = [
    "Column",
    "Evidence",
    "Head",
    "ImportedRun",
    "Journal",
    "Ledger",
    "MarketTrials",
    "Opening",
    "PanelRows",
    "Registered",
    "Registration",
    "by_name",
    "list_id",
]
