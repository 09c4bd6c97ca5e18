"""Studies in memory, of which Optuna says nothing: what is worth saying stands in the run."""

import optuna
from optuna.samplers import BaseSampler
from optuna.study import StudyDirection
from optuna.trial import TrialState

from smc.tune.attempt import FAILED, PRUNED, Attempt
from smc.tune.quiet import quiet


def new_study(sampler: BaseSampler, n_objectives: int = 1) -> optuna.Study:
    """Return a study of objectives that are all to be small; Optuna stays as loud as it was."""
    with quiet():
        return optuna.create_study(sampler=sampler, directions=[StudyDirection.MINIMIZE] * n_objectives)


def tell(study: optuna.Study, trial: optuna.Trial, attempt: Attempt) -> None:
    """Tell the sampler; of a pruned trial what it had come to, as far as Optuna takes that.

    It does of one objective. A grid that is walked through asks `Study.stop`, which only `Study.optimize`
    understands: Optuna says of its grid that it raises here.
    """
    for name, excess in attempt.judged[-1].excess.items() if attempt.judged else ():
        trial.set_constraint(name, excess)
    try:
        if attempt.status == FAILED:
            study.tell(trial, state=TrialState.FAIL)
        elif attempt.status == PRUNED:
            if len(study.directions) == 1:
                trial.report(attempt.loss, len(attempt.losses))
            study.tell(trial, state=TrialState.PRUNED)
        else:
            study.tell(trial, list(attempt.values.values()))
    except RuntimeError:
        is_exhausted = getattr(study.sampler, "is_exhausted", None)
        if is_exhausted is None or not is_exhausted(study):
            raise
