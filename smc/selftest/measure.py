"""One symbol, from its bars to a row of measurements."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from smc.errors import SmcError
from smc.results.plain import to_plain
from smc.selftest.configuration import Configuration
from smc.selftest.scenario import Scenario
from smc.selftest.simulated_run import SYMBOL, SimulatedRun, carry_out
from smc.selftest.truths import best_on_test, held_against, true_odds
from smc.selftest.verdicts import RULES, judge, plain_verdict, smallest_p_value
from smc.training.dataset import make_dataset

#: What one symbol gave, plain data.
Row = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """One symbol to be measured.

    Attributes
    ----------
    seed
        Of the market.
    configurations
        On the scenario's markets.
    """

    scenario: Scenario
    seed: int
    configurations: Sequence[Configuration]
    rules: Mapping[str, Any] = field(default_factory=lambda: RULES)


def measure(task: Task) -> Row:
    """Carry out all configurations on one symbol, judge them, and hold them against the truth.

    A symbol none of whose runs can be carried out gives a row that says why.
    """
    began = time.perf_counter()
    first = task.configurations[0]
    market, failures = first.market(task.seed), {}
    bars = market.load(SYMBOL)
    try:
        data = make_dataset({SYMBOL: bars}, first.components)
    except SmcError as error:
        return {"seed": task.seed, "failures": {"events": str(error)}}
    runs = list(carry_out(bars, data, task.configurations, failures))
    if not runs:
        return {"seed": task.seed, "failures": failures}
    verdicts = judge(runs, task.rules, len(task.configurations))
    odds = true_odds(market, data, first.config["labels"], runs)
    row = {
        "seed": task.seed,
        "verdicts": {name: plain_verdict(verdict) for name, verdict in verdicts.items()},
        "smallest_p_value": {name: smallest_p_value(verdict) for name, verdict in verdicts.items()},
        "n_events": len(data.events),
        "fits": {run.configuration.name: _fit(run, odds) for run in runs},
        "best_possible": best_on_test(odds, runs),
        "failures": failures,
        "seconds": round(time.perf_counter() - began, 1),
    }
    return to_plain(row)[0]


def _fit(run: SimulatedRun, odds: pd.DataFrame) -> dict[str, Any]:
    """Return the figures of one run."""
    record = run.record
    scores = {part: record.get(f"{part}_metrics") or {} for part in ("out_of_fold", "val", "test")}
    return {
        "gap": record["history"]["train_val_gap"],
        "accuracy": {part: table.get("accuracy") for part, table in scores.items()},
        "log_loss_skill": {part: table.get("log_loss_skill") for part, table in scores.items()},
        "intervals": held_against(run, odds),
    }
