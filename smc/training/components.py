"""The objects of one run, built from its configuration."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from smc.config.build import build
from smc.errors import ConfigError
from smc.ledger import Ledger
from smc.monitor.webhook import Webhook
from smc.pipeline import FoldPipeline
from smc.typing import Config


@dataclass(frozen=True)
class Components:
    """What the groups of a configuration name, one object each; nothing is loaded or fitted yet.

    Of the watches, ``watches`` check the record of a run, and ``fit_watches`` observe its fits.
    """

    data: Any
    features: Any
    events: Any
    labels: Any
    cv: Any
    pipeline: FoldPipeline
    evaluation: Any
    watches: list[Any]
    fit_watches: list[Any]
    webhook: Webhook
    trackers: list[Any]
    ledger: Ledger
    side: str

    @classmethod
    def from_config(cls, config: Config) -> "Components":
        """Build every object.

        Raises
        ------
        ConfigError
            With a line for each constructor that refuses its arguments, and for a model that knows another
            task than the labels ask for, or cannot run on this machine.
        """
        built = build(config)
        estimator = check_runs_here(built["model"])
        if "task" in estimator.get_params():
            estimator.set_params(task=built["labels"].task)
        return cls(
            pipeline=FoldPipeline(
                estimator=estimator,
                sampler=built["aug"],
                calibrator=with_positions(built["calibrate"], built["labels"]),
                selector=with_task(built["feature_selection"], built["labels"].task),
            ),
            side=config["side"],
            watches=[each for each in built["watches"] if hasattr(each, "check")],
            fit_watches=[each for each in built["watches"] if hasattr(each, "observe")],
            webhook=Webhook(config["monitor"]["webhook"]),
            **{
                name: built[name]
                for name in ("data", "features", "events", "labels", "cv", "evaluation", "ledger", "trackers")
            },
        )


def with_task(step: Any, task: str) -> Any:
    """Tell a step, and the estimators that it fits itself, what is learned; they may have a `task` for it."""
    params = step.get_params()
    told = {name: task for name in params if name.rpartition("__")[2] == "task" and params[name] == "auto"}
    return step.set_params(**told)


def with_positions(calibrator: Any, labels: Any) -> Any:
    """Tell a calibrator what the labels trade on each of two classes."""
    classes = sorted(getattr(labels, "classes", ()))
    if len(classes) != 2 or "positions" not in calibrator.get_params():
        return calibrator
    return calibrator.set_params(positions=[float(each) for each in labels.position(classes)])


def check_runs_here(estimator: Any) -> Any:
    """Return the estimator, or refuse one whose library or device this machine has not."""
    library = getattr(estimator, "native_library", None)
    if library and find_spec(library) is None:
        raise ConfigError(
            f"model: {type(estimator).__name__} needs {library}, which is not installed; networks come with "
            "pip install 'smc[networks]' (in a checkout: pip install -e '.[networks]')"
        )
    if hasattr(estimator, "check_devices"):
        estimator.check_devices()
    for member in getattr(estimator, "members", {}).values():
        check_runs_here(member)
    return estimator
