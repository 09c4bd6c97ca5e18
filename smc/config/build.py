"""The object of each group, and all that its constructors refuse."""

from collections.abc import Collection, Iterator
from typing import Any

from smc.blame import place_of
from smc.config.instantiate import instantiate
from smc.config.interface import INTERFACES
from smc.config.suggest import outdated_arguments
from smc.config.task_compat import task_problems
from smc.errors import ConfigError, SmcError
from smc.interfaces import Labeller, ProbabilityCalibrator
from smc.typing import Config

#: Where maps of objects stand; null switches one off.
MAPS = {
    "watches": ("monitor", "watches"),
    "trackers": ("tracker", "trackers"),
    "callbacks": ("trainer", "callbacks"),
}


def build(config: Config) -> dict[str, Any]:
    """Build the object of every group, the watches, trackers and callbacks; nothing is loaded or fitted yet.

    Raises
    ------
    ConfigError
        With a line for each constructor that refuses its arguments, each object that lacks what a run asks
        of it, and a model that knows another task than the labels ask for.
    """
    built, problems = try_to_build(config)
    if problems:
        raise ConfigError("\n".join(problems))
    return built


def try_to_build(config: Config, faulty: Collection[str] = ()) -> tuple[dict[str, Any], list[str]]:
    """Build what can be built, but for groups known to be ``faulty``, and list what was refused."""
    built: dict[str, Any] = {}
    problems: list[str] = []
    for group, interface in INTERFACES.items():
        if group in faulty:
            continue
        if group not in config:  # of a run that an older version made
            problems.append(f"{group}: missing, and a run needs it")
            continue
        try:
            built[group] = instantiate(config[group], group)
        except SmcError as error:
            problems.append(str(error))
            continue
        problems += _unstored(group, built[group])
        problems += [
            f"{group}: an object of {type(built[group]).__name__} needs the attribute `{name}`"
            for name in interface.missing_attributes(built[group])
        ]
    for kind, (group, key) in MAPS.items():
        built[kind] = []
        for name, node in config[group][key].items() if group not in faulty else ():
            try:
                built[kind] += [] if node is None else [instantiate(node, f"{group}.{key}.{name}")]
            except SmcError as error:
                problems.append(str(error))
    if "model" in built and "labels" in built and not problems:
        weighted = config["sample_weight"] != "none"
        problems += task_problems(built["model"], built["labels"].task, weighted=weighted)
    if "aug" in built:
        sampler = built["aug"]
        problems += outdated_arguments(f"aug: {type(sampler).__name__}.fit_resample", sampler.fit_resample)
    if "calibrate" in built and "labels" in built and not problems:
        problems += _calibration_problems(built["calibrate"], built["labels"])
    return built, problems


def _unstored(group: str, component: Any) -> Iterator[str]:
    """Say which argument a constructor has not stored under its own name, by which scikit-learn copies it."""
    if not hasattr(component, "get_params"):
        return
    try:
        component.get_params()
    except AttributeError as error:
        place = place_of(component, "__init__")
        yield f"{group}: {place}: {error}; store each argument under its own name: self.x = x"


def _calibration_problems(calibrator: ProbabilityCalibrator, labels: Labeller) -> Iterator[str]:
    """Say why there is nothing to calibrate, or to decide; nothing if there is."""
    if calibrator.is_on and labels.task != "classification":
        yield "calibrate: there are probabilities for classes only, not for regression; set calibrate=none"
    elif calibrator.decides and len(getattr(labels, "classes", (0, 1))) != 2:
        remedy = "set calibrate.threshold=none and calibrate.abstain=0"
        yield f"calibrate.threshold, calibrate.abstain: need two classes; {remedy}"
