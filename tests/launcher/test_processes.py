"""One process a run: every way in which it may end is recorded, and the others go on."""

import json
import os
import signal
from pathlib import Path

import pytest

from smc.trials import Ledger

PROCESSES = "hydra/launcher=processes"
#: What a fit does, and what is recorded of it.
ENDINGS = {
    "ok": ("finished", None),
    "raises": ("failed", "bad_fit"),
    "memory": ("failed", "out_of_memory"),
    "kill": ("killed", "SIGKILL"),
    "crash": ("failed", "SIGABRT"),
    "exits": ("failed", "exited"),
    "hang": ("failed", "timed_out"),
}
MODES = f"model.mode={','.join(ENDINGS)}"


def trials(place):
    rows = Ledger(f"sqlite:///{place.output}/ledger.sqlite").trials()
    reasons = rows["reason"].astype(object).where(rows["reason"].notna(), None)
    return dict(zip(rows["run_id"], zip(rows["status"], reasons, strict=True), strict=True))


def expected(place):
    (path, *_) = sorted((place.output / "sweeps").glob("*.json"))
    jobs = json.loads(path.read_text())["jobs"]
    return {job["overrides"][-1].removeprefix("model.mode="): job["run_id"] for job in jobs}


@pytest.fixture(scope="module")
def done(shared_place):
    """A sweep whose jobs end in every way."""
    return shared_place.sweep(PROCESSES, "hydra.launcher.max_minutes=0.2", MODES)


def test_every_end_is_named_by_its_job_and_the_others_go_on(done) -> None:
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    for mode in ENDINGS:
        assert any(line.startswith("[") and f"model.mode={mode}: " in line for line in lines), mode
    assert "1 of 7 finished, 5 failed, 1 killed" in lines
    assert "took longer than the 0.2 minutes" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_end_stands_in_the_status_and_in_the_ledger(done, shared_place) -> None:
    ids, said, counted = expected(shared_place), shared_place.statuses(), trials(shared_place)
    for mode, end in ENDINGS.items():
        if mode not in ("raises", "memory"):
            assert (said[ids[mode]], counted[ids[mode]]) == (end, end), mode
    for mode in ("raises", "memory"):
        assert said[ids[mode]][0] == counted[ids[mode]][0] == "failed"
    assert list((shared_place.output / "staging").iterdir()) == []
    assert set(shared_place.runs()) == {ids["ok"]}


def test_the_expected_runs_were_written_down_before(done, shared_place) -> None:
    assert list(expected(shared_place)) == list(ENDINGS)
    assert None not in expected(shared_place).values()


def test_a_second_sweep_starts_the_killed_one_afresh_and_no_failed_one(done, shared_place) -> None:
    (shared_place.folder / "cured").touch()
    again = shared_place.sweep(PROCESSES, MODES)
    assert again.returncode == 1
    assert "2 of 7 finished, 5 failed" in again.stderr
    ids = expected(shared_place)
    assert set(shared_place.runs()) == {ids["ok"], ids["kill"]}


def test_retry_runs_the_failed_ones_again(done, shared_place) -> None:
    (shared_place.folder / "cured").touch()
    again = shared_place.sweep(PROCESSES, MODES, "retry=failed")
    assert again.returncode == 0, again.stderr
    assert "7 of 7 finished" in again.stderr
    assert set(shared_place.runs()) == set(expected(shared_place).values())
    assert {status for status, _ in trials(shared_place).values()} == {"finished"}


@pytest.mark.slow
@pytest.mark.parametrize(("overrides", "n_threads"), [([], 1), (["hydra.launcher.jobs=1"], None)])
def test_all_processes_together_have_as_many_threads_as_there_are_cores(place, overrides, n_threads) -> None:
    from joblib import cpu_count

    assert place.sweep(PROCESSES, "model.mode=threads", *overrides).returncode == 0
    used = [path.read_text().split() for path in place.folder.glob("threads-*")]
    wanted = str(n_threads or cpu_count())
    assert used
    assert all(each == [wanted, wanted] for each in used), used


@pytest.mark.slow
def test_a_process_goes_on_after_a_run_that_finished_and_after_no_other(place) -> None:
    swept = ("split.val_frac=0.25,0.2", "model.mode=threads,raises", "seed=0,1")
    done = place.sweep(PROCESSES, "hydra.launcher.jobs=1", *swept)
    assert "4 of 8 finished, 4 failed" in done.stderr
    assert len(list(place.folder.glob("threads-*"))) == 2, "two finished runs each, until one failed"


def test_a_run_that_kills_the_process_of_earlier_runs_is_lost_alone(place) -> None:
    done = place.sweep(PROCESSES, "hydra.launcher.jobs=1", "model.mode=ok,prints,kill,slow")
    assert "3 of 4 finished, 1 killed" in done.stderr
    ids, said = expected(place), place.statuses()
    assert said[ids["kill"]] == ("killed", "SIGKILL")
    assert set(place.runs()) == {ids[mode] for mode in ("ok", "prints", "slow")}
    logs = {path.name: path.read_text() for path in place.output.glob("sweeps/*/*.log")}
    assert logs == {"1.log": "said by the fit\n"}, "what a run prints is its own"


def test_a_worker_that_is_killed_takes_no_other_with_it(place) -> None:
    sweep = place.start(PROCESSES, "model.mode=slow,hang", "hydra.launcher.jobs=2")
    place.wait_for(lambda: place.has_started(2))
    hung = expected(place)["hang"]
    os.kill(place.store.status(hung)["process"], signal.SIGKILL)
    _, said = sweep.communicate(timeout=240)
    assert sweep.returncode == 1
    assert "1 of 2 finished, 1 killed" in said
    assert place.statuses()[hung] == ("killed", "SIGKILL")


@pytest.mark.slow
def test_the_end_of_the_fork_server_loses_the_runs_in_flight_alone(place) -> None:
    sweep = place.start(PROCESSES, "model.mode=hang,slow,ok", "hydra.launcher.jobs=1")
    place.wait_for(lambda: place.has_started() and trials(place))
    (worker,) = place.workers()
    server = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(server, signal.SIGKILL)
    _, said = sweep.communicate(timeout=240)
    assert sweep.returncode == 1
    assert "2 of 3 finished, 1 killed" in said
    hung = expected(place)["hang"]
    assert place.statuses()[hung] == trials(place)[hung] == ("killed", "server_gone")
    assert not place.workers()
