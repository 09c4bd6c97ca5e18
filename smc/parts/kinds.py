"""The kinds of parts that a configuration has room for: the one list of them, which imports nothing slow."""

from dataclasses import dataclass
from difflib import get_close_matches

from smc.errors import ConfigError


@dataclass(frozen=True)
class Kind:
    """One kind of part.

    Attributes
    ----------
    name
        What is typed.
    group
        Folder of `conf/` in which its options stand.
    contract
        Module and class of the protocol that it must satisfy.
    entry
        Map of the group in which it stands among others; "" if the group holds one part alone.
    typed
        What is typed behind `python -m smc.train` to see it at work, besides its own option.
    """

    name: str
    group: str
    contract: str
    entry: str = ""
    typed: str = ""

    @property
    def called(self) -> str:
        """Its name behind an article.

        >>> KINDS[0].called, KINDS[1].called
        ('a feature', 'an event')
        """
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"


KINDS = (
    Kind("feature", "features", "smc.features.family.Family", entry="families"),
    Kind("event", "events", "smc.interfaces.EventDetector"),
    Kind("label", "labels", "smc.interfaces.Labeller"),
    Kind("splitter", "cv", "smc.interfaces.Splitter"),
    Kind("selector", "feature_selection", "smc.interfaces.FeatureSelector"),
    Kind("sampler", "aug", "smc.interfaces.Resampler"),
    Kind("model", "model", "smc.interfaces.Estimator"),
    Kind("calibrator", "calibrate", "smc.interfaces.ProbabilityCalibrator"),
    Kind("watch", "monitor", "smc.interfaces.FitWatch", "watches"),
    Kind("run_watch", "monitor", "smc.interfaces.RecordWatch", "watches"),
    Kind("callback", "trainer", "smc.interfaces.TrainerCallback", "callbacks", typed="model=mlp"),
    Kind("tracker", "tracker", "smc.interfaces.RunTracker", "trackers"),
    Kind("source", "data", "smc.interfaces.DataSource"),
    Kind("evaluation", "evaluation", "smc.interfaces.Evaluator"),
)

#: The group of each, by its name.
GROUPS = {kind.name: kind.group for kind in KINDS}

#: Groups of `conf/` without a part to write, and what is done there instead.
WITHOUT_PARTS = {
    "reg": "a profile is numbers alone: copy conf/reg/strong.yaml to your options, under a new name",
    "experiment": "an experiment is a YAML file that chooses options: begin with conf/experiment/recent.yaml",
    "selection": "how runs are judged is the same for everybody; its thresholds are overrides of smc.select",
    "tune": "samplers are Optuna's own: copy conf/tune/tpe.yaml to your options, under a new name",
    "space": "where parameters are looked for is a YAML file: begin with conf/space/xgboost.yaml",
    "hydra": "how a sweep is carried out is chosen with hydra/launcher, and is no part of a run",
}


def kind_of(word: str) -> Kind:
    """Find a kind by its name or that of its group.

    >>> kind_of("label").group, kind_of("labels").name
    ('labels', 'label')

    Raises
    ------
    ConfigError
        There is none, or there are several in that group.
    """
    found = [kind for kind in KINDS if word == kind.name] or [kind for kind in KINDS if word == kind.group]
    if len(found) == 1:
        return found[0]
    names = ", ".join(GROUPS)
    if found:
        of_group = " and ".join(kind.name for kind in found)
        raise ConfigError(f"{word}: a group of several kinds: {of_group}; name one of them")
    if word in WITHOUT_PARTS:
        raise ConfigError(f"{word}: {WITHOUT_PARTS[word]}")
    near = get_close_matches(word, [*GROUPS, *GROUPS.values()], n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ConfigError(f"{word}: no such kind of part{hint} (kinds: {names})")
