"""Several processes on one study: each trial is carried out once, whoever asked for it."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from smc.sweeper import search as search_module
from tests.sweeper.conftest import QUICK, SEARCH, SPACE, end_at_call

#: Of the machine that the tests run on.
POSTGRES = os.environ.get("SMC_TEST_POSTGRES_URL")


def start(place, *overrides: str) -> "subprocess.Popen[str]":
    """Type a search in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "smc.train", *SEARCH, *QUICK, *SPACE, *overrides],
        cwd=place.folder,
        env={**os.environ, "SMC_LEDGER": str(place.folder / "ledger.sqlite")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def each_once(place, n_trials: int, url: str | None = None) -> None:
    """Assert that every trial is finished, and that none was carried out twice."""
    trials = place.trials(url)
    assert [trial.number for trial in trials] == list(range(n_trials))
    assert {trial.state for trial in trials} == {"COMPLETE"}
    assert len({trial.run_id for trial in trials}) == n_trials


def test_two_at_once_share_the_trials(place):
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            os._exit(place.search("hydra.sweeper.n_trials=8")[0])
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0, 0]
    each_once(place, 8)
    owners = {trial.user_attrs["smc_owner"] for trial in place.optuna().trials}
    assert len(owners) == 2, "both took their share"
    rows = place.ledger.trials()
    assert rows["attempts"].tolist() == [1] * 8


def test_one_takes_over_from_another_that_dies_while_both_run(place):
    child = os.fork()
    if child == 0:
        end_at_call(search_module, "value_of", 1)()
        place.search("hydra.sweeper.n_trials=8")
        os._exit(0)
    code, said = place.search("hydra.sweeper.n_trials=8")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    if code == 0:
        code, said = place.search("hydra.sweeper.n_trials=8")  # it may have died after this one was through
    assert code == 0, said
    each_once(place, 8)


@pytest.mark.skipif(not POSTGRES, reason="no PostgreSQL server: set SMC_TEST_POSTGRES_URL")
def test_two_at_once_on_a_server(place, postgres):
    url = postgres.render_as_string(hide_password=False)
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            os._exit(place.search("hydra.sweeper.n_trials=8", f"hydra.sweeper.storage='{url}'")[0])
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    each_once(place, 8, postgres.set(drivername="postgresql+pg8000").render_as_string(hide_password=False))
    assert place.ledger.trials()["attempts"].tolist() == [1] * 8


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["basic", "processes"])
def test_sigkill_at_ten_random_moments_loses_and_repeats_nothing(place, launcher):
    draw = random.Random(0)
    line = (f"hydra/launcher={launcher}", "hydra.sweeper.n_trials=12", "hydra.sweeper.batch_size=4")
    for _ in range(10):
        search = start(place, *line)
        time.sleep(draw.uniform(6, 20))
        search.send_signal(signal.SIGKILL)
        search.communicate(timeout=240)
    search = start(place, *line)
    said = search.communicate(timeout=400)[1]
    assert search.returncode == 0, said
    each_once(place, 12)
    assert sorted(trial.round for trial in place.trials()) == [1] * 4 + [2] * 4 + [3] * 4
    undisturbed = type(place)(place.folder / "undisturbed", pytest.MonkeyPatch())
    code, said = undisturbed.search(*line)
    assert code == 0, said
    assert undisturbed.trials() == place.trials()


@pytest.mark.slow
def test_ctrl_c_ends_it_in_order_and_the_same_line_goes_on(place):
    line = ("hydra/launcher=processes", "hydra.sweeper.n_trials=8")
    search = start(place, *line)
    runs = place.folder / "outputs" / "runs"
    while not list(runs.glob("*")) and search.poll() is None:
        time.sleep(0.05)
    search.send_signal(signal.SIGINT)
    said = search.communicate(timeout=240)[1]
    assert search.returncode == 130, said
    assert "of 8 trials finished" in said
    assert "the same command goes on" in said
    assert "Traceback" not in said
    search = start(place, *line)
    said = search.communicate(timeout=400)[1]
    assert search.returncode == 0, said
    each_once(place, 8)


@pytest.mark.slow
def test_two_ray_workers_carry_out_one_study(place):
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'smc[ray]'")
    search = start(place, "hydra/launcher=ray", "hydra.launcher.num_cpus=1")
    said = search.communicate(timeout=400)[1]
    assert search.returncode == 0, said
    each_once(place, 4)
