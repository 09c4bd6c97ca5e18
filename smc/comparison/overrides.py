"""The command line that a run was asked for with, read back from its folder."""

import json

from smc.artifact.moved_names import current_parameters
from smc.results import Run
from smc.typing import Config

COMMAND_LINE = "command line: "


def typed_overrides(run: Run) -> list[str]:
    """Return overrides that compose the run again: the option of each group, then what was typed for values.

    What a command line took away (``~key``) leaves no trace in a run and is not among them. An argument that
    has another name today is given that.
    """
    sources = json.loads((run.path / "sources.json").read_text(encoding="utf-8"))
    typed = [
        _renamed(source.removeprefix(COMMAND_LINE), run.config)
        for source in sources.values()
        if source.startswith(COMMAND_LINE)
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
