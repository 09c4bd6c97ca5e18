"""Where parameters are looked for, as a configuration writes it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from smc.errors import ConfigError

#: A parameter's value: a number, a word, a flag, nothing, or a list of numbers.
Value: TypeAlias = Any
RANGE, CHOICES = {"low", "high", "log", "step"}, {"choices"}


def flat(space: Mapping[str, Any]) -> dict[str, Any]:
    """Name the parameters of parts as scikit-learn does: those of a member, or of a meta-model.

    >>> flat({"C": {"low": 1, "high": 2}, "xgboost": {"max_depth": {"low": 3, "high": 6}}})
    {'C': {'low': 1, 'high': 2}, 'xgboost__max_depth': {'low': 3, 'high': 6}}
    """
    found: dict[str, Any] = {}
    for name, entry in space.items():
        if isinstance(entry, Mapping) and entry and not set(entry) & (RANGE | CHOICES):
            found |= {f"{name}__{inner}": value for inner, value in flat(entry).items()}
        else:
            found[name] = entry
    return found


def path_of(parameter: str) -> str:
    """Return where a parameter stands in a configuration.

    >>> path_of("xgboost__max_depth")
    'space.xgboost.max_depth'
    """
    return f"space.{parameter.replace('__', '.')}"


def distributions(space: Mapping[str, Any]) -> dict[str, BaseDistribution]:
    """Read a space: ``{low, high}``, with ``log`` or ``step``, or ``{choices}``; None is left out.

    Where choices stand beside a range, they are meant: what is typed is added to what an option has. Lists
    among choices are told by their text, see `values`.

    Raises
    ------
    ConfigError
        A range that holds nothing; all of them at once.

    Examples
    --------
    >>> distributions({"depth": {"low": 3, "high": 10}})
    {'depth': IntDistribution(high=10, log=False, low=3, step=1)}
    >>> distributions({"rate": {"low": 0.01, "high": 0.3, "log": True}, "dims": {"choices": [[8], [8, 4]]}})
    {'rate': FloatDistribution(high=0.3, log=True, low=0.01, step=None),
     'dims': CategoricalDistribution(choices=('[8]', '[8, 4]'))}
    """
    found: dict[str, BaseDistribution] = {}
    problems: list[str] = []
    for name, entry in flat(space).items():
        if entry is None:
            continue
        try:
            found[name] = distribution(entry)
        except ValueError as error:
            problems.append(f"{path_of(name)}: {error}")
    if problems:
        raise ConfigError("\n".join(problems))
    return found


def distribution(entry: object) -> BaseDistribution:
    """Read one entry of a space.

    Raises
    ------
    ValueError
        It holds nothing.

    >>> distribution({"low": 0.1, "high": 0.7, "step": 0.2})
    FloatDistribution(high=0.7, log=False, low=0.1, step=0.2)
    """
    if not isinstance(entry, Mapping):
        raise ValueError(f"write {{low: 1, high: 10}} or {{choices: [a, b]}}, got {entry}")
    keys = set(entry)
    if keys >= CHOICES and not keys - CHOICES - RANGE:
        return _choices(entry["choices"])
    if not {"low", "high"} <= keys or keys - RANGE:
        raise ValueError(f"write {{low, high}} with log or step, or {{choices}} alone, got {sorted(keys)}")
    low, high, log, step = entry["low"], entry["high"], bool(entry.get("log")), entry.get("step")
    if not all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in (low, high)):
        raise ValueError(f"low and high must be numbers, got {low} and {high}")
    if not low < high:
        raise ValueError(f"low must be under high, got {low} and {high}")
    if step is not None and not _is_whole(low, high, step):
        raise ValueError(f"steps must be positive and lead from low to high, got {step} from {low} to {high}")
    if log and (low <= 0 or step is not None):
        raise ValueError(f"log needs a low above 0 and no step, got low {low}, step {step}")
    if isinstance(low, int) and isinstance(high, int):
        return IntDistribution(low, high, log=log, step=1 if step is None else step)
    return FloatDistribution(low, high, log=log, step=step)


def _is_whole(low: float, high: float, step: object) -> bool:
    """Tell whether some steps, as they are written, lead from one number to another."""
    if not isinstance(step, int | float) or isinstance(step, bool) or not step > 0:
        return False
    return (Decimal(str(high)) - Decimal(str(low))) % Decimal(str(step)) == 0


def _choices(values: object) -> BaseDistribution:
    if not isinstance(values, list) or len(values) < 2:
        raise ValueError(f"choices needs a list of two or more, got {values}")
    return CategoricalDistribution([str(value) if isinstance(value, list) else value for value in values])


def values(space: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Value]:
    """Return parameters as a model takes them: of lists that were told by their text, the lists.

    >>> values({"dims": {"choices": [[64], [128, 64]]}}, {"dims": "[128, 64]", "rate": 0.1})
    {'dims': [128, 64], 'rate': 0.1}
    """
    lists = {
        name: {str(value): value for value in entry["choices"] if isinstance(value, list)}
        for name, entry in space.items()
        if isinstance(entry, Mapping) and "choices" in entry
    }
    return {name: lists.get(name, {}).get(value, value) for name, value in chosen.items()}


def at_the_edge(chosen: Mapping[str, Any], found: Mapping[str, BaseDistribution]) -> list[str]:
    """Name the parameters whose value is one of the bounds of its range: the best may lie outside.

    >>> found = {"depth": IntDistribution(3, 10), "rate": FloatDistribution(0, 1)}
    >>> at_the_edge({"depth": 10, "rate": 0.1}, found)
    ['depth']
    """
    return [
        name
        for name, distribution in found.items()
        if isinstance(distribution, IntDistribution | FloatDistribution)
        and chosen[name] in (distribution.low, distribution.high)
    ]
