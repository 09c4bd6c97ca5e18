"""The command line that a run was asked for with, read back from its folder."""

import json

from smc.results import Run

COMMAND_LINE = "command line: "


def typed_overrides(run: Run) -> list[str]:
    """Return overrides that compose the run again: the option of each group, then what was typed for values.

    What a command line took away (``~key``) leaves no trace in a run and is not among them.
    """
    sources = json.loads((run.path / "sources.json").read_text(encoding="utf-8"))
    typed = [each.removeprefix(COMMAND_LINE) for each in sources.values() if each.startswith(COMMAND_LINE)]
    choices = {group: option for group, option in run.record["choices"].items() if option is not None}
    return [*(f"{group}={option}" for group, option in choices.items()), *dict.fromkeys(typed)]
