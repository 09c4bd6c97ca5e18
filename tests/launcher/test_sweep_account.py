"""The account of a sweep, its disk check and its words, without any process."""

import pytest

from smc.config.job import Job
from smc.launcher import Death, End, Sweep
from smc.launcher.basic import Basic
from smc.launcher.ctrl_c import CtrlC
from smc.launcher.threads import thread_limits
from smc.launcher.view import View


@pytest.fixture
def make_sweep(tmp_path):
    def make(*run_ids: str | None, min_free_mb: float = 0.0) -> Sweep:
        config = {
            "paths": {"output": str(tmp_path), "min_free_mb": min_free_mb},
            "ledger": {"_target_": "smc.ledger.Ledger", "url": f"sqlite:///{tmp_path}/ledger.sqlite"},
            "symbol": None,
            "model": {"_target_": "smc.model.logistic.Logistic"},
        }
        jobs = [Job(config, {}, [f"seed={number}"], [], number) for number in range(len(run_ids))]
        return Sweep(jobs, dict(enumerate(run_ids)), View(len(jobs)), logs=tmp_path / "logs")

    return make


def finish(job, progress) -> End:
    progress.step("fold 1 of 5")
    return End("finished", f"finished, by {job.name}")


def test_each_end_is_a_line_that_names_its_job(make_sweep, capsys) -> None:
    sweep = make_sweep("a", "b")
    Basic().carry_out(sweep.distinct(), finish, sweep)
    assert capsys.readouterr().err.splitlines() == [
        "[1/2] seed=0: finished, by seed=0",
        "[2/2] seed=1: finished, by seed=1",
    ]
    assert sweep.summary() == "2 of 2 finished"


def test_a_run_that_two_jobs_mean_is_carried_out_once(make_sweep, capsys) -> None:
    sweep = make_sweep("a", "b", "a", None, None)
    assert [job.number for job in sweep.distinct()] == [0, 1, 3, 4]
    Basic().carry_out(sweep.distinct(), finish, sweep)
    assert sweep.n_finished == 5
    assert "[2/5] seed=2: finished, by seed=0" in capsys.readouterr().err


def test_the_summary_counts_what_failed_was_killed_and_never_started(make_sweep) -> None:
    sweep = make_sweep("a", "b", "c", "d")
    sweep.ended(sweep.jobs[0], End("finished", "finished"))
    sweep.ended(sweep.jobs[1], End("failed", "it broke"))
    sweep.died(sweep.jobs[2], Death("killed", "SIGKILL", "it was ended"))
    assert sweep.summary().splitlines() == [
        "1 of 4 finished, 1 failed, 1 killed, 1 not started",
        "  seed=1: it broke",
        "  seed=2: it was ended",
    ]


def test_a_death_is_recorded_even_before_the_run_said_anything(make_sweep) -> None:
    sweep = make_sweep("0123456789abcdef")
    sweep.died(sweep.jobs[0], Death("killed", "SIGKILL", "it was ended"))
    from smc.results import RunStore

    said = RunStore(sweep.jobs[0].config["paths"]["output"]).status("0123456789abcdef")
    assert (said["status"], said["reason"], said["model"]) == ("killed", "SIGKILL", "Logistic")


def test_no_job_starts_without_room(make_sweep) -> None:
    sweep = make_sweep("a", "b", min_free_mb=1e9)
    Basic().carry_out(sweep.distinct(), finish, sweep)
    assert not sweep.ends
    assert "a run needs 1e+09 MB of free disk" in str(sweep.no_room)


def test_no_job_starts_after_one_that_found_no_room(make_sweep) -> None:
    sweep = make_sweep("a", "b")
    full = lambda job, progress: End("failed", "no space left", reason="disk_full")  # noqa: E731
    Basic().carry_out(sweep.distinct(), full, sweep)
    assert list(sweep.ends) == [0]


def test_ctrl_c_is_counted_and_raised_again_afterwards() -> None:
    import os
    import signal

    with CtrlC() as ctrl_c:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
    assert ctrl_c.count == 2
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_thread_limits_yield_to_your_own_and_are_taken_back(monkeypatch) -> None:
    import os

    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with thread_limits(3):
        assert (os.environ["OMP_NUM_THREADS"], os.environ["MKL_NUM_THREADS"]) == ("5", "3")
    assert "MKL_NUM_THREADS" not in os.environ
