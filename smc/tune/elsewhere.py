"""Studies of Optuna's that were made without smc: what was tried in them, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import optuna
from optuna.trial import FrozenTrial, TrialState

from smc.errors import ConfigError, DataError
from smc.tune.kept_study import RUN
from smc.tune.quiet import quiet
from smc.tune.study_storage import StudyStorage


@dataclass(frozen=True)
class TriedElsewhere:
    """A trial of a study.

    Attributes
    ----------
    name
        Of the study, the number of the trial, and when it began: the same wherever the study is copied.
    begun
        When it was asked for, by the clock of its machine (ISO 8601).
    together
        Name of its round: what was asked for before anything asked for earlier in it was known.
    run_id
        The run of smc that it is, if it is one.
    """

    name: str
    begun: str
    together: str
    run_id: str | None


def tried_in(storage: StudyStorage, study: str | None = None) -> list[TriedElsewhere]:
    """Read the trials of a study, as far as they were begun; nothing is written.

    Parameters
    ----------
    study
        Its name; None: the only one that is there.

    Raises
    ------
    ConfigError
        There are several, or none of that name.
    DataError
        There is no study at all.
    """
    with storage.named_errors(), quiet():
        names = sorted(each.study_name for each in storage.optuna.get_all_studies())
        if not names:
            raise DataError(f"{storage}: holds no study")
        if study is None and len(names) > 1:
            raise ConfigError(f"{storage}: holds several studies; choose one by --study ({', '.join(names)})")
        if study is not None and study not in names:
            raise ConfigError(f"--study {study}: {storage} holds no such study ({', '.join(names)})")
        name = study or names[0]
        trials = optuna.load_study(study_name=name, storage=storage.optuna).get_trials(deepcopy=False)
    return _dated(name, [trial for trial in trials if trial.state != TrialState.WAITING])


def _dated(study: str, trials: Sequence[FrozenTrial]) -> list[TriedElsewhere]:
    """Put trials into rounds: one begins with the first that was asked for after another of it was known.

    A trial that a pruner ended, or that failed, was seen as well: it was known when it ended.
    """
    told: list[TriedElsewhere] = []
    ends: list[datetime] = []
    first: datetime | None = None
    for trial, begun in sorted(((trial, _begun(trial)) for trial in trials), key=lambda pair: pair[1]):
        if first is None or any(first < end <= begun for end in ends):
            first = begun
        ends += [trial.datetime_complete] if trial.datetime_complete else []
        stamp = begun.isoformat()
        run_id = trial.user_attrs.get(RUN)
        told.append(
            TriedElsewhere(
                f"optuna/{study}/{trial.number}/{stamp}",
                stamp,
                f"optuna/{study}/{first.isoformat()}",
                run_id if isinstance(run_id, str) else None,
            )
        )
    return told


def _begun(trial: FrozenTrial) -> datetime:
    return trial.datetime_start or datetime(1970, 1, 1)
