"""A search on its own: what it asks, what it ends early, what it finds."""

import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import RandomSampler, TPESampler

from smc.errors import ModelError
from smc.tune.search import FAILED, FINISHED, PRUNED, Search

SPACE = {"x": FloatDistribution(-4.0, 4.0), "kind": CategoricalDistribution(["a", "b"])}
START = {"x": 3.0, "kind": "b"}
N_FOLDS = 4


def bowl(params, fold):
    """Least at x = 1, kind a; the same events have the same noise under all parameters."""
    noise = np.random.default_rng(fold).normal(0, 0.5, 40)
    return (params["x"] - 1) ** 2 + (params["kind"] == "b") + noise


def search(**named):
    return Search(TPESampler(seed=0), **named)


def test_it_finds_the_least_loss_and_begins_with_what_it_was_given():
    found = search(n_trials=60).find(SPACE, START, bowl, N_FOLDS)
    assert found.attempts[0].params == START
    assert abs(found.best.params["x"] - 1) < 0.4
    assert found.best.params["kind"] == "a"
    assert found.best.loss == min(attempt.loss for attempt in found.attempts if attempt.status == FINISHED)
    value, error = found.gain
    assert value == pytest.approx(found.attempts[0].loss - found.best.loss)
    assert error < value


def test_never_worse_than_the_start_on_its_own_rows():
    found = search(n_trials=5).find(SPACE, {"x": 1.0, "kind": "a"}, bowl, N_FOLDS)
    assert found.best.loss <= found.attempts[0].loss


def noisy(gain):
    """Losses of kind a are less by ``gain`` on average, with a standard error of 0.1 over all events."""
    values = np.random.default_rng(0).normal(size=40 * N_FOLDS)
    values = (values - values.mean()) / values.std(ddof=1) * 0.1 * np.sqrt(len(values))

    def ask(params, fold):
        better = gain + values[40 * fold : 40 * (fold + 1)]
        return 1.0 - better * (params["kind"] == "a")

    return ask


@pytest.mark.parametrize(
    ("standard_errors", "gain", "kind"),
    [(1.0, 0.09, "b"), (1.0, 0.11, "a"), (2.0, 0.19, "b"), (2.0, 0.21, "a"), (0.0, 0.01, "a")],
)
def test_what_was_given_is_kept_unless_another_is_surely_better(standard_errors, gain, kind):
    asked = search(n_trials=20, prune=False, standard_errors=standard_errors)
    found = asked.find({"kind": SPACE["kind"]}, START, noisy(gain), N_FOLDS)
    assert found.best.params == {"kind": "a"}
    assert found.chosen.params == {"kind": kind}
    assert found.chosen is (found.best if kind == "a" else found.attempts[0])
    assert found.gain == pytest.approx((gain, 0.1))


def test_standard_errors_are_no_fewer_than_none():
    with pytest.raises(ValueError, match="`standard_errors` must be at least 0, got -1"):
        search(standard_errors=-1)


def test_the_same_seed_makes_the_same_trials_however_often_it_is_asked():
    one = search(n_trials=20)
    twice = [one.find(SPACE, START, bowl, N_FOLDS) for _ in range(2)]
    again = search(n_trials=20).find(SPACE, START, bowl, N_FOLDS)
    trials = [[(a.params, a.status, a.loss) for a in found.attempts] for found in (*twice, again)]
    assert trials[0] == trials[1] == trials[2]
    other = Search(TPESampler(seed=1), n_trials=20).find(SPACE, START, bowl, N_FOLDS)
    assert [a.params for a in other.attempts[1:]] != [a.params for a in again.attempts[1:]]


