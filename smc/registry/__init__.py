"""Propose, promote, take back: what changes the journal of what is live, which `smc.deployment` reads.

What a name needs is imported once it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smc.registry.promotion import promote, retire
    from smc.registry.proposal import propose
    from smc.registry.reversal import rollback

__all__ = ["promote", "propose", "retire", "rollback"]

#: Module that holds each of them.
PLACES = {"promote": "promotion", "propose": "proposal", "retire": "promotion", "rollback": "reversal"}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{PLACES[name]}"), name)
