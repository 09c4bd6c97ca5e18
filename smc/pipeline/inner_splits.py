"""Splits that estimators make of the rows of a fit, where no one purges."""

from collections.abc import Iterator, Mapping
from typing import Any

from sklearn.multioutput import ClassifierChain, RegressorChain

from smc.aug.none import NoAugmentation
from smc.cv.base import PurgedSplitter
from smc.errors import LeakageError
from smc.pipeline.estimate import may_stop_early, takes, takes_validation_rows
from smc.pipeline.members import fits_members
from smc.pipeline.purged_splits import needs_purged_splits

#: Of the steps of a fit, those that are given label spans, or splits made of them.
GIVEN_SPANS = ("model", "feature_selection")
#: Parameters that make an estimator split the rows that it is given.
SPLITTING = ("cv", "early_stopping", "n_iter_no_change", "validation_fraction", "probability")
#: Parameters that hold values to try for others.
SEARCHED = ("param_grid", "param_distributions")
CALIBRATED = "sklearn.calibration.CalibratedClassifierCV"
PURGED_CV = "{_target_: smc.cv.purged_kfold.PurgedKFold}"
OVERLAP = "their labels overlap, so that what is learned shows again in what is held back"


def check_inner_splits(steps: Mapping[str, Any]) -> None:
    """Raise LeakageError if a step of a fit, or an estimator in it, would split rows without purging."""
    if problems := list(inner_split_problems(steps)):
        raise LeakageError("\n".join(problems))


def inner_split_problems(steps: Mapping[str, Any]) -> Iterator[str]:
    """Say which estimators would split the rows of a fit without purging; nothing if none would.

    They are found by their parameters, wherever they stand: in members, lists and maps, and in other
    estimators. ``cv``, unless it is "prefit" or a splitter of `smc.cv` that is given label spans;
    ``early_stopping`` and ``n_iter_no_change`` where they hold a random share of the rows back, unless the
    estimator is given the purged tail of the fit instead; ``probability`` of a support vector machine, which
    is a cross-validation of its own.

    Parameters
    ----------
    steps
        Unfitted, by the group of the configuration that they stand in; None is no step.
    """
    for group, step in steps.items():
        yield from _problems(step, group, is_given_spans=group in GIVEN_SPANS)
    sampler, model = steps.get("aug"), steps.get("model")
    if isinstance(sampler, NoAugmentation) or sampler is None:
        return
    for path, estimator in single_models(model):
        if needs_purged_splits(estimator):
            yield f"aug: made-up rows have no label span to purge by, and {path}.cv splits rows; set aug=none"


def single_models(model: Any, path: str = "model") -> Iterator[tuple[str, Any]]:
    """Give a model, or the members of an ensemble of smc, with where they stand."""
    if not fits_members(model):
        yield path, model
        return
    for name, member in model.members.items():
        yield from single_models(member, f"{path}.members.{name}")


def splits_rows(estimator: Any) -> bool:
    """Tell whether an estimator would split the rows that another one gives it, which purges none."""
    return any(_problems(estimator, "", is_given_spans=False))


def _problems(value: Any, path: str, *, is_given_spans: bool) -> Iterator[str]:
    """Look at a value of a configuration, and at all that it holds."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _problems(item, f"{path}.{key}", is_given_spans=is_given_spans)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _problems(item, f"{path}[{index}]", is_given_spans=False)
    elif callable(getattr(value, "fit", None)) and not isinstance(value, type):
        yield from _tail_problems(value, path, is_given_spans=is_given_spans)
        yield from _cv_problems(value, path, is_given_spans=is_given_spans)
        yield from _searched_problems(value, path)
        for name, item in vars(value).items():
            is_member = is_given_spans and name == "members" and fits_members(value)
            yield from _problems(item, f"{path}.{name}", is_given_spans=is_member)


def _tail_problems(estimator: Any, path: str, *, is_given_spans: bool) -> Iterator[str]:
    """Find rows that are held back at random."""
    name = type(estimator).__name__
    if may_stop_early(estimator):
        is_given_rows = takes_validation_rows(estimator) or getattr(estimator, "stops_early", False)
        if not (is_given_spans and is_given_rows):
            alone = "; alone, as the model itself, it is given the purged tail" if is_given_rows else ""
            yield (
                f"{path}.early_stopping: {name} stops by rows that it picks at random, and {OVERLAP}; "
                f"{_set(path, 'early_stopping', 'false')}{alone}"
            )
    elif getattr(estimator, "n_iter_no_change", None) is not None and _holds_back_by_patience(estimator):
        yield (
            f"{path}.n_iter_no_change: {name} stops by rows that it picks at random, and {OVERLAP}; "
            f"{_set(path, 'n_iter_no_change', 'null')}"
        )


def _holds_back_by_patience(estimator: Any) -> bool:
    """Tell whether a patience alone makes it hold rows back; elsewhere `early_stopping` switches that."""
    return hasattr(estimator, "validation_fraction") and not hasattr(estimator, "early_stopping")


def _cv_problems(estimator: Any, path: str, *, is_given_spans: bool) -> Iterator[str]:
    """Find cross-validations within an estimator."""
    name = type(estimator).__name__
    if getattr(estimator, "probability", None) is True:
        yield (
            f"{path}.probability: {name} learns its probabilities in a cross-validation that does not purge; "
            f"choose another model, or leave it out and wrap {name} in {CALIBRATED} with cv: {PURGED_CV}"
        )
    if not hasattr(estimator, "cv") or _is_purged(estimator, is_given_spans=is_given_spans):
        return
    cv = estimator.cv
    if not is_given_spans:
        yield (
            f"{path}.cv: {name} splits rows where no label span is known, so that nothing is purged, and "
            f"{OVERLAP}; choose one that does not split"
        )
        return
    told = "the default" if cv is None else str(cv)
    yield f"{path}.cv: {told} does not purge, and {OVERLAP}; {_set(path, 'cv', PURGED_CV)}"


def _is_purged(estimator: Any, *, is_given_spans: bool) -> bool:
    """Tell whether the splits of an estimator are purged, or there are none."""
    cv = estimator.cv
    if isinstance(cv, PurgedSplitter):
        return is_given_spans
    if cv is None and isinstance(estimator, ClassifierChain | RegressorChain):
        return True
    is_told = fits_members(estimator) or hasattr(estimator, "get_support")  # a plain model is not given spans
    is_own = is_given_spans and is_told and takes(estimator, "spans") and not hasattr(cv, "split")
    return cv == "prefit" or is_own


def _searched_problems(estimator: Any, path: str) -> Iterator[str]:
    """Find grids that would switch a split on."""
    for searched in SEARCHED:
        grids = getattr(estimator, searched, None)
        for grid in grids if isinstance(grids, list | tuple) else [grids]:
            for key in grid if isinstance(grid, Mapping) else ():
                if (name := str(key).rpartition("__")[2]) in SPLITTING:
                    yield f"{path}.{searched}: must not vary {name}, which splits rows; leave out {key}"


def _set(path: str, name: str, value: str) -> str:
    """Say how to set an argument; what stands in a list or is a member is set where it is written."""
    if "[" in path or ".members." in path:
        return f"write `{name}: {value}` there"
    return f"set '++{path}.{name}={value}'"
