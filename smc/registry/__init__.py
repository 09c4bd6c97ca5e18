"""What is live, since when, why, and how it is taken back: python -m smc.registry

Whoever answers asks `Registry.what_is_live`, and at every bar `Registry.poll`, whose number changes with each
row of the journal. What a name needs is imported once it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smc.registry.entry import Entry
    from smc.registry.promotion import promote, retire
    from smc.registry.proposal import propose
    from smc.registry.registry import Registry
    from smc.registry.reversal import rollback
    from smc.registry.standing import Standing

__all__ = ["Entry", "Registry", "Standing", "promote", "propose", "retire", "rollback"]

#: Module that holds each of them.
PLACES = {
    "Entry": "entry",
    "Registry": "registry",
    "Standing": "standing",
    "promote": "promotion",
    "propose": "proposal",
    "retire": "promotion",
    "rollback": "reversal",
}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{PLACES[name]}"), name)
