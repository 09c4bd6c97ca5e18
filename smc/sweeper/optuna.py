"""A search by Optuna over whole runs."""

from functools import partial
from typing import Any

from smc.arguments import check_choice, check_positive, check_positive_or_none
from smc.sweeper.objective import DIRECTIONS

#: Samplers that keep nothing from one trial to the next but the trials themselves: whoever goes on with a
#: study asks as the process that was ended would have asked.
SAMPLERS = ("TPESampler", "GPSampler", "RandomSampler")


class Optuna:
    """Search batch by batch for what makes a figure best that a run has out of fold.

    Parameters
    ----------
    sampler
        One of `SAMPLERS`, as a partial: each trial is drawn with a seed of its own.
    n_trials
        Of the study, whoever carries them out.
    batch_size
        Trials that are asked for together, before any of them is scored: each batch is a round.
    objective
        One of `smc.sweeper.objective.DIRECTIONS`; None: log_loss, of a regression mse.
    seed
        The same seed asks for the same trials.
    max_minutes
        No batch begins later; None: all do.
    storage
        A path or a URL of SQLite or PostgreSQL; None: ``tuning.sqlite`` in the output folder.
    """

    def __init__(
        self,
        sampler: Any,
        *,
        n_trials: int = 50,
        batch_size: int = 10,
        objective: str | None = None,
        seed: int = 0,
        max_minutes: float | None = None,
        storage: str | None = None,
    ) -> None:
        check_positive("n_trials", n_trials)
        check_positive("batch_size", batch_size)
        check_positive_or_none(max_minutes=max_minutes)
        if objective is not None:
            check_choice("objective", objective, tuple(DIRECTIONS))
        if not isinstance(sampler, partial):
            raise ValueError("`sampler._partial_` must be true: each trial has a seed of its own")
        name = sampler.func.__name__
        if name not in SAMPLERS:
            raise ValueError(
                f"`sampler` must be one of {', '.join(SAMPLERS)}, got {name}: what it learns it keeps to "
                "itself, and a search that goes on in another process would begin anew"
            )
        self.sampler, self.objective, self.seed = sampler, objective, seed
        self.n_trials, self.batch_size = n_trials, min(batch_size, n_trials)
        self.max_minutes, self.storage = max_minutes, storage

    @property
    def n_rounds(self) -> int:
        """Batches that the trials make.

        >>> Optuna(partial(object), n_trials=1)
        Traceback (most recent call last):
        ...
        ValueError: `sampler` must be one of TPESampler, GPSampler, RandomSampler, got object: ...
        """
        return -(-self.n_trials // self.batch_size)
