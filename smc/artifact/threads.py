"""A saved model says what a fit found, not on how many threads it was found."""

import copy
from collections.abc import Mapping
from typing import Any

from sklearn.base import BaseEstimator


def on_one_thread(estimator: Any) -> Any:
    """Copy an estimator, and those it holds, with ``n_jobs=1``; what they have learned is shared.

    Fits do not depend on the number of threads, so the same fit must give the same file on any number.

    >>> from sklearn.ensemble import RandomForestClassifier
    >>> on_one_thread(RandomForestClassifier(n_jobs=2)).n_jobs
    1
    """
    copied = copy.copy(estimator)
    for name, value in vars(copied).items():
        if name == "n_jobs":
            copied.n_jobs = 1
        elif isinstance(value, BaseEstimator):
            setattr(copied, name, on_one_thread(value))
        elif isinstance(value, Mapping) and any(isinstance(each, BaseEstimator) for each in value.values()):
            setattr(copied, name, {key: on_one_thread(each) for key, each in value.items()})
    return copied
