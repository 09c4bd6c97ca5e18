"""The account of a sweep, its disk check and its words, without any process."""

import os
import signal
import threading

import pytest

from smc.config.job import Job
from smc.launcher import Crash, JobResult, SweepState, job_result
from smc.launcher.launcher import Basic, CtrlC
from smc.launcher.threads import thread_limits
from smc.launcher.view import View
from smc.results import RunStore
from smc.results.lock import exclusive

RUN = "0123456789abcdef"


@pytest.fixture
def make_sweep(tmp_path):
    def make(*run_ids: str | None, min_free_mb: float = 0.0) -> SweepState:
        config = {
            "paths": {"output": str(tmp_path), "min_free_mb": min_free_mb},
            "ledger": {"_target_": "smc.trials.Ledger", "url": f"sqlite:///{tmp_path}/ledger.sqlite"},
            "symbol": None,
            "model": {"_target_": "smc.model.logistic.Logistic"},
        }
        jobs = [Job(config, {}, [f"seed={number}"], [], number) for number in range(len(run_ids))]
        return SweepState(jobs, dict(enumerate(run_ids)), View(len(jobs)), logs=tmp_path / "logs")

    return make


def store_of(sweep: SweepState) -> RunStore:
    return RunStore(sweep.jobs[0].config["paths"]["output"])


def finish(job, progress) -> JobResult:
    progress.step("fold 1 of 5")
    return JobResult("finished", f"finished, by {job.name}")


def test_each_end_is_a_line_that_names_its_job(make_sweep, capsys) -> None:
    sweep = make_sweep("a", "b")
    Basic().carry_out(sweep.distinct(), finish, sweep)
    assert capsys.readouterr().err.splitlines() == [
        "[1/2] seed=0: finished, by seed=0",
        "[2/2] seed=1: finished, by seed=1",
    ]
    assert sweep.summary() == "2 of 2 finished"


@pytest.mark.parametrize("n_jobs", [10, 80])
def test_the_account_of_an_end_looks_at_no_other_job(make_sweep, monkeypatch, n_jobs) -> None:
    looked_at = []
    same_as = SweepState._same_as
    monkeypatch.setattr(SweepState, "_same_as", lambda self, job: looked_at.append(job) or same_as(self, job))
    sweep = make_sweep(*map(str, range(n_jobs)))
    Basic().carry_out(sweep.distinct(), finish, sweep)
    assert (sweep.n_finished, len(looked_at)) == (n_jobs, 2 * n_jobs)


def looks_up(job, progress) -> JobResult:
    assert job.sources is job.sources
    return finish(job, progress)


def test_what_a_job_looks_up_for_itself_is_not_kept_until_the_sweep_ends(make_sweep) -> None:
    sweep = make_sweep("a", "b")
    Basic().carry_out(sweep.distinct(), looks_up, sweep)
    assert not any("sources" in vars(job) for job in sweep.jobs)


def test_a_run_that_two_jobs_mean_is_carried_out_once(make_sweep, capsys) -> None:
    sweep = make_sweep("a", "b", "a", None, None)
    assert [job.number for job in sweep.distinct()] == [0, 1, 3, 4]
    Basic().carry_out(sweep.distinct(), finish, sweep)
    assert sweep.n_finished == 5
    assert "[2/5] seed=2: finished, by seed=0" in capsys.readouterr().err


def test_the_summary_counts_what_failed_was_killed_and_never_started(make_sweep) -> None:
    sweep = make_sweep("a", "b", "c", "d")
    sweep.ended(sweep.jobs[0], JobResult("finished", "finished"))
    sweep.ended(sweep.jobs[1], JobResult("failed", "it broke"))
    sweep.crashed(sweep.jobs[2], Crash("killed", "SIGKILL", "it was ended"))
    assert sweep.summary().splitlines() == [
        "1 of 4 finished, 1 failed, 1 killed, 1 not started",
        "  seed=1: it broke",
        "  seed=2: it was ended",
    ]


def test_a_death_is_recorded_even_before_the_run_said_anything(make_sweep) -> None:
    sweep = make_sweep(RUN)
    sweep.crashed(sweep.jobs[0], Crash("killed", "SIGKILL", "it was ended"))
    said = store_of(sweep).status(RUN)
    assert (said["status"], said["reason"], said["model"]) == ("killed", "SIGKILL", "Logistic")


