"""What is said of which parameter matters: the one that does, and nothing where nobody can tell."""

import numpy as np
import pytest
from optuna.distributions import FloatDistribution
from optuna.samplers import RandomSampler

from smc.tune.attempt import of_losses
from smc.tune.none import NoTuning
from smc.tune.search import Search

SPACE = {name: FloatDistribution(-1.0, 1.0) for name in ("idle", "strong")}
START = {"idle": 0.0, "strong": 0.0, "other": 3}


def found(n_trials, loss):
    search = Search(RandomSampler(seed=0), n_trials=n_trials, prune=False)
    return search.find(SPACE, START, lambda params, fold: loss(params) + np.arange(5.0), 2)


def test_the_parameter_that_moves_the_loss_explains_it():
    shares = found(30, lambda params: params["strong"] ** 2).importances
    assert list(shares) == ["strong", "idle"]
    assert shares["strong"] > 0.8
    assert shares["idle"] < 0.05
    assert sum(shares.values()) <= 1


def test_it_is_the_same_each_time():
    one, two = (found(15, lambda params: params["strong"]).importances for _ in range(2))
    assert one == two


@pytest.mark.parametrize(("n_trials", "loss"), [(9, lambda params: params["strong"]), (20, lambda _: 1.0)])
def test_too_few_trials_and_losses_that_do_not_vary_tell_nothing(n_trials, loss):
    assert found(n_trials, loss).importances is None
    assert found(10, lambda params: params["strong"]).importances is not None


def test_no_search_finds_what_it_was_given():
    asked = []
    only = NoTuning().find(
        SPACE,
        START,
        lambda _, fold: asked.append(fold) or np.ones(3),
        4,
        print,
        judge=of_losses,
        n_tried=None,
    )
    assert asked == [0, 1, 2, 3]
    assert only.best.params == {"idle": 0.0, "strong": 0.0}
    assert only.gain[0] == 0
