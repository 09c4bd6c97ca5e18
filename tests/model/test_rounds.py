"""Which round a fit keeps, and when it stops."""

import math

import pytest

from smc.model.rounds import MAX_WORSE, Rounds


def taken(rounds: Rounds, val=None, train=None) -> list[bool]:
    """Feed losses until the rounds say stop."""
    train = train or [0.5] * len(val)
    found = []
    for number, loss in enumerate(train):
        measured = {"train_loss": loss} | ({} if val is None else {"val_loss": val[number]})
        found.append(rounds.take(measured))
        if found[-1]:
            break
    return found


def test_it_stops_after_so_many_rounds_without_a_smaller_loss_and_keeps_the_best():
    rounds = Rounds(100, 3)
    assert taken(rounds, [0.5, 0.4, 0.4, 0.45, 0.41, 0.1]) == [False, False, False, False, True]
    assert (rounds.n_kept, rounds.stop_reason) == (2, None)


def test_a_smaller_loss_starts_the_count_anew():
    rounds = Rounds(100, 2)
    taken(rounds, [0.5, 0.6, 0.4, 0.6, 0.3, 0.6, 0.6, 0.0])
    assert rounds.n_kept == 5


def test_a_gain_within_rounding_is_none():
    """As the same losses come out of sums with one thread and with two."""
    one, two = Rounds(100, 3), Rounds(100, 3)
    taken(one, [0.5, 0.4, 0.4 - 1e-16, 0.4, 0.4])
    taken(two, [0.5, 0.4, 0.4 - 2e-14, 0.4 - 4e-15, 0.4])
    assert one.n_kept == two.n_kept == 2
    finer = Rounds(100, 3)
    taken(finer, [0.5, 0.4, 0.4 - 1e-9])
    assert finer.n_kept == 3


def test_a_gain_that_does_not_exceed_its_margin_is_none():
    rounds = Rounds(100, 9)
    for loss, margin in [(0.5, 0.0), (0.46, 0.05), (0.44, 0.05), (0.43, 0.02), (0.41, 0.02)]:
        rounds.take({"train_loss": 0.5, "val_loss": loss, "margin": margin})
    assert rounds.n_kept == 5
    rounds.take({"train_loss": 0.5, "val_loss": 0.39, "margin": 0.03})
    assert rounds.n_kept == 5


def test_without_early_stopping_the_last_round_is_kept():
    rounds = Rounds(3, None)
    assert taken(rounds, [0.1, 0.2, 0.3]) == [False, False, True]
    assert rounds.n_kept == 3


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("patience", [None, 10])
def test_a_round_that_is_not_finite_is_never_kept(bad, patience):
    rounds = Rounds(100, patience)
    taken(rounds, [0.5, 0.4, bad, bad])
    assert rounds.n_kept == 2
    rounds = Rounds(100, patience)
    taken(rounds, [0.5, 0.4, 0.3], train=[0.5, bad, bad])
    assert rounds.n_kept == 1
    rounds = Rounds(100, patience)
    taken(rounds, [bad])
    assert rounds.n_kept == 0


def test_a_callback_is_told_every_round_and_stops_the_fit():
    told = []

    def callback(progress):
        told.append(progress)
        return "enough" if progress.iteration == 2 else None

    rounds = Rounds(100, 10, constant_loss=0.69, callback=callback)
    assert taken(rounds, [0.5, 0.4, 0.45, 0.3]) == [False, False, True]
    assert (rounds.n_kept, rounds.stop_reason) == (2, "enough")
    assert rounds.course == told
    assert [each.val_loss for each in told] == [0.5, 0.4, 0.45]
    assert {(each.max_iterations, each.constant_loss) for each in told} == {(100, 0.69)}
    assert 0 <= told[0].seconds <= told[2].seconds < 60


@pytest.mark.parametrize(("max_rounds", "patience"), [(3, None), (100, 2)])
def test_a_stop_at_the_round_that_is_the_last_anyway_is_none(max_rounds, patience):
    rounds = Rounds(max_rounds, patience, callback=lambda each: "late" if each.iteration == 2 else None)
    assert taken(rounds, [0.5, 0.6, 0.7, 0.8]) == [False, False, True]
    assert rounds.stop_reason is None


def test_errors_become_accuracies():
    rounds = Rounds(9, None)
    rounds.take({"train_loss": 0.5, "train_error": 0.25, "val_loss": 0.6, "val_error": 0.5})
    assert (rounds.course[0].train_accuracy, rounds.course[0].val_accuracy) == (0.75, 0.5)
    rounds.take({"train_loss": 0.5})
    assert (rounds.course[1].train_accuracy, rounds.course[1].val_loss) == (None, None)


def worsening(rounds: Rounds, rises: list[float], margin: float = 0.05) -> int:
    """Feed a best round and then what each next one is worse by; return after how many the fit ends."""
    rounds.take({"train_loss": 0.5, "val_loss": 0.4, "margin": 0.0})
    for rise in rises:
        if rounds.take({"train_loss": 0.5, "val_loss": 0.4 + rise, "margin": margin}):
            break
    return len(rounds.course)


def test_a_fit_that_clearly_gets_worse_ends_before_its_patience():
    rounds = Rounds(100, 30)
    assert worsening(rounds, [0.06] * 30) == 1 + MAX_WORSE
    assert (rounds.n_kept, rounds.stop_reason) == (1, None)


def test_one_round_that_may_be_as_good_starts_the_count_of_worse_ones_anew():
    assert worsening(Rounds(100, 30), [*[0.06] * (MAX_WORSE - 1), 0.04, *[0.06] * 30]) == 2 * MAX_WORSE + 1
    assert worsening(Rounds(100, 30), [0.04] * 40) == 31


def test_a_fit_without_a_margin_or_without_patience_goes_on():
    assert worsening(Rounds(100, 30), [0.5] * 40, margin=0.0) == 31
    assert worsening(Rounds(20, None), [0.5] * 40) == 20
