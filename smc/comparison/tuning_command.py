"""The command that looks for parameters where a run's own were not enough."""

import shlex
from functools import cache

from smc.cli import quoted
from smc.comparison.configs import typed_overrides
from smc.config.compose import compose_job
from smc.config.options import options
from smc.results import Run

#: Keys of a command line that the new one sets itself, or that name the old run.
OWN_KEYS = ("symbol", "tune", "space", "run", "retry")
BASELINE = "baseline"
SPLITS = "splits.json"
#: Groups whose option follows from that of another.
FOLLOWING = ("space", "tune", "experiment")


def tuning_command(run: Run) -> str | None:
    """Return the command line of a run, with a search for its model's parameters.

    None where its parameters were looked for already, or its model has no space (`conf/space`), or is the
    baseline, which is there to be beaten. Folds that learn from each other leave no first block: there each
    fit looks for itself.
    """
    choices = run.record.get("choices") or {}
    model = choices.get("model")
    if run.record.get("tuning") or model == BASELINE or model not in options("space"):
        return None
    usual = {f"{group}={option}" for group, option in _usual().items()}
    following = {f"{group}={choices.get(group)}" for group in FOLLOWING}
    typed = [
        override
        for override in typed_overrides(run)
        if override not in usual | following and override.partition("=")[0].partition(".")[0] not in OWN_KEYS
    ]
    symbols = list(map(quoted, run.record["bars"]))
    symbol = symbols[0] if len(symbols) == 1 else f"[{','.join(symbols)}]"
    scope = ["tune.scope=fold"] if run.has(SPLITS) and run.plan.is_two_sided else []
    words = [f"symbol={symbol}", *typed, "tune=tpe", *scope]
    return f"python -m smc.train {' '.join(map(shlex.quote, words))}"


@cache
def _usual() -> dict[str, str | None]:
    """Return the options of a command line without a word."""
    choices = compose_job([]).choices
    return {group: option for group, option in choices.items() if group != "model"}
