"""Whatever kills a run: nothing partial is visible, its state is told rightly, and it can be run again."""

import os
import signal

from smc.results import RunStore, list_runs, load_run

RUN_ID = "00000000000000aa"


def check_nothing_partial_is_visible(output):
    for folder in (output / "runs").glob("*"):
        run = load_run(folder)
        assert run.record["symbol"] == "EURUSD"
        assert not (folder / "scratch").exists()
        assert len(list(folder.rglob("*"))) == 10  # eight files, their list, one folder


def check_state_is_told_rightly(output, run_id, said_possible):
    store = RunStore(output)
    state, said = store.state(run_id), store.status(run_id).get("status")
    if (output / "runs" / run_id).exists():
        assert state == "finished"
    else:
        assert said in said_possible
        assert state == {None: "absent", "started": "killed"}.get(said, said)


def check_run_can_be_resumed(output, run_id):
    store = RunStore(output, min_free_mb=0)
    with store.claim(run_id, retry="failed") as claim:
        assert claim.skip in (None, "finished")
        if not claim.skip:
            claim.save_record({"symbol": "EURUSD"})
            claim.commit()
    assert store.state(run_id) == store.status(run_id)["status"] == "finished"
    assert load_run(store.folder(run_id)).record["symbol"] == "EURUSD"


def check_all(output, run_id, said_possible=(None, "started")):
    check_nothing_partial_is_visible(output)
    check_state_is_told_rightly(output, run_id, said_possible)
    check_run_can_be_resumed(output, run_id)


def check_nothing_is_left_over(output):
    assert list((output / "staging").iterdir()) == []
    assert {path.suffix for path in (output / "status").iterdir()} == {".json"}
    assert not any(path.name.startswith(".") for path in (output / "status").iterdir())


def test_a_run_killed_at_any_system_call_leaves_no_trace_but_its_state(crash_runs, tmp_path):
    (n_points,) = map(int, crash_runs("calls", tmp_path))
    assert n_points > 100
    for point in range(n_points + 1):
        check_all(tmp_path / str(point), RUN_ID)
        check_nothing_is_left_over(tmp_path / str(point))


def test_a_failing_run_killed_at_any_system_call_is_told_as_failed_or_killed(crash_runs, tmp_path):
    (n_points,) = map(int, crash_runs("failing-calls", tmp_path))
    assert n_points > 100
    assert RunStore(tmp_path / str(n_points)).state(RUN_ID) == "failed"
    for point in range(n_points + 1):
        check_all(tmp_path / str(point), RUN_ID, (None, "started", "failed"))
        check_nothing_is_left_over(tmp_path / str(point))


def test_a_run_killed_at_any_line_leaves_no_trace_but_its_state(crash_runs, tmp_path):
    (n_points,) = map(int, crash_runs("lines", tmp_path))
    assert n_points > 200
    for point in range(n_points + 1):
        check_all(tmp_path / str(point), RUN_ID)
        check_nothing_is_left_over(tmp_path / str(point))


def test_runs_killed_at_random_moments_are_whole_or_absent(crash_runs, tmp_path):
    output = tmp_path / "out"
    crash_runs("moments", output, 40)
    check_nothing_partial_is_visible(output)
    for number in range(40):
        check_state_is_told_rightly(output, f"run-{number}", (None, "started"))
    for number in range(40):
        check_run_can_be_resumed(output, f"run-{number}")
    check_nothing_is_left_over(output)
    assert len(list_runs(output)) == 41


def test_of_processes_that_race_for_a_run_one_writes_it_and_the_others_are_told(crash_runs, tmp_path):
    for attempt in range(3):
        told = crash_runs("race", tmp_path / str(attempt), 6)
        assert len(told) == 6
        assert told.count("ran") == 1
        assert set(told) <= {"ran", "busy", "finished"}
        check_all(tmp_path / str(attempt), RUN_ID)


def test_a_worker_that_outlives_its_killed_run_does_not_keep_it_locked(crash_runs, tmp_path):
    output = tmp_path / "out"
    (worker,) = map(int, crash_runs("orphan", output))
    try:
        os.kill(worker, 0)
        assert RunStore(output).state(RUN_ID) == "killed"
        check_all(output, RUN_ID)
    finally:
        os.kill(worker, signal.SIGKILL)


def test_looking_at_a_run_never_makes_it_busy(crash_runs, tmp_path):
    crash_runs("looking", tmp_path / "out", 100)