@pytest.fixture
def lost_node(make_sweep):
    """A sweep that hears of a lost node, while a process there still holds the run for some seconds."""

    def hear(seconds: float) -> SweepState:
        sweep = make_sweep(RUN)
        locks = store_of(sweep).locks
        locks.mkdir()
        holds, let_go = threading.Event(), threading.Event()

        def linger() -> None:
            with exclusive(locks / RUN):
                holds.set()
                let_go.wait(seconds)

        lingering = threading.Thread(target=linger)
        lingering.start()
        holds.wait()
        sweep.crashed(sweep.jobs[0], Crash("killed", "node_lost", "its node was lost"))
        let_go.set()
        lingering.join()
        return sweep

    return hear


def test_a_death_is_recorded_once_the_process_has_gone(lost_node) -> None:
    sweep = lost_node(0.5)
    said = store_of(sweep).status(RUN)
    assert (said["status"], said["reason"]) == ("killed", "node_lost")
    assert sweep.results[0].text == "its node was lost"


def test_a_process_that_does_not_go_is_named(lost_node, monkeypatch) -> None:
    monkeypatch.setattr(job_result, "LAST_SIGNS", 0.2)
    sweep = lost_node(60)
    assert sweep.results[0].status == "killed"
    assert f"could not be recorded: run {RUN} is being written by process" in sweep.results[0].text


def test_no_job_starts_without_room(make_sweep) -> None:
    sweep = make_sweep("a", "b", min_free_mb=1e9)
    Basic().carry_out(sweep.distinct(), finish, sweep)
    assert not sweep.results
    assert "a run needs 1e+09 MB of free disk" in str(sweep.bad_place)


def test_no_job_starts_after_one_that_found_bad_place(make_sweep) -> None:
    sweep = make_sweep("a", "b")
    full = lambda job, progress: JobResult("failed", "no space left", reason="disk_full")  # noqa: E731
    Basic().carry_out(sweep.distinct(), full, sweep)
    assert list(sweep.results) == [0]


def test_ctrl_c_is_the_end_of_the_running_job_in_one_process_too(make_sweep) -> None:
    def interrupted(job, progress) -> JobResult:
        raise KeyboardInterrupt("what was done so far is in partial/a")

    sweep = make_sweep("a", "b")
    with pytest.raises(KeyboardInterrupt):
        Basic().carry_out(sweep.distinct(), interrupted, sweep)
    assert sweep.summary().splitlines() == [
        "0 of 2 finished, 1 killed, 1 not started",
        "  seed=0: interrupted: what was done so far is in partial/a",
    ]


def test_a_segfault_is_named_even_where_memory_ran_out_meanwhile() -> None:
    assert job_result.crash_of(-signal.SIGSEGV, ran_out_of_memory=True).reason == "SIGSEGV"
    assert job_result.crash_of(-signal.SIGTERM, ran_out_of_memory=True).status == "killed"


def test_the_time_left_is_that_of_the_jobs_left_at_the_pace_of_the_new_ones() -> None:
    view = View(10)
    view.began, view.ends["finished"], view.n_new = 0.0, 6, 3  # three of the six were finished before
    assert view._time_left(30.0) == ", about 40 s left"
    assert view._time_left(90.0) == ", about 2 min left"
    view.n_new = 0
    assert view._time_left(30.0) == ""


def test_the_live_line_tells_how_jobs_ended_by_what_became_of_them() -> None:
    view = View(9)
    for status, n_jobs in {"finished": 3, "failed": 2, "killed": 1, "busy": 1}.items():
        view.ends[status] = n_jobs
    assert view._headline() == (
        "3 of 9 finished, 2 failed, 1 killed, 1 left to another process that writes them"
    )


def test_ctrl_c_is_counted_and_raised_again_afterwards() -> None:
    with CtrlC() as ctrl_c:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
    assert ctrl_c.count == 2
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_thread_limits_yield_to_your_own_and_are_taken_back(monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with thread_limits(3):
        assert (os.environ["OMP_NUM_THREADS"], os.environ["MKL_NUM_THREADS"]) == ("5", "3")
    assert "MKL_NUM_THREADS" not in os.environ
