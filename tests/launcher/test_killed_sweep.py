"""A sweep that is ended at any moment leaves no process and nothing half done, and is resumed."""

import os
import random
import signal
import time

import pytest

PROCESSES = "hydra/launcher=processes"
SEEDS = ("seed=range(4)", "model.mode=slow")


@pytest.fixture(scope="module")
def undisturbed(shared_place):
    """The runs of the sweep, when nobody disturbs it."""
    done = shared_place.sweep(*SEEDS)
    assert done.returncode == 0, done.stderr
    return shared_place.runs()


def nothing_runs(place) -> None:
    place.wait_for(lambda: not place.workers(), seconds=30)


def finishes_what_was_begun(place, undisturbed) -> None:
    nothing_runs(place)
    assert set(place.runs()) <= set(undisturbed)
    again = place.sweep(PROCESSES, *SEEDS)
    assert again.returncode == 0, again.stderr
    assert place.runs() == undisturbed
    assert list((place.output / "staging").iterdir()) == []
    assert set(place.statuses().values()) == {("finished", None)}


def test_sigkill_of_the_sweep(place, undisturbed, end_process) -> None:
    reached = [
        lambda: list(place.output.glob("sweeps/*.json")),
        lambda: place.workers(),
        lambda: list(place.output.glob("runs/*")),
    ]
    for moment in reached:
        sweep = place.start(PROCESSES, *SEEDS)
        place.wait_for(moment)
        end_process(sweep, signal.SIGKILL)
        nothing_runs(place)
        assert not {"failed"} & {status for status, _ in place.statuses().values()}
    finishes_what_was_begun(place, undisturbed)


def test_ctrl_c_ends_the_workers_too_and_says_what_is_done(place, undisturbed, end_process) -> None:
    sweep = place.start(PROCESSES, *SEEDS)
    place.wait_for(lambda: list(place.output.glob("runs/*")))
    said = end_process(sweep, signal.SIGINT)
    assert sweep.returncode == 130
    assert "interrupted: " in said
    assert " of 4 finished" in said
    assert "Traceback" not in said
    assert {reason for status, reason in place.statuses().values() if status == "killed"} <= {"interrupted"}
    assert not place.workers()
    assert set(place.runs()) <= set(undisturbed)


@pytest.mark.parametrize(
    "seconds", [0.0, 0.5, *(pytest.param(late, marks=pytest.mark.slow) for late in (0.1, 1.5))]
)
def test_ctrl_c_of_a_terminal_while_the_first_process_starts_fails_nothing(place, seconds) -> None:
    """A terminal sends it to all: to the server, too, which still imports what the runs need."""
    sweep = place.start(PROCESSES, *SEEDS, start_new_session=True)
    place.wait_for(lambda: list(place.output.glob("sweeps/*.json")))
    time.sleep(seconds)
    os.killpg(sweep.pid, signal.SIGINT)
    said = sweep.communicate(timeout=240)[1]
    assert sweep.returncode == 130, said
    assert "Traceback" not in said
    assert "could not be started" not in said
    assert "failed" not in said
    assert {status for status, _ in place.statuses().values()} <= {"killed", "finished"}
    nothing_runs(place)


@pytest.mark.slow
def test_sigkill_of_the_sweep_at_ten_random_moments(place, undisturbed, end_process) -> None:
    draw = random.Random(0)
    for _ in range(10):
        sweep = place.start(PROCESSES, *SEEDS)
        time.sleep(draw.uniform(0.5, 8))
        end_process(sweep, signal.SIGKILL)
        if sweep.returncode == 0:
            break
    finishes_what_was_begun(place, undisturbed)
