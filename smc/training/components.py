"""The objects of one run, built from its configuration."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TypeVar

from smc.config.build import build
from smc.errors import ConfigError
from smc.interfaces import (
    Backtest,
    DataSource,
    Estimator,
    Evaluator,
    EventDetector,
    FeatureExtractor,
    FitWatch,
    HasParameters,
    Labeller,
    ProbabilityCalibrator,
    RecordWatch,
    RunTracker,
    Splitter,
    ToPosition,
    TrialLedger,
    Tuner,
)
from smc.laws.answers import positions_of
from smc.monitor.webhook import Webhook
from smc.pipeline import FoldPipeline
from smc.typing import Bars, Config

Step = TypeVar("Step", bound=HasParameters)


@dataclass(frozen=True)
class Components:
    """What the groups of a configuration name, one object each; nothing is loaded or fitted yet.

    Of the watches, ``watches`` check the record of a run, and ``fit_watches`` observe its fits.
    """

    data: DataSource
    features: FeatureExtractor
    events: EventDetector
    labels: Labeller
    cv: Splitter
    pipeline: FoldPipeline
    evaluation: Evaluator
    watches: list[RecordWatch]
    fit_watches: list[FitWatch]
    webhook: Webhook
    trackers: list[RunTracker]
    tuner: Tuner
    ledger: TrialLedger
    side: str

    @property
    def to_position(self) -> ToPosition:
        """What the labels trade on predictions, held to its rule."""
        return positions_of(self.labels)

    def backtests(self, bars: Bars) -> dict[str, Backtest]:
        """Trade on the bars of each symbol what the labels trade, at the costs of the evaluation."""
        return {symbol: self.evaluation.trading(own, self.to_position) for symbol, own in bars.items()}

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
        labels: Labeller = built["labels"]
        estimator = check_runs_here(built["model"])
        if "task" in estimator.get_params():
            estimator.set_params(task=labels.task)
        return cls(
            pipeline=FoldPipeline(
                estimator=estimator,
                sampler=built["aug"],
                calibrator=with_positions(built["calibrate"], labels),
                selector=with_task(built["feature_selection"], labels.task),
                kinds=getattr(built["features"], "kinds", None),
            ),
            side=config["side"],
            watches=[watch for watch in built["watches"] if hasattr(watch, "check")],
            fit_watches=[watch for watch in built["watches"] if hasattr(watch, "observe")],
            webhook=Webhook(config["monitor"]["webhook"]),
            **{
                name: built[name]
                for name in ("data", "features", "events", "labels", "cv", "evaluation", "ledger", "trackers")
            },
            tuner=built["tune"],
        )


def with_task(step: Step, task: str) -> Step:
    """Tell a step, and the estimators that it fits itself, what is learned; they may have a `task` for it."""
    params = step.get_params()
    tasks = {name: task for name in params if name.rpartition("__")[2] == "task" and params[name] == "auto"}
    return step.set_params(**tasks)


def with_positions(calibrator: ProbabilityCalibrator, labels: Labeller) -> ProbabilityCalibrator:
    """Tell a calibrator what the labels trade on each of two classes."""
    classes = sorted(getattr(labels, "classes", ()))
    if len(classes) != 2 or "positions" not in calibrator.get_params():
        return calibrator
    return calibrator.set_params(positions=[float(position) for position in positions_of(labels)(classes)])


def check_runs_here(estimator: Estimator) -> Estimator:
    """Return the estimator, or refuse one whose library or device this machine has not."""
    library = getattr(estimator, "native_library", None)
    if library and find_spec(library) is None:
        raise ConfigError(
            f"model: {type(estimator).__name__} needs {library}, which is not installed; "
            "pip install torch pytorch-lightning safetensors brings networks back"
        )
    check_devices = getattr(estimator, "check_devices", None)
    if check_devices is not None:
        check_devices()
    for member in getattr(estimator, "members", {}).values():
        check_runs_here(member)
    return estimator
