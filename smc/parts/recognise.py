"""Which kind of part a class is, by the methods that it has."""

import importlib
from collections.abc import Iterator

from smc.config.interface import Interface, attributes_of, methods_of
from smc.errors import ConfigError
from smc.parts.kinds import KINDS, Kind


def contract_of(kind: Kind) -> type:
    """Import the protocol of a kind."""
    module, _, name = kind.contract.rpartition(".")
    return getattr(importlib.import_module(module), name)


def recognise(cls: type) -> Kind:
    """Return the kind of whose contract a class has the most members by name.

    >>> from smc.labels.direction import Direction
    >>> recognise(Direction).name
    'label'

    Raises
    ------
    ConfigError
        It has no method of any kind, or as many of several.
    """
    near = [kind for kind in KINDS if any(_named(cls, kind))]
    names = ", ".join(kind.name for kind in KINDS)
    if not near:
        raise ConfigError(
            f"{cls.__name__} has no method of any kind of part; say which it is: --kind ({names})"
        )
    scores = {kind: _score(cls, kind) for kind in near}
    best = [kind for kind in near if scores[kind] == max(scores.values())]
    if len(best) > 1:
        several = " or ".join(kind.name for kind in best)
        raise ConfigError(f"{cls.__name__} may be {several}: say which it is, --kind {best[0].name}")
    return best[0]


def lacks(cls: type, kind: Kind) -> str:
    """Name the methods of its contract that a class has not, or that take other arguments; "" if none.

    >>> from smc.labels.direction import Direction
    >>> lacks(Direction, KINDS[0])
    'compute(bars) (Direction.compute takes bars, events, side, direction.py, line ...)'
    """
    return Interface(kind.name, contract_of(kind)).lacks(cls)


def _score(cls: type, kind: Kind) -> tuple[int, int]:
    """Return how many more members of a contract a class has by name than it lacks, and how many it has."""
    named = list(_named(cls, kind))
    return 2 * sum(named) - len(named), sum(named)


def _named(cls: type, kind: Kind) -> Iterator[bool]:
    """Tell of each member of a contract whether a class has one of that name."""
    protocol = contract_of(kind)
    members = [*methods_of(protocol), *attributes_of(protocol), *vars(protocol).get("__annotations__", {})]
    yield from (hasattr(cls, name) or name in _set_in_constructor(cls) for name in members)


def _set_in_constructor(cls: type) -> set[str]:
    inits = (getattr(vars(base).get("__init__"), "__code__", None) for base in cls.__mro__)
    return {name for code in inits if code for name in code.co_names}
