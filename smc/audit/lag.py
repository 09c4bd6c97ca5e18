"""Check (e): does what is known vanish one bar earlier?"""

import numpy as np

from smc.audit.audited_run import AuditedRun
from smc.audit.check import Finding
from smc.audit.concordance import chance_error, concordance
from smc.audit.null_scores import mean_concordance
from smc.audit.perturbations import lagged
from smc.audit.procedure import event_rows
from smc.laws.fault import Fault
from smc.training.dataset import Dataset
from smc.typing import OnProgress

LAGS = (0, 1, 2, 5)
#: A cliff: at least this far from chance at lag 0, and this share of it gone at lag 1.
LEAST, SHARE_LOST, N_ERRORS = 0.06, 0.6, 4.0


class Lag:
    """Score the pipeline and each feature with features of 1, 2 and 5 bars before.

    What a market gives away fades over bars; what a leak gives away is gone one bar earlier. A cliff is
    suspicious, no proof: a feature that marks a moment, such as a retest, has one, too.
    """

    name = "lag"
    question = "Is what the features know gone one bar earlier?"

    def run(self, audited: AuditedRun, on_progress: OnProgress) -> Finding:
        """Compute the lag curve."""
        data, curve = audited.recent, {}
        error = chance_error(data.events["label"].to_numpy(), data.events["weight"].to_numpy())
        for by in LAGS:
            on_progress(f"features {by} bars before")
            late = lagged(data, by)
            predictions = audited.real if by == 0 else audited.procedure.predict(late, audited.recent_plan)
            curve[by] = {"the pipeline": mean_concordance(late, predictions), **each_feature(late)}
        suspicions = [
            Fault(
                name if name == "the pipeline" else f"`{name}`",
                "lags 0, 1, 2, 5 bars",
                "scores " + ", ".join(f"{curve[by][name]:.3f}" for by in LAGS) + ": a cliff at lag 1",
            )
            for name in curve[0]
            if is_cliff(curve[0][name] - 0.5, curve[1][name] - 0.5, error)
        ]
        scores = [curve[by]["the pipeline"] for by in LAGS]
        return Finding.from_faults(
            self.name,
            f"{data.bars.shape[1]} features of {len(data.events)} events; the pipeline at lags 0, 1, 2, 5: "
            + ", ".join(f"{score:.3f}" for score in scores),
            suspicions=suspicions,
            remedy="Find out how a column knows at the close of bar t what it did not know one bar before.",
            figures={"curve": {str(by): scores for by, scores in curve.items()}},
        )


def each_feature(data: Dataset) -> dict[str, float]:
    """Return the concordance of each column with the labels; .5 where it says nothing."""
    labels, rows = data.events["label"].to_numpy(), event_rows(data)
    values = {name: concordance(labels, rows[name].to_numpy(dtype=np.float64)) for name in rows}
    return {str(name): 0.5 if np.isnan(value) else value for name, value in values.items()}


def is_cliff(now: float, before: float, error: float) -> bool:
    """Tell whether what is left of a distance from chance one bar earlier is little, beyond luck."""
    lost = abs(now - before)
    return abs(now) > LEAST and lost > SHARE_LOST * abs(now) and lost > N_ERRORS * error
