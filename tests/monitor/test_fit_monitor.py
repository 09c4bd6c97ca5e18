"""Several watches over one fit."""

import logging

import numpy as np

from smc.fit_progress import FitProgress
from smc.monitor.divergence import Divergence
from smc.monitor.exploding_gradients import ExplodingGradients
from smc.monitor.fit_monitor import FitMonitor
from smc.monitor.nan_loss import NanLoss
from smc.monitor.timeout import Timeout


def test_each_watch_warns_once_a_fit(course):
    monitor = FitMonitor([ExplodingGradients(), Timeout(max_minutes=0.001)], "fold 3")
    reasons = [monitor(each) for each in course(gradient_norm=[50.0, 60.0, 70.0], seconds=[0.0, 1.0, 2.0])]
    assert reasons == [None, "timeout", None]
    assert [(each["reason"], each["iteration"], each["fit"]) for each in monitor.warnings] == [
        ("exploding_gradients", 0, "fold 3"),
        ("timeout", 1, "fold 3"),
    ]


def test_the_first_that_stops_gives_the_reason_and_the_others_are_still_told():
    both = FitProgress(0, 9, train_loss=np.nan, seconds=100.0, gradient_norm=np.inf)
    watches = [ExplodingGradients(), NanLoss(), Timeout(max_minutes=1)]
    for order, reason in ((watches, "nan_loss"), (watches[::-1], "timeout")):
        monitor = FitMonitor(order, "train fit")
        assert monitor(both) == reason
        assert len(monitor.warnings) == 3


def test_a_watch_that_only_warns_never_stops():
    monitor = FitMonitor([ExplodingGradients()], "train fit")
    assert monitor(FitProgress(0, 9, gradient_norm=1e6)) is None
    assert monitor.warnings


def test_a_watch_that_counts_starts_over_in_each_fit(course):
    watches = [Divergence(max_rises=3)]
    first, second = FitMonitor(watches, "fold 0"), FitMonitor(watches, "fold 1")
    for each in course(val_loss=[0.1, 0.2, 0.3]):
        assert first(each) is None
    for each in course(val_loss=[0.4, 0.5, 0.6]):
        assert second(each) is None
    assert second(FitProgress(3, 9, val_loss=0.7)) == "divergence"


def test_a_member_that_is_fitted_many_times_is_warned_of_once_with_a_count(course, caplog):
    monitor = FitMonitor([Divergence(max_rises=2)], "fold 0")
    rising = course(val_loss=[0.1, 0.2, 0.3])
    for member, part in [
        ("lstm", ""),
        *(("mlp", f"inner fold {number}") for number in range(3)),
        ("mlp", ""),
    ]:
        of_member = monitor.of_member(member, part)
        assert [of_member(each) for each in rising] == [None, None, "divergence"]
    told = [(each["member"], each["n_fits"], each["sentence"][:20]) for each in monitor.warnings]
    assert told == [("lstm", 1, "lstm: The validation"), ("mlp", 4, "mlp, inner fold 0: T")]
    assert len(caplog.records) == 2


def test_a_member_of_a_member_is_named_by_both(course):
    monitor = FitMonitor([Divergence(max_rises=2)], "fold 0")
    for outer in ("one", "two"):
        of_member = monitor.of_member(outer, "inner fold 1").of_member("mlp", "inner fold 0")
        for each in course(val_loss=[0.1, 0.2, 0.3]):
            of_member(each)
    assert [(each["member"], each["n_fits"]) for each in monitor.warnings] == [("one/mlp", 1), ("two/mlp", 1)]
    assert monitor.warnings[0]["sentence"].startswith("one/mlp, inner fold 1, inner fold 0: The validation")


def test_no_watches_say_nothing(course):
    monitor = FitMonitor([], "final fit")
    assert [monitor(each) for each in course(train_loss=[np.nan, 1.0])] == [None, None]
    assert monitor.warnings == []


def test_a_fit_that_told_nothing_is_looked_back_upon():
    monitor = FitMonitor([Timeout(max_minutes=1), Divergence(), NanLoss()], "fold 0")
    monitor.look_back(75.0)
    (late,) = monitor.warnings
    assert (late["reason"], late["iteration"], late["value"]) == ("timeout", None, 75.0)


def test_a_fit_that_told_something_is_not(course):
    monitor = FitMonitor([Timeout(max_minutes=1)], "fold 0")
    monitor(FitProgress(0, 1, seconds=59.0))
    monitor.look_back(61.0)
    assert monitor.warnings == []


def test_a_warning_is_logged_when_it_is_seen(caplog):
    with caplog.at_level(logging.WARNING, logger="smc"):
        FitMonitor([NanLoss()], "fold 2")(FitProgress(7, 9, train_loss=np.nan))
    (line,) = caplog.messages
    assert line.startswith("fold 2: nan_loss: The training loss is nan at iteration 7")


def test_watching_draws_no_random_number(course):
    before = np.random.get_state()[1].copy()
    monitor = FitMonitor([Divergence(), NanLoss(), ExplodingGradients(), Timeout()], "fold 0")
    for each in course(train_loss=[0.5, 0.4], val_loss=[0.5, 0.6], gradient_norm=[1.0, 99.0]):
        monitor(each)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
