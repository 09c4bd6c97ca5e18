"""What a model raises while it is fitted, and what is asked of the first fit."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from smc.audit.procedure import ComposedRun
from smc.aug.none import NoAugmentation
from smc.cv.expanding import Expanding
from smc.cv.plan import SplitPlan
from smc.errors import FoldError, ModelError
from smc.model.logistic import Logistic
from smc.pipeline import FoldPipeline
from smc.training.cross_fit import CrossFitter
from smc.training.dataset import Dataset

N = 300
#: Events of the first fit of three that expand.
FIRST = 141


@pytest.fixture(params=["kept", "dropped"])
def pressed(request, monkeypatch) -> None:
    """Ctrl-C during every fit but the first; networks keep what there is, other models drop it."""
    fit = Logistic.fit

    def interrupted(self, X, y, sample_weight=None):
        fit(self, X, y, sample_weight)
        self.stop_reason_ = None if len(X) == FIRST else "interrupted"
        if self.stop_reason_ and request.param == "dropped":
            raise KeyboardInterrupt
        return self

    monkeypatch.setattr(Logistic, "fit", interrupted)


class Raises(ClassifierMixin, BaseEstimator):
    def __init__(self, error=None):
        self.error = error

    def fit(self, X, y, sample_weight=None):
        raise self.error


def data() -> Dataset:
    rng = np.random.default_rng(0)
    start = np.arange(1, N + 1)
    labels = {"label": rng.integers(0, 2, N), "weight": 1.0, "ret": 0.0}
    events = pd.DataFrame({"symbol": "X", "event": start - 1, "start": start, "end": start + 3, **labels})
    bars = pd.DataFrame(rng.normal(size=(N, 3)), columns=list("abc"))
    return Dataset(bars, np.arange(N), events, np.column_stack([start, start + 3]), {})


def pipeline(estimator) -> FoldPipeline:
    return FoldPipeline(estimator=estimator, sampler=NoAugmentation())


@pytest.mark.parametrize("error", [KeyError("oops"), ValueError("oops\nand more"), RuntimeError("oops")])
def test_whatever_a_model_raises_is_named_in_one_line(error) -> None:
    said = rf"^Raises\.fit \(.*, line \d+\) raised {type(error).__name__}: '?oops( and more)?'?$"
    with pytest.raises(ModelError, match=said) as caught:
        CrossFitter(data(), pipeline(Raises(error))).fit(np.arange(N), "train fit")
    assert type(caught.value.__cause__) is type(error)


def test_what_a_library_raises_is_said_of_the_model(monkeypatch) -> None:
    def fit(self, X, y, sample_weight=None):
        np.linalg.inv(np.zeros((2, 2)))

    monkeypatch.setattr(LogisticRegression, "fit", fit)
    monkeypatch.setattr("smc.blame.is_installed", lambda _: True)
    said = "^model: LogisticRegression cannot be fitted, LinAlgError says: Singular matrix$"
    with pytest.raises(ModelError, match=said):
        CrossFitter(data(), pipeline(LogisticRegression())).fit(np.arange(N), "train fit")


@pytest.mark.parametrize("error", [MemoryError(), OSError(28, "No space left"), KeyboardInterrupt()])
def test_what_the_machine_lacks_stays_what_it_is(error) -> None:
    with pytest.raises(type(error)):
        CrossFitter(data(), pipeline(Raises(error))).fit(np.arange(N), "train fit")


def test_only_the_first_fit_is_looked_at_and_may_be_refused() -> None:
    seen = []
    events = data()
    plan = SplitPlan.from_spans(events.spans, Expanding(n_splits=3))
    CrossFitter(events, pipeline(Logistic()), check_first_fit=seen.append).run(plan, lambda _: None)
    assert len(seen) == 1
    assert seen[0].n_fitted_rows_ == len(plan.folds[0].train)
    with pytest.raises(FoldError, match=r"fold 0: Raises\.fit .* raised ValueError: oops"):
        CrossFitter(events, pipeline(Raises(ValueError("oops")))).run(plan, lambda _: None)


@pytest.mark.usefixtures("pressed")
def test_ctrl_c_leaves_a_run_the_fits_so_far_and_ends_an_audit_of_it() -> None:
    events = data()
    plan = SplitPlan.from_spans(events.spans, Expanding(n_splits=3))
    fits = CrossFitter(events, pipeline(Logistic())).run(plan, lambda _: None)
    assert fits.is_partial
    with pytest.raises(KeyboardInterrupt):
        ComposedRun(pipeline(Logistic()), "refit", sample_weight="uniqueness").fit(events, plan)


@pytest.mark.usefixtures("pressed")
def test_a_fit_that_must_be_whole_is_not_had_by_halves() -> None:
    fitter = CrossFitter(data(), pipeline(Logistic()))
    assert fitter.fit_whole(np.arange(FIRST), "fold 0").stop is None
    with pytest.raises(KeyboardInterrupt):
        fitter.fit_whole(np.arange(N), "fold 1")
