"""Samplers of Optuna: what each needs of the space that it looks in, and what it cannot do."""

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from importlib.util import find_spec
from typing import Any, TypeAlias

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler, CmaEsSampler

from smc.errors import ConfigError, install
from smc.tune.space import path_of
from smc.tune.study import new_study

#: A sampler, or what makes one of a grid's points (`optuna.samplers.GridSampler`).
Sampler: TypeAlias = BaseSampler | Callable[..., BaseSampler]


def sampler_of(given: Sampler, space: Mapping[str, BaseDistribution]) -> BaseSampler:
    """Return a sampler that has seen nothing yet."""
    if isinstance(given, BaseSampler):
        return copy.deepcopy(given)
    return given(search_space={name: points(name, where) for name, where in space.items()})


def n_points(given: Sampler, space: Mapping[str, BaseDistribution]) -> int | None:
    """Return how many points a grid has; None of a sampler that is not told them."""
    if isinstance(given, BaseSampler):
        return None
    return math.prod(len(points(name, where)) for name, where in space.items())


def points(name: str, where: BaseDistribution) -> list[Any]:
    """List the values of a parameter on a grid: choices, whole numbers, or a range by its step.

    Raises
    ------
    ConfigError
        A range has no step.

    >>> points("depth", IntDistribution(2, 8, step=3)), points("share", FloatDistribution(0.1, 0.4, step=0.1))
    ([2, 5, 8], [0.1, 0.2, 0.3, 0.4])
    """
    if isinstance(where, CategoricalDistribution):
        return list(where.choices)
    if isinstance(where, IntDistribution) and not where.log:
        return list(range(where.low, where.high + 1, where.step))
    if isinstance(where, FloatDistribution) and where.step is not None:
        low, step = Decimal(str(where.low)), Decimal(str(where.step))
        count = int((Decimal(str(where.high)) - low) / step)
        return [float(low + number * step) for number in range(count + 1)]
    path = path_of(name)
    raise ConfigError(
        f"{path}: a grid needs points, and a range {'by logarithms' if _is_log(where) else 'without a step'} "
        f"has none; write +{path}.choices=[...]" + ("" if _is_log(where) else f" or +{path}.step=...")
    )


def problems(
    given: Sampler, space: Mapping[str, BaseDistribution], n_objectives: int, n_trials: int
) -> Iterator[str]:
    """Say why a sampler cannot look in a space, or for so many objectives."""
    if isinstance(given, CmaEsSampler):
        n_ranges = sum(not isinstance(where, CategoricalDistribution) for where in space.values())
        if find_spec("cmaes") is None:
            yield f"tune.sampler: CmaEsSampler needs cmaes, which is not installed; {install('tune')}"
        if n_ranges < 2:
            yield (
                "tune.sampler: CmaEsSampler adapts two ranges or more to each other, and space has "
                f"{n_ranges}; take tune=tpe"
            )
    try:
        count = n_points(given, space)
        if count is not None and count + 1 > n_trials:
            yield (
                f"space: the grid has {count} points, and tune.n_trials={n_trials} is too few for the start "
                f"and all of them; set tune.n_trials={count + 1}, or write fewer choices or larger steps"
            )
        elif n_objectives > 1 and not _takes_several(given, space, n_objectives):
            yield (
                f"tune.objective: {type(given).__name__} looks for one objective, got {n_objectives}; "
                "take tune=nsga2, or one of them"
            )
    except ConfigError as error:
        yield str(error)


def _is_log(where: BaseDistribution) -> bool:
    return bool(getattr(where, "log", False))


def _takes_several(given: Sampler, space: Mapping[str, BaseDistribution], n_objectives: int) -> bool:
    """Ask a sampler for a trial of several objectives, which one that knows a single one refuses."""
    try:
        new_study(sampler_of(given, space), n_objectives).ask(dict(space))
    except ValueError:
        return False
    return True