def test_a_trial_ends_once_it_is_clearly_worse_on_the_same_events_and_not_before():
    asked = []

    def counted(params, fold):
        asked.append(fold)
        own = np.random.default_rng([fold, int(1000 * (params["x"] + 4))])
        return bowl(params, fold) + own.normal(0, 3, 40)

    found = search(n_trials=40).find(SPACE, START, counted, N_FOLDS)
    pruned = [attempt for attempt in found.attempts if attempt.status == PRUNED]
    assert pruned
    assert len(asked) == sum(len(attempt.losses) for attempt in found.attempts) // 40
    best = found.attempts[0]
    for attempt in found.attempts[1:]:
        for n_events in range(40, len(attempt.losses) + 1, 40):
            worse = attempt.losses[:n_events] - best.losses[:n_events]
            is_clear = worse.mean() > 2 * worse.std(ddof=1) / np.sqrt(n_events)
            is_last = n_events == 40 * N_FOLDS
            ended_here = attempt.status == PRUNED and n_events == len(attempt.losses)
            assert is_last or ended_here == is_clear
        if attempt.status == FINISHED and attempt.loss < best.loss:
            best = attempt
    assert best is found.best


def test_without_pruning_every_trial_is_asked_on_every_fold():
    found = search(n_trials=20, prune=False).find(SPACE, START, bowl, N_FOLDS)
    assert {attempt.status for attempt in found.attempts} == {FINISHED}
    assert {len(attempt.losses) for attempt in found.attempts} == {40 * N_FOLDS}


def test_pruning_loses_nothing_here():
    one, other = (
        search(n_trials=40, prune=prune).find(SPACE, START, bowl, N_FOLDS) for prune in (True, False)
    )
    assert one.best.loss == pytest.approx(other.best.loss, abs=0.15)


def test_parameters_that_cannot_be_fitted_fail_alone():
    def picky(params, fold):
        if params["kind"] == "b":
            raise ModelError("no b here")
        return bowl(params, fold)

    found = search(n_trials=30).find(SPACE, START, picky, N_FOLDS)
    assert found.attempts[0].status == FAILED
    assert found.attempts[0].why == "no b here"
    assert found.best.params["kind"] == "a"
    assert found.chosen is found.best
    assert found.gain is None, "the start could not be fitted: there is nothing to compare with"


def test_a_search_of_which_no_trial_can_be_fitted_says_what_the_first_said():
    def broken(params, fold):
        raise ModelError("singular matrix")

    with pytest.raises(ModelError, match="no trial of 5 could be fitted; the first: singular matrix"):
        search(n_trials=5).find(SPACE, START, broken, N_FOLDS)


def test_an_error_that_is_no_fits_and_ctrl_c_end_it():
    for error in (ZeroDivisionError, KeyboardInterrupt):

        def broken(params, fold, error=error):
            raise error

        with pytest.raises(error):
            search(n_trials=5).find(SPACE, START, broken, N_FOLDS)


def test_the_time_is_kept_and_told():
    found = Search(RandomSampler(seed=0), n_trials=1000, max_minutes=1e-9).find(SPACE, START, bowl, N_FOLDS)
    assert found.is_partial
    assert len(found.attempts) == 1, "the start is always tried"
    assert not search(n_trials=3).find(SPACE, START, bowl, N_FOLDS).is_partial


def test_a_start_outside_of_the_space_begins_at_its_nearest_bound():
    space = {"depth": IntDistribution(3, 6), "dims": CategoricalDistribution(["[8]", "[8, 4]"])}
    found = search(n_trials=2).find(space, {"depth": 12, "dims": [8, 4]}, lambda *_: np.ones(5), 1)
    assert found.attempts[0].params == {"depth": 6, "dims": "[8, 4]"}
    found = search(n_trials=2).find(space, {"depth": 1, "dims": [2]}, lambda *_: np.ones(5), 1)
    assert found.attempts[0].params == {"depth": 3, "dims": "[8]"}


def test_optuna_says_nothing_and_stays_as_loud_as_it_was(capfd):
    import optuna

    before = optuna.logging.get_verbosity()
    search(n_trials=3).find(SPACE, START, bowl, N_FOLDS)
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"n_trials": 1}, "`n_trials` must be at least 2, got 1"),
        ({"scope": "folds"}, "`scope` must be one of"),
        ({"max_minutes": 0}, "`max_minutes` must be"),
    ],
)
def test_what_makes_no_search_is_refused(named, said):
    with pytest.raises(ValueError, match=said):
        search(**named)
