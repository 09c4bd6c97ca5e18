"""A search over whole runs: what it counts, in which rounds, and that no end of a process changes it."""

import json
import signal

import pytest

from smc.launcher.job_result import JobResult
from smc.results import load_run
from smc.sweeper import search as search_module
from smc.train import carry_out
from smc.trials import Ledger
from smc.tune.kept_study import KeptStudy
from tests.sweeper.conftest import end_at_call

#: Where a process may be ended: what is called then, and for the nth time.
ENDS = {
    "before anything is asked": (KeptStudy, "_ask", 1),
    "while the first batch is asked": (KeptStudy, "_draw", 2),
    "asked and not registered": (search_module, "preview", 1),
    "registered, and none begun": (search_module, "write_sweep_manifest", 1),
    "in the second run": (search_module, "value_of", 2),
    "while the second batch is asked": (KeptStudy, "_draw", 4),
    "second batch asked and not registered": (search_module, "preview", 2),
    "before the last is told": (KeptStudy, "tell", 4),
}
#: Those that run each time.
CHEAP = ("while the first batch is asked", "asked and not registered", "in the second run")


def test_each_batch_is_a_round_and_each_trial_an_ordinary_run(place, undisturbed):
    assert [trial.state for trial in undisturbed] == ["COMPLETE"] * 4
    assert [trial.round for trial in undisturbed] == [1, 1, 2, 2]
    assert len({trial.run_id for trial in undisturbed}) == 4


def test_it_says_beforehand_what_it_costs(place):
    code, said = place.search(task=interrupted)
    assert code == 130
    assert (
        "search: evidence: 4 trials count, in 2 rounds of up to 2, and each after the first costs as much "
        "as two untold trials: 2 in all" in said
    )
    assert said.index("search: evidence") < said.index("interrupted")
    assert "the same command goes on" in said


def interrupted(job, progress):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "moment", [each if each in CHEAP else pytest.param(each, marks=pytest.mark.slow) for each in ENDS]
)
def test_a_search_that_is_killed_goes_on_as_if_it_had_not_been(place, undisturbed, moment):
    assert place.search_in_child(end_at_call(*ENDS[moment])) == -signal.SIGKILL
    code, said = place.search()
    assert code == 0, said
    assert place.trials() == undisturbed


def test_ctrl_c_leaves_the_trial_open_and_the_same_line_goes_on(place, undisturbed):
    tasks = iter([carry_out, interrupted])
    code, said = place.search(task=lambda job, progress: next(tasks)(job, progress))
    assert code == 130
    assert "1 of 4 trials finished, 1 not told yet, 2 not asked for" in said
    assert [trial.state.name for trial in place.optuna().trials] == ["COMPLETE", "RUNNING"]
    code, said = place.search()
    assert code == 0, said
    assert "goes on, 1 trials of it are finished" in said
    assert place.trials() == undisturbed


def test_a_finished_search_asks_for_nothing_and_more_trials_for_the_rest(place, undisturbed):
    place.search("hydra.sweeper.n_trials=2")
    head = place.ledger.head()
    assert place.search("hydra.sweeper.n_trials=2")[0] == 0
    assert place.ledger.head() == head
    assert place.search()[0] == 0
    assert place.trials() == undisturbed


def test_a_run_that_fails_is_told_as_failed_and_counted(place):
    def fails_once(job, progress):
        if job.number == 1:
            return JobResult("failed", "it broke", None, reason="bad_model")
        return carry_out(job, progress)

    code, said = place.search(task=fails_once)
    assert code == 1
    trial = place.optuna().trials[1]
    assert (trial.state.name, trial.user_attrs["smc_why"]) == ("FAIL", "it broke")
    assert "3 of 4 trials finished, 1 failed" in said
    assert len(place.ledger.trials()) == 4, "a failed one was in the ledger before its fit"


def test_a_run_that_is_killed_alone_stays_open_and_is_tried_again(place, undisturbed):
    def killed_once(job, progress):
        if job.number == 1:
            return JobResult("killed", "its process was ended", reason="SIGKILL")
        return carry_out(job, progress)

    code, said = place.search(task=killed_once)
    assert code == 1
    assert "3 of 4 trials finished, 1 not told yet" in said
    assert place.search()[0] == 0
    again = place.trials()
    assert [trial.number for trial in again] == list(range(4))
    assert {trial.state for trial in again} == {"COMPLETE"}
    assert again[:2] == undisturbed[:2]


def test_another_space_objective_or_seed_is_another_study(place):
    import optuna

    for more in ([], ["hydra.sweeper.objective=auc"], ["model.C=interval(.001,10)"], ["seed=1"]):
        place.search("hydra.sweeper.n_trials=1", *more, task=interrupted)
    place.search("hydra.sweeper.n_trials=2", "run.name=x", "hydra.sweeper.batch_size=1", task=interrupted)
    assert len(optuna.get_all_study_names(f"sqlite:///{place.output}/tuning.sqlite")) == 4


def test_what_is_made_best_is_the_figure_of_the_run_out_of_fold(place):
    assert (
        place.search("hydra.sweeper.objective=auc", "hydra.sweeper.n_trials=2", "reg=baseline,strong")[0] == 0
    )
    study = place.optuna()
    assert study.direction.name == "MAXIMIZE"
    for trial in study.trials:
        run = load_run(place.output / "runs" / trial.user_attrs["smc_run"])
        assert trial.value == run.record["out_of_fold_metrics"]["auc"]
        assert run.record["test_metrics"] is None
    assert study.best_value == max(trial.value for trial in study.trials)


def test_the_best_is_said_as_it_would_be_typed(place, undisturbed):
    said = place.search()[1]
    best = min(undisturbed, key=lambda trial: trial.value)
    (line,) = [line for line in said.splitlines() if line.startswith("best out of fold")]
    assert f"run {best.run_id}: " in line
    assert {f"{key}={value}" for key, value in best.params} <= set(line.split())


def test_test_parts_stay_sealed(place):
    place.search("hydra.sweeper.n_trials=2")
    (market,) = place.ledger.markets().index
    assert place.ledger.market_trials(market).openings == []


def test_the_list_of_each_batch_is_written_before_its_runs(place):
    place.search(task=interrupted)
    (path,) = (place.output / "sweeps").glob("*.json")
    assert len(json.loads(path.read_text())["jobs"]) == 2
    assert isinstance(place.ledger, Ledger)
