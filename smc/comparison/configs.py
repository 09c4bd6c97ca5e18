"""Two configurations: the values that make them ask for different figures."""

from typing import Any

from smc.results.identity import NOT_OF_FIT, NOT_OF_RUN
from smc.results.plain import leaves
from smc.typing import Config

ABSENT = "(absent)"


def effective(config: Config) -> dict[str, Any]:
    """Return the leaves that a run's figures depend on, by dotted path.

    Where and on what a run is carried out is no part of them, nor is a profile, whose values stand where the
    model reads them.

    >>> effective({"seed": 0, "model": {"C": 1.0, "n_jobs": 2}, "paths": {"output": "outputs"}})
    {'seed': 0, 'model.C': 1.0}
    """
    return {
        path: value
        for path, value in leaves(config)
        if path.partition(".")[0] not in NOT_OF_RUN and path.rpartition(".")[2] not in NOT_OF_FIT
    }


def differences(one: Config, other: Config) -> list[tuple[str, Any, Any]]:
    """List path, value in one and value in the other for each effective value that differs.

    >>> differences({"seed": 0, "cv": {"n_splits": 5}}, {"seed": 0, "cv": {"n_splits": 6, "gap_size": 1}})
    [('cv.gap_size', '(absent)', 1), ('cv.n_splits', 5, 6)]
    """
    first, second = effective(one), effective(other)
    paths = sorted(first.keys() | second.keys())
    pairs = [(path, first.get(path, ABSENT), second.get(path, ABSENT)) for path in paths]
    return [(path, a, b) for path, a, b in pairs if type(a) is not type(b) or a != b]
