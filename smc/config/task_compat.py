"""Whether an estimator can learn what the labels ask for."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from sklearn.base import is_classifier, is_regressor

from smc.config.interface import INTERFACES
from smc.config.suggest import outdated_arguments
from smc.interfaces import Estimator
from smc.pipeline.inner_splits import CALIBRATED, PURGED_CV, splits_rows

TASKS = ("classification", "regression")
#: What scikit-learn says of an argument out of range.
INVALID = re.compile(r"The '(\w+)' parameter of \w+ (must .*)\. Got (.*) instead", re.DOTALL)


def task_problems(estimator: Estimator, task: str, *, weighted: bool = False) -> Iterator[str]:
    """Say why an estimator cannot learn what labels of a task ask for; nothing if it can.

    Parameters
    ----------
    weighted
        Whether rows count by their weight.
    """
    name, parameters = type(estimator).__name__, estimator.get_params()
    if task not in TASKS:
        yield f"labels.task: must be one of {', '.join(TASKS)}, got {task!r}"
    elif "task" in parameters:
        if parameters["task"] not in ("auto", task):
            yield f"model.task: {parameters['task']}, but the labels are for {task}; use model.task=auto"
    elif not hasattr(estimator, "__sklearn_tags__"):
        yield f"model: {name} is no scikit-learn estimator; inherit from BaseEstimator and ClassifierMixin"
    elif not (is_classifier(estimator) if task == "classification" else is_regressor(estimator)):
        other = "regressor" if task == "classification" else "classifier"
        yield f"model: {name} is a {other}, but the labels are for {task}"
    elif task == "classification" and not hasattr(estimator, "predict_proba"):
        wrapped = "" if splits_rows(estimator) else f"wrap it in {CALIBRATED} with cv: {PURGED_CV}, or "
        yield (
            f"model: {name} gives no probabilities (predict_proba), and a classification is judged by them; "
            f"{wrapped}choose another"
        )
    if weighted and "sample_weight" not in inspect.signature(estimator.fit).parameters:
        yield (
            f"sample_weight: {name} takes no sample weights; set sample_weight=none, or choose another model"
        )
    yield from outdated_arguments(f"model: {name}.fit", estimator.fit)
    yield from _out_of_range(estimator)
    for key, member in getattr(estimator, "members", {}).items():
        if lacks := INTERFACES["model"].lacks(type(member)):
            yield f"model.members.{key}: {type(member).__name__} lacks {lacks}"
            continue
        for problem in task_problems(member, task, weighted=weighted):
            yield f"model.members.{key}: {problem.removeprefix('model: ')}"


def _out_of_range(estimator: Any) -> Iterator[str]:
    """Let scikit-learn's own estimators say which argument they would refuse in a fit."""
    if not hasattr(estimator, "_parameter_constraints"):
        return
    try:
        estimator._validate_params()
    except ValueError as error:
        match = INVALID.match(str(error))
        yield f"model.{match[1]}: {match[2]}, got {match[3]}" if match else f"model: {error}"
