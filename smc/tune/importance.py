"""How much of what the losses of a search vary by each parameter explains."""

import numpy as np
import optuna
from optuna.importance import FanovaImportanceEvaluator
from optuna.trial import TrialState

#: Finished trials under which a forest over them says nothing.
LEAST_TRIALS = 10
#: Of that forest: more make it slower, and change the second digit.
N_TREES = 32


def importances(study: optuna.Study) -> dict[str, float] | None:
    """Return the share of the losses' variance that each parameter explains alone, the largest first.

    A forest is fitted to the finished trials (functional ANOVA). What parameters explain together is not
    told, and a share is that of the space that was looked at: in a narrower one another may matter. None
    where fewer than `LEAST_TRIALS` finished, all came to the same, or there are several objectives.

    References
    ----------
    Hutter, Hoos and Leyton-Brown (2014), "An efficient approach for assessing hyperparameter importance",
    ICML.
    """
    if len(study.directions) > 1:
        return None
    finished = [trial.value for trial in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))]
    losses = np.array(finished, dtype=np.float64)
    if len(losses) < LEAST_TRIALS or not np.ptp(losses[np.isfinite(losses)]) > 0:
        return None
    forest = FanovaImportanceEvaluator(n_trees=N_TREES, seed=0)
    shares = forest.evaluate(study)  # `get_param_importances` divides by their sum
    return {name: float(shares[name]) for name in sorted(shares, key=lambda name: -shares[name])}
