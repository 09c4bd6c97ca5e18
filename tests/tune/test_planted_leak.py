"""Parameters chosen on all events make an edge where there is none; chosen as smc does, they make none.

A rule without a fit, whose one parameter is which of forty features it follows: the leak is as large as the
best of ten tries is lucky (the least loss is taken: the rule of standard errors hides a part), and each market takes milliseconds.
"""

import numpy as np
import pandas as pd
import pytest
from optuna.samplers import RandomSampler
from scipy.stats import ttest_1samp
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.preprocessing import FunctionTransformer

from smc import api
from smc.aug.none import NoAugmentation
from smc.cv.expanding import Expanding
from smc.cv.plan import SplitPlan
from smc.pipeline import FoldPipeline
from smc.training.cross_fit import OUT_OF_FOLD, CrossFitter
from smc.training.dataset import Dataset
from smc.training.judge import losses_of
from smc.training.tuning import tune
from smc.trials import Ledger
from smc.tune import block
from smc.tune.search import Search

N_EVENTS, N_FEATURES, N_MARKETS, N_TRIALS = 260, 40, 12, 10
SPACE = {"feature": {"low": 0, "high": N_FEATURES - 1}}


class Follower(ClassifierMixin, BaseEstimator):
    """Say that the sign of one feature comes true with a probability of .55."""

    lookback = 1

    def __init__(self, feature=0):
        self.feature = feature

    def fit(self, X, y, **_):
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X):
        up = np.where(np.asarray(X)[:, self.feature] > 0, 0.55, 0.45)
        return np.column_stack([1 - up, up])

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)


def market(seed):
    """Events whose labels no feature knows of."""
    rng = np.random.default_rng(seed)
    place = np.arange(N_EVENTS)
    events = pd.DataFrame(
        {
            **{"symbol": "A", "event": place, "time": pd.Timestamp("2020") + pd.to_timedelta(place, "D")},
            **{"start": place + 1, "end": place + 3, "label": rng.integers(0, 2, N_EVENTS), "ret": 0.0},
            **{"weight": 1.0, "side": 1, "attribution": 1.0},
        }
    )
    features = pd.DataFrame(rng.normal(size=(N_EVENTS, N_FEATURES)))
    features.columns = [f"f{number}" for number in range(N_FEATURES)]
    return Dataset(features, place, events, events[["start", "end"]].to_numpy(), {})


def gain(seed, scope="first_block"):
    """Return how far the out-of-fold loss of the chosen parameters lies under that of a coin, in nats."""
    data = market(seed)
    plan = SplitPlan.from_spans(data.spans, Expanding(8, initial_train_size=0.2))
    pipeline = FoldPipeline(estimator=Follower(), sampler=NoAugmentation(), preprocess=FunctionTransformer())
    search = Search(RandomSampler(seed=seed), scope=scope, n_trials=N_TRIALS, prune=False, standard_errors=0)
    tuned = tune(search, SPACE, CrossFitter(data, pipeline, sample_weight="none"), plan)
    losses = [
        losses_of(
            tuned.fitter.predict(tuned.fitter.fit_whole(fold.train, fold.name).model, fold.test, OUT_OF_FOLD)
        )
        for fold in tuned.plan.folds
    ]
    coin = -(np.log(0.55) + np.log(0.45)) / 2  # what following a feature that knows nothing comes to
    return coin - float(np.concatenate(losses).mean())


def leaky(plan):
    """Give all development events to the search, and keep every fold as evidence."""
    return block.TuningBlock(plan.development, plan.folds)


def test_tuning_on_what_is_evidence_makes_an_edge_and_on_the_first_block_none(monkeypatch):
    honest = np.array([gain(seed) for seed in range(N_MARKETS)])
    monkeypatch.setattr(block.TuningBlock, "of", leaky)
    leaked = np.array([gain(seed) for seed in range(N_MARKETS)])
    assert ttest_1samp(leaked, 0, alternative="greater").pvalue < 1e-4, "the planted leak shows"
    assert ttest_1samp(honest, 0, alternative="greater").pvalue > 0.01
    assert ttest_1samp(leaked - honest, 0, alternative="greater").pvalue < 0.01


@pytest.mark.parametrize("n_typed", [1, 2])
def test_parameters_of_a_study_that_are_typed_in_pay_for_its_rounds(tmp_path, n_typed):
    """The way that no rule can close: a study looked at out-of-fold figures, and its best is typed by hand."""
    where = (f"paths.output={tmp_path}", f"ledger.url=sqlite:///{tmp_path}/l.sqlite")
    small = ("data=simulated", "data.n_bars=3000", "symbol=S02", "model=logistic", "aug=none", "monitor=none")
    for number in range(1 + n_typed):
        last = api.train([*small, *where, f"model.C={0.01 * (1 + number)}"])
    ledger = Ledger(f"sqlite:///{tmp_path}/l.sqlite")
    columns = ledger.market_trials(ledger.trials()["market"].iloc[0]).columns
    rounds = {column.run_id: column.round for column in columns}
    assert rounds[last.run_id] == 1 + n_typed
