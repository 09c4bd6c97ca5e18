"""Which kind of part a class is, by the methods that it has."""

import importlib
from collections.abc import Iterator

from smc.config.interface import attributes_of, methods_of, missing_methods
from smc.errors import ConfigError
from smc.parts.kinds import KINDS, Kind


def contract_of(kind: Kind) -> type:
    """Import the protocol of a kind."""
    module, _, name = kind.contract.rpartition(".")
    return getattr(importlib.import_module(module), name)


def recognise(cls: type) -> Kind:
    """Return the kind whose contract a class satisfies, or comes nearest to.

    >>> from smc.labels.direction import Direction
    >>> recognise(Direction).name
    'label'

    Raises
    ------
    ConfigError
        It has no method of any kind, or as many of several.
    """
    whole = [kind for kind in KINDS if not missing_methods(cls, contract_of(kind))]
    near = whole or [kind for kind in KINDS if any(_named(cls, kind))]
    ranked = sorted(near, key=lambda kind: (_share(cls, kind), _n_members(kind)), reverse=True)
    names = ", ".join(kind.name for kind in KINDS)
    if not ranked:
        raise ConfigError(
            f"{cls.__name__} has no method of any kind of part; say which it is: --kind ({names})"
        )
    best = [kind for kind in ranked if _score(cls, kind) == _score(cls, ranked[0])]
    if len(best) > 1:
        several = " or ".join(kind.name for kind in best)
        raise ConfigError(f"{cls.__name__} may be {several}: say which it is, --kind {best[0].name}")
    return ranked[0]


def lacks(cls: type, kind: Kind) -> str:
    """Name the methods of its contract that a class has not, or that take other arguments; "" if none.

    >>> from smc.labels.direction import Direction
    >>> lacks(Direction, KINDS[0])
    'compute(bars)'
    """
    return ", ".join(missing_methods(cls, contract_of(kind)))


def _score(cls: type, kind: Kind) -> tuple[float, int]:
    return _share(cls, kind), _n_members(kind)


def _named(cls: type, kind: Kind) -> Iterator[bool]:
    """Tell of each member of a contract whether a class has one of that name."""
    protocol = contract_of(kind)
    members = [*methods_of(protocol), *attributes_of(protocol)]
    yield from (hasattr(cls, name) or name in _set_in_constructor(cls) for name in members)


def _set_in_constructor(cls: type) -> set[str]:
    code = getattr(cls.__init__, "__code__", None)
    return set(code.co_names) if code else set()


def _share(cls: type, kind: Kind) -> float:
    named = list(_named(cls, kind))
    return sum(named) / len(named)


def _n_members(kind: Kind) -> int:
    protocol = contract_of(kind)
    return len(methods_of(protocol)) + len(attributes_of(protocol))
