"""Saved models: weights as data, checked before they are read, proven after they are loaded.

Reading and writing import scikit-learn, once they are asked for; the names of before do not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smc.artifact.reader import content, describe, load
    from smc.artifact.writer import check_can_be_saved, save

__all__ = ["check_can_be_saved", "content", "describe", "load", "save"]

#: Module that holds each of them.
PLACES = {
    "check_can_be_saved": "writer",
    "content": "reader",
    "describe": "reader",
    "load": "reader",
    "save": "writer",
}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{PLACES[name]}"), name)
