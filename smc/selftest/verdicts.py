"""What each rule of selection makes of the runs of one symbol."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from smc.selection.candidate import SymbolTrials
from smc.selection.candidates import candidates_of
from smc.selection.classic import Classic
from smc.selection.honest import Honest
from smc.selection.market import market_of
from smc.selection.verdict import Verdict
from smc.selftest.simulated_run import SYMBOL, SimulatedRun
from smc.training.evidence import columns_of

#: The rule that has to keep its promises, and the one beside it.
RULES: Mapping[str, Any] = {"honest": Honest(), "classic": Classic()}


def judge(runs: Sequence[SimulatedRun], rules: Mapping[str, Any], n_trials: int) -> dict[str, Verdict]:
    """Return the verdict of every rule.

    Each symbol is judged for itself: Benjamini and Hochberg's procedure over several symbols would refuse
    more, so that the errors of a sweep are no more frequent than these.

    Parameters
    ----------
    n_trials
        All that was tried, whether it ended in a run or not.
    """
    verdicts = {}
    for name, rule in rules.items():
        candidates = [
            candidate
            for run in runs
            for candidate in candidates_of(run.run_id, run.record, run.predictions, run.returns)
        ]
        two_sided = any(run.two_sided for run in runs)
        evidence = {
            run.run_id: (rows, values.astype(np.float64))
            for run in runs
            for _, rows, values in columns_of(run.evidence)
        }
        market = market_of(SYMBOL, candidates, n_trials=n_trials, two_sided=two_sided, evidence=evidence)
        (verdicts[name],) = rule.select([SymbolTrials(SYMBOL, candidates, market)])
    return verdicts


def plain_verdict(verdict: Verdict) -> dict[str, Any]:
    """Return what is kept of a verdict, as plain data."""
    chosen, gate = verdict.candidate, verdict.decided_by
    return {
        "verdict": verdict.verdict,
        "decided_by": gate.name if gate else None,
        "candidate": chosen.run_id if chosen else None,
        "test_accuracy": chosen.test.accuracy if chosen and chosen.test else None,
        "p_value": (verdict.evidence.get("p_values") or {}).get("corrected"),
    }


def smallest_p_value(verdict: Verdict) -> float | None:
    """Return Romano and Wolf's p-value of the best trial of the panel; None from a rule that has none.

    Of the panel's best, whichever gates it passes: the candidate's own p-value is that of a chosen one, and
    larger where a gate before the test refuses the best.
    """
    p_values = [row["p_value"] for row in verdict.comparison if row.get("p_value") is not None]
    return min(p_values, default=None)
