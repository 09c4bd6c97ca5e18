"""What is wrong with where parameters are looked for, and by what, before anything is loaded."""

from collections.abc import Iterator, Mapping
from typing import Any

from smc.config.suggest import suggest
from smc.cv.base import TwoSidedSplitter
from smc.errors import ConfigError
from smc.tune.block import TWO_SIDED
from smc.typing import Config

#: Arguments of a model that are no parameters: how it runs, what it is asked, what its inputs are cut to.
NOT_TUNED = frozenset({"seed", "random_state", "n_jobs", "task", "lookback", "members"})


def space_problems(config: Config, built: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with a search; nothing is, where none is made.

    Parameters
    ----------
    built
        The object of each group, as far as it could be built.
    """
    if "model" not in built or not getattr(built.get("tune"), "is_on", False):
        return
    from smc.tune.space import distributions, flat  # and with it Optuna, which no other run needs

    model, tuner, space = built["model"], built["tune"], flat(config["space"])
    if tuner.scope == "first_block" and isinstance(built.get("cv"), TwoSidedSplitter):
        yield TWO_SIDED
    if not any(entry is not None for entry in space.values()):
        yield (
            f"space: names no parameter of {type(model).__name__} to look for; write one, such as "
            "+space.max_depth.low=3 +space.max_depth.high=6, or set tune=none"
        )
        return
    unknown = dict(_parameter_problems(model, space))
    yield from unknown.values()
    try:
        where = distributions({name: entry for name, entry in space.items() if name not in unknown})
    except ConfigError as error:
        yield str(error)
        return
    if "labels" in built and not unknown:
        yield from tuner.problems(where, built["labels"].task)


def _parameter_problems(model: Any, space: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name the parameters that a model, or a part of it, has not, or that are none to look for."""
    from smc.tune.space import path_of

    parts = {"": model, **model.get_params()}
    for parameter in space:
        place, _, name = parameter.rpartition("__")
        if not hasattr(parts.get(place), "get_params"):
            place, name = "", parameter.partition("__")[0]
        part = parts[place]
        known = part.get_params(deep=False).keys() | getattr(part, "members", {}).keys()
        if name in NOT_TUNED:
            told = f"says how {type(part).__name__} runs, and is no parameter to look for"
        elif name not in known:
            told = f"no such argument of {type(part).__name__}{suggest(name, known - NOT_TUNED)}"
        else:
            continue
        yield parameter, f"{path_of(parameter)}: {told}"
