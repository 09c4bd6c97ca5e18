"""What a search makes best: a figure that a run has out of fold, and in which direction it is better."""

import math
from typing import Literal

import numpy as np

from smc.report.figures import Figures
from smc.results import Run

MINIMIZE: Literal["minimize"] = "minimize"
MAXIMIZE: Literal["maximize"] = "maximize"
#: By name, as in ``run.json`` and `smc.runs`.
DIRECTIONS: dict[str, Literal["minimize", "maximize"]] = {
    **dict.fromkeys(("log_loss", "weighted_log_loss", "brier", "mse", "mae"), MINIMIZE),
    **dict.fromkeys(("return_coefficient", "skill", "accuracy", "balanced_accuracy"), MAXIMIZE),
    **dict.fromkeys(("weighted_accuracy", "f1_score", "mcc", "auc", "r2"), MAXIMIZE),
    **dict.fromkeys(("sharpe", "sortino", "calmar", "win_rate", "mean_return"), MAXIMIZE),
}
#: Without a name, by task.
DEFAULT = {"classification": "log_loss", "regression": "mse"}
OUT_OF_FOLD = "out_of_fold"


def direction(name: str | None) -> Literal["minimize", "maximize"]:
    """Tell whether less of a figure is better.

    >>> direction(None), direction("sharpe")
    ('minimize', 'maximize')
    """
    return MINIMIZE if name is None else DIRECTIONS[name]


def value_of(run: Run, name: str | None) -> float | None:
    """Return a figure of a run out of fold; None where it has none that is finite.

    An event of which a run says nothing counts as 0 in its return coefficient, as it does in the ledger.
    """
    record = run.record
    name = name or DEFAULT[record["task"]]
    figures = Figures(record)
    if name == "return_coefficient":
        evidence = run.evidence
        found = None if evidence is None else float(np.nan_to_num(evidence["value"].to_numpy()).mean())
    elif name == "skill":
        metrics = figures.metrics(OUT_OF_FOLD)
        found = metrics.get("log_loss_skill", metrics.get("mse_skill"))
    else:
        found = figures.metrics(OUT_OF_FOLD).get(name, figures.financial(OUT_OF_FOLD).get(name))
    return found if isinstance(found, int | float) and math.isfinite(found) else None
