"""Two configurations: the values that make them ask for different figures, and what was typed for one."""

from smc.artifact.moved_names import current_parameters
from smc.outside.secrets import hidden, is_hidden
from smc.results import Run
from smc.results.identity import NOT_OF_FIT, NOT_OF_RUN
from smc.results.plain import leaves
from smc.typing import Config

ABSENT = "(absent)"
COMMAND_LINE = "command line: "


def effective(config: Config) -> dict[str, object]:
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


def differences(one: Config, other: Config) -> list[tuple[str, object, object]]:
    """List path, value in one and value in the other for each effective value that differs, but for secrets.

    >>> differences({"seed": 0, "cv": {"n_splits": 5}}, {"seed": 0, "cv": {"n_splits": 6, "gap_size": 1}})
    [('cv.gap_size', '(absent)', 1), ('cv.n_splits', 5, 6)]
    """
    first, second = effective(hidden(one)), effective(hidden(other))
    paths = sorted(first.keys() | second.keys())
    pairs = [(path, first.get(path, ABSENT), second.get(path, ABSENT)) for path in paths]
    return [
        (path, a, b)
        for path, a, b in pairs
        if (type(a) is not type(b) or a != b) and not (is_hidden(a) or is_hidden(b))
    ]


def typed_overrides(run: Run) -> list[str]:
    """Return overrides that compose the run again: the option of each group, then what was typed for values.

    What a command line took away (``~key``) leaves no trace in a run and is not among them. An argument that
    has another name today is given that. Secrets are not among them either.
    """
    typed = [
        _renamed(source.removeprefix(COMMAND_LINE), run.config)
        for source in run.sources.values()
        if source.startswith(COMMAND_LINE) and not is_hidden(source)
    ]
    choices = {group: option for group, option in run.record["choices"].items() if option is not None}
    return [*(f"{group}={option}" for group, option in choices.items()), *dict.fromkeys(typed)]


def _renamed(override: str, config: Config) -> str:
    """Give the argument that an override sets the name that its class gives it today.

    >>> config = {"calibrate": {"_target_": "smc.calibrate.sigmoid.Sigmoid", "part_frac": 0.3}}
    >>> _renamed("calibrate.part_frac=0.3", config), _renamed("+seed=1", config)
    ('calibrate.calibration_frac=0.3', '+seed=1')
    """
    key, equals, value = override.partition("=")
    section, _, name = key.rpartition(".")
    node: object = config
    for step in section.lstrip("+~").split("."):
        node = node.get(step) if isinstance(node, dict) else None
    if not isinstance(node, dict):
        return override
    (today,) = current_parameters(str(node.get("_target_")), {name: value})
    return f"{section}.{today}{equals}{value}"
