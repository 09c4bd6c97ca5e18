"""The objects of one run, built from its configuration."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from smc.config import instantiate
from smc.errors import ConfigError
from smc.ledger import Ledger
from smc.monitor.webhook import Webhook
from smc.pipeline import FoldPipeline
from smc.typing import Config


@dataclass(frozen=True)
class Parts:
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
    def from_config(cls, config: Config) -> "Parts":
        """Build every object.

        Raises
        ------
        ConfigError
            A constructor refuses its arguments, or the model knows another task than the labels ask for.
        """
        labels = instantiate(config["labels"], "labels")
        estimator = for_task(instantiate(config["model"], "model"), labels.task)
        sampler = instantiate(config["aug"], "aug")
        watches = _each(config["monitor"]["watches"], "monitor.watches")
        return cls(
            labels=labels,
            pipeline=FoldPipeline(estimator=estimator, sampler=sampler),
            side=config["side"],
            watches=[each for each in watches if hasattr(each, "check")],
            fit_watches=[each for each in watches if hasattr(each, "observe")],
            webhook=Webhook(config["monitor"]["webhook"]),
            trackers=_each(config["tracker"]["trackers"], "tracker.trackers"),
            **{
                group: instantiate(config[group], group)
                for group in ("data", "features", "events", "cv", "evaluation", "ledger")
            },
        )


def for_task(estimator: Any, task: str) -> Any:
    """Return the estimator set to a task, or refuse one that knows the other task only."""
    from sklearn.base import is_classifier, is_regressor

    library = getattr(estimator, "native_library", None)
    if library and find_spec(library) is None:
        raise ConfigError(
            f"model: {type(estimator).__name__} needs {library}, which is not installed; networks come with "
            "pip install 'smc[networks]' (in a checkout: pip install -e '.[networks]')"
        )
    if hasattr(estimator, "check_devices"):
        estimator.check_devices()
    if "task" in estimator.get_params():
        if estimator.task not in ("auto", task):
            raise ConfigError(f"model.task: {estimator.task}, but the labels are for {task}; use task=auto")
        return estimator.set_params(task=task)
    fits = is_classifier(estimator) if task == "classification" else is_regressor(estimator)
    if not fits:
        other = "regressor" if task == "classification" else "classifier"
        raise ConfigError(f"model: {type(estimator).__name__} is a {other}, but the labels are for {task}")
    return estimator


def _each(nodes: Config, path: str) -> list[Any]:
    """Build each object of a map; null switches one off."""
    return [instantiate(each, f"{path}.{name}") for name, each in nodes.items() if each is not None]
