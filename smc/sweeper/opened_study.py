"""The study that a command line is about."""

from pathlib import Path
from typing import TYPE_CHECKING

from smc.config.command import Command
from smc.config.job import Job
from smc.fingerprint import content_hash
from smc.launcher.loaded_bars import LoadedBars
from smc.results import trial_hash
from smc.sweeper.objective import direction
from smc.sweeper.optuna import Optuna
from smc.trials.place import read_place

if TYPE_CHECKING:
    from smc.tune.kept_study import KeptStudy

STORAGE_KEY, FILE = "hydra.sweeper.storage", "tuning.sqlite"


def opened_study(command: Command, settings: Optuna, sample: Job, bars: LoadedBars) -> "KeptStudy":
    """Open the study of a search; another space, question, data or code is another study.

    Parameters
    ----------
    sample
        One of its runs.
    """
    from smc.tune.kept_study import KeptStudy
    from smc.tune.space import distribution
    from smc.tune.study_storage import StudyStorage

    config, space = sample.config, command.space
    prints = bars.fingerprints(config)
    asked = {
        "trial": trial_hash({**config, "symbol": list(prints)}),
        "data": prints,
        "seeds": [config["seed"], settings.seed],
        "space": dict(space.entries),
        "objective": settings.objective,
        "sampler": [settings.sampler.func.__name__, settings.sampler.keywords],
    }
    typed = settings.storage
    place = Path(config["paths"]["output"], FILE) if typed is None else read_place(typed, STORAGE_KEY)
    return KeptStudy(
        StudyStorage(place, STORAGE_KEY),
        f"{sample.choices.get('model') or 'search'}-{content_hash(asked)[:8]}",
        space={key: distribution(entry) for key, entry in space.entries.items()},
        direction=direction(settings.objective),
        sampler=settings.sampler,
        seed=settings.seed,
        facts={"command": command.shown_overrides, "objective": settings.objective or "loss"},
    )
