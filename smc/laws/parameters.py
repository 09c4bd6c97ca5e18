"""The law of what scikit-learn copies: constructor arguments are stored as they are, under their names."""

from collections.abc import Iterator
from typing import Any

from sklearn.base import clone

from smc.blame import place_of
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh


def parameter_faults(fresh: Fresh[Any]) -> Iterator[Fault]:
    """Name an argument that is not stored as it is, and one that a copy loses."""
    with fresh() as part:
        place = place_of(part, "__init__")
        try:
            before = part.get_params(deep=False)
            copy: Any = clone(part)
        except AttributeError as error:
            yield Fault("parameters", place, f"{error}: store each argument under its own name, unchanged")
            return
        except (RuntimeError, TypeError) as error:
            yield Fault("parameters", place, f"a copy is another: {error}")
            return
        after = copy.get_params(deep=False)
        for name, value in before.items():
            if type(value) is not type(after.get(name)) or not same(value, after[name]):
                yield Fault("parameters", place, f"a copy has {name}={after.get(name)!r}, not {value!r}")


def same(one: Any, other: Any) -> bool:
    """Tell whether two plain values are equal; of objects, whether they are of one class.

    >>> same([1, float("nan")], [1, float("nan")]), same(1, 2)
    (True, False)
    """
    plain = (int, float, str, bool, type(None), list, tuple, dict)
    return repr(one) == repr(other) if isinstance(one, plain) else type(one) is type(other)
