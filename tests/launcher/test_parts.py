"""A sweep that several processes share: one list, one count, and no run twice; and what a batch system ends."""

import json
import os
import signal

import pytest

from smc.clean import clean
from smc.selection.runs import missing_runs
from smc.trials import Ledger

SEEDS = ("seed=range(4)", "model.mode=slow")


@pytest.fixture(scope="module")
def whole(shared_place):
    """The runs of the sweep as one process carries it out."""
    done = shared_place.sweep(*SEEDS)
    assert done.returncode == 0, done.stderr
    return shared_place.runs()


def lists_of(place):
    """Count the lists that were registered, and the runs of all of them."""
    events = Ledger(f"sqlite:///{place.output}/ledger.sqlite")
    return events.verify(), len(events.trials()), events.head().number


def test_parts_at_the_same_moment_do_all_of_it_once_and_are_counted_once(place, whole, shared_place) -> None:
    parts = [place.start(*SEEDS, f"sweep.part={part}/2") for part in (1, 2, 2)]
    said = [part.communicate(timeout=240)[1] for part in parts]
    assert not any("Traceback" in text for text in said), said
    assert place.runs() == whole, said
    assert all("2 of the 4 runs" in text for text in said)
    assert parts[0].returncode == 0, said[0]
    assert 0 in (parts[1].returncode, parts[2].returncode), said
    assert not any("failed" in text for text in said), said
    (path,) = (place.output / "sweeps").glob("*.json")
    assert {job["run_id"] for job in json.loads(path.read_text())["jobs"]} == set(whole)
    assert lists_of(place) == lists_of(shared_place), "every start and end is told once"
    assert set(place.statuses().values()) == {("finished", None)}
    again = place.sweep(*SEEDS, "sweep.part=1/2")
    assert again.returncode == 0, again.stderr
    assert again.stderr.count("is finished already") == 2
    assert lists_of(place) == lists_of(shared_place)


def test_a_part_that_never_runs_is_counted_and_missing(place, whole) -> None:
    done = place.sweep(*SEEDS, "sweep.part=7/7")
    assert (done.returncode, place.runs()) == (0, {})
    assert "part 7 of 7: 0 of the 4 runs" in done.stderr
    assert set(Ledger(f"sqlite:///{place.output}/ledger.sqlite").trials()["run_id"]) == set(whole)
    assert {run["run_id"] for run in missing_runs(place.output, [])} == set(whole)


def test_no_part_is_a_mistake_before_anything_is_composed(place) -> None:
    done = place.sweep(*SEEDS, "sweep.part=3/2")
    assert done.returncode == 2
    assert "error: sweep.part=3/2: parts are counted from 1 to 2, got 3" in done.stderr
    assert not (place.output / "sweeps").exists()


def test_what_a_batch_system_ends_is_killed_and_starts_afresh(place, end_process) -> None:
    command = ("seed=0", "model.mode=hang")
    sweep = place.start(*command)
    place.wait_for(lambda: trials(place) == ["started"])
    said = end_process(sweep, signal.SIGTERM)
    assert sweep.returncode == 143, said
    assert "ended by SIGTERM: 0 of 1 finished, 1 killed" in said
    assert "Traceback" not in said
    assert set(place.statuses().values()) == {("killed", "interrupted")}
    assert trials(place) == ["killed"]
    (place.folder / "cured").touch()
    again = place.sweep(*command)
    assert again.returncode == 0, again.stderr
    assert trials(place) == ["finished"]


def trials(place):
    path = place.output / "ledger.sqlite"
    return list(Ledger(f"sqlite:///{path}").trials()["status"]) if path.exists() else []


@pytest.mark.slow
def test_a_signal_that_a_batch_system_sends_to_every_process_kills_no_run_for_good(place) -> None:
    sweep = place.start("hydra/launcher=processes", "seed=0,1", "model.mode=hang", "hydra.launcher.jobs=2")
    place.wait_for(lambda: place.has_started(2))
    place.wait_for(lambda: trials(place) == ["started"] * 2)
    for pid in [*place.workers(), sweep.pid, *place.workers()]:
        os.kill(pid, signal.SIGUSR1)
    said = sweep.communicate(timeout=240)[1]
    assert sweep.returncode == 138, said
    assert {status for status, _ in place.statuses().values()} == {"killed"}, said
    assert not place.workers()
    assert set(trials(place)) <= {"killed", "started"}, "the second signal may end a run as kill -9 does"
    (place.folder / "cured").touch()
    again = place.sweep("seed=0,1", "model.mode=hang")
    assert again.returncode == 0, again.stderr
    assert trials(place) == ["finished"] * 2


@pytest.mark.slow
def test_a_sweep_in_flight_loses_nothing_to_smc_clean_all_the_while(place, whole) -> None:
    sweep = place.start("hydra/launcher=processes", *SEEDS)
    place.wait_for(lambda: (place.output / "status").is_dir() or sweep.poll() is not None)
    n_removed = 0
    while sweep.poll() is None:
        n_removed += sum(map(len, clean(place.output, older_than=0, remove=True).values()))
    said = sweep.communicate()[1]
    assert sweep.returncode == 0, said
    assert "4 of 4 finished" in said
    assert place.runs() == whole
    assert n_removed > 0
    assert set(place.statuses().values()) == {("finished", None)}
