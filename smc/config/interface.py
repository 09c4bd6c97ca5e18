"""What a class must offer to stand in a group, read off the protocols of `smc.interfaces`."""

import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from smc import interfaces


class Interface:
    """What a run asks of the class of one group.

    Parameters
    ----------
    noun
        What such a class is called.
    protocols
        Of which it must satisfy one.
    """

    def __init__(self, noun: str, *protocols: type) -> None:
        self.noun, self.protocols = noun, protocols

    def lacks(self, cls: type) -> str:
        """Name the methods that a class has not, or that cannot be called as a run calls them; "" if none."""
        lacking = [missing_methods(cls, protocol) for protocol in self.protocols]
        named = (", ".join(_with_own(cls, method) for method in each) for each in lacking)
        return " or ".join(named) if all(lacking) else ""

    def missing_attributes(self, component: object) -> Iterator[str]:
        """Give the attributes that an object of such a class has not."""
        cls = type(component)
        for protocol in self.protocols:
            if len(self.protocols) == 1 or not missing_methods(cls, protocol):
                yield from (name for name in attributes_of(protocol) if not hasattr(component, name))


#: By group.
INTERFACES = {
    "data": Interface("source of bars", interfaces.DataSource),
    "features": Interface("set of features", interfaces.FeatureExtractor),
    "events": Interface("definition of events", interfaces.EventDetector),
    "labels": Interface("label", interfaces.Labeller),
    "cv": Interface("splitter", interfaces.Splitter),
    "feature_selection": Interface("feature selector", interfaces.FeatureSelector),
    "aug": Interface("sampler", interfaces.Resampler),
    "model": Interface("estimator", interfaces.Estimator),
    "tune": Interface("search for parameters", interfaces.Tuner),
    "calibrate": Interface("calibrator", interfaces.ProbabilityCalibrator),
    "evaluation": Interface("evaluation", interfaces.Evaluator),
    "ledger": Interface("ledger", interfaces.TrialLedger),
}

#: Of the classes in the map of a group.
IN_MAPS = {
    "monitor": Interface("watch", interfaces.FitWatch, interfaces.RecordWatch),
    "tracker": Interface("tracker", interfaces.RunTracker),
    "trainer": Interface("callback of Lightning", interfaces.TrainerCallback),
}


@cache
def methods_of(protocol: type) -> dict[str, tuple[str, ...]]:
    """Return the arguments that each method of a protocol takes by position, without `self`.

    >>> methods_of(interfaces.Labeller)
    {'compute': ('bars', 'events', 'side'), 'position': ('prediction',)}
    """
    return {name: _positional(member)[1:] for name, member in _members(protocol) if callable(member)}


@cache
def attributes_of(protocol: type) -> tuple[str, ...]:
    """Name the attributes of a protocol.

    >>> attributes_of(interfaces.Labeller)
    ('task', 'horizon')
    """
    return tuple(name for name, member in _members(protocol) if isinstance(member, property))


@cache
def missing_methods(cls: type, protocol: type) -> tuple[str, ...]:
    """Name the methods of a protocol that a class has not, or that take other arguments.

    >>> from smc.cv.walk_forward import WalkForward
    >>> missing_methods(WalkForward, interfaces.Splitter), missing_methods(WalkForward, interfaces.DataSource)
    ((), ('symbols()', 'load(symbol)'))
    """
    return tuple(
        f"{name}({', '.join(arguments)})"
        for name, arguments in methods_of(protocol).items()
        if not _takes(cls, name, len(arguments))
    )


def _with_own(cls: type, method: str) -> str:
    """Say beside a method of a contract what the class has under that name instead, and where.

    >>> class Mine:
    ...     def load(self): ...
    >>> _with_own(Mine, "load(symbol)")
    'load(symbol) (Mine.load takes no argument, ...)'
    """
    name = method.partition("(")[0]
    own = getattr(cls, name, None)
    if not callable(own):
        return method
    try:
        taken = list(inspect.signature(own).parameters)
        place = f"{Path(inspect.getsourcefile(own) or '').name}, line {inspect.getsourcelines(own)[1]}"
    except (OSError, TypeError, ValueError):  # compiled, or of a notebook
        return method
    said = ", ".join(name for name in taken if name != "self") or "no argument"
    return f"{method} ({cls.__name__}.{name} takes {said}, {place})"


def _members(protocol: type) -> Iterator[tuple[str, object]]:
    """Give the public members of a protocol, its own before those of the protocols that it extends."""
    for base in protocol.__mro__:
        if base.__module__ == protocol.__module__:
            yield from ((name, member) for name, member in vars(base).items() if not name.startswith("_"))


def _positional(method: object) -> tuple[str, ...]:
    parameters = inspect.signature(method).parameters.values()  # type: ignore[arg-type]
    return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)


def _takes(cls: type, name: str, n_arguments: int) -> bool:
    """Tell whether a class has a method that takes so many arguments by position."""
    method = getattr(cls, name, None)
    if not callable(method):
        return False
    is_bound = isinstance(inspect.getattr_static(cls, name), classmethod | staticmethod)
    n_given = n_arguments + (not is_bound)
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):  # compiled, and silent about what it takes
        return True
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    n_needed = sum(p.default is p.empty for p in positional)
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return n_needed <= n_given and (n_given <= len(positional) or takes_any)
