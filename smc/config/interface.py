"""What a class must offer to stand in a group."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Interface:
    """What a run asks of the class of one group.

    Attributes
    ----------
    noun
        What such a class is called.
    methods
        The arguments that each is called with, by position.
    attributes
        What its objects hold besides.
    """

    noun: str
    methods: Mapping[str, tuple[str, ...]]
    attributes: tuple[str, ...] = ()

    def lacks(self, cls: type) -> list[str]:
        """List the methods that a class has not, or that cannot be called as a run calls them."""
        return [
            f"{name}({', '.join(arguments)})"
            for name, arguments in self.methods.items()
            if not _takes(cls, name, len(arguments))
        ]

    def offers_any(self, cls: type) -> bool:
        """Tell whether a class has one of the methods at least."""
        return len(self.lacks(cls)) < len(self.methods)

    def missing(self, built: Any) -> Iterator[str]:
        """Give the attributes that an object of the class has not."""
        return (name for name in self.attributes if not hasattr(built, name))


#: By group.
INTERFACES = {
    "data": Interface("source of bars", {"symbols": (), "load": ("symbol",)}),
    "features": Interface("set of features", {"compute": ("bars",)}, ("names", "warm_up")),
    "events": Interface("definition of events", {"compute": ("bars", "features")}),
    "labels": Interface(
        "label",
        {"compute": ("bars", "events", "side"), "position": ("prediction",)},
        ("task", "horizon"),
    ),
    "cv": Interface("splitter", {"split": ("X", "y", "groups"), "get_n_splits": ()}),
    "feature_selection": Interface(
        "feature selector", {"fit": ("X", "y"), "get_support": (), "get_params": ()}
    ),
    "aug": Interface("sampler", {"fit_resample": ("X", "y")}),
    "model": Interface("estimator", {"fit": ("X", "y"), "predict": ("X",), "get_params": ()}),
    "calibrate": Interface(
        "calibrator",
        {
            "fit": ("probability", "codes", "weight", "returns"),
            "transform": ("probability",),
            "decide": ("probability",),
            "get_params": (),
        },
        ("learns", "is_on"),
    ),
    "evaluation": Interface(
        "evaluation",
        {"compute": ("predictions", "baseline", "bars", "to_position"), "trading": ("bars", "to_position")},
    ),
    "ledger": Interface(
        "ledger", {"open_trial": ("trial_id", "symbols"), "close_trial": ("trial_id", "status")}
    ),
}

#: Of the classes in the maps of a group, any one method is enough.
IN_MAPS = {
    "monitor": Interface("watch", {"observe": ("progress",), "check": ("record",)}),
    "tracker": Interface("tracker", {"log": ("run",)}),
}


@cache
def _takes(cls: type, name: str, n_arguments: int) -> bool:
    """Tell whether a class has a method that takes so many arguments by position."""
    method = getattr(cls, name, None)
    if not callable(method):
        return False
    is_bound = isinstance(inspect.getattr_static(cls, name), classmethod | staticmethod)
    given = [None] * (n_arguments + (not is_bound))
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):  # compiled, and silent about what it takes
        return True
    fixed = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p for p in fixed if p.default is p.empty]
    return len(needed) <= len(given) and (
        len(given) <= len(fixed) or any(p.kind is p.VAR_POSITIONAL for p in parameters)
    )
