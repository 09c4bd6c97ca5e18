"""The count of everything that was tried: one row for each run and symbol, written before its fit."""

from smc.ledger.ledger import Ledger

__all__ = ["Ledger"]
