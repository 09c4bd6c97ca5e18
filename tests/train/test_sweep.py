"""What a sweep's command line asks for: the jobs that Hydra means, all checked before the first one runs."""

import subprocess
import sys

import pytest

from smc.config.command import Command, read_command
from smc.config.compose import compose
from smc.config.job_composer import JobComposer
from smc.errors import ConfigError
from smc.launcher.launcher import Basic
from smc.launcher.processes import Processes
from smc.launcher.run import make_launcher
from smc.training.outcome import say_outcome, say_outcome_briefly
from smc.training.run import train


def jobs(*overrides: str, folders=()) -> list:
    return Command(overrides, folders, multirun=True).jobs()[0]


def names(*overrides: str) -> list[str]:
    return [job.name for job in jobs(*overrides)]


@pytest.mark.parametrize(
    "overrides",
    [
        [],
        ["model=random_forest", "reg=tiny", "symbol=NASDAQ", "seed=3"],
        ["model=xgboost", "model.max_depth=7", "model.n_jobs=2", "trainer.n_threads=2"],
        ["model.max_depth=2", "reg.xgboost.max_depth=9", "experiment=recent", "events.last=200"],
        ["++reg.xgboost.subsample=0.5", "++seed=4", "features.families.session=null"],
        ["symbol=[SP500,NASDAQ]", "labels=forward_return", "cv.n_splits=3", "paths.output=elsewhere"],
    ],
)
def test_a_job_is_composed_as_a_single_run_is(overrides) -> None:
    before = ["model=logistic", "symbol=NASDAQ", "seed=9"]  # what is shared with another job must not be seen
    composer = JobComposer(Command(overrides, multirun=True).composer)
    composer.compose(before)
    job = composer.compose(overrides, 5)
    assert job.config == compose(overrides) == composer.compose(overrides).config
    assert job.overrides == overrides


def test_jobs_are_every_combination_in_the_order_of_hydra() -> None:
    assert names("model=logistic,xgboost", "seed=range(2)", "side=long") == [
        "model=logistic seed=0",
        "model=logistic seed=1",
        "model=xgboost seed=0",
        "model=xgboost seed=1",
    ]


def test_choices_lists_and_quoted_values_are_swept() -> None:
    depths = jobs("model.max_depth=choice(2,3)", "symbol=[SP500,NASDAQ],NASDAQ")
    assert [job.config["model"]["max_depth"] for job in depths] == [2, 2, 3, 3]
    assert [job.config["symbol"] for job in depths][:2] == [["SP500", "NASDAQ"], "NASDAQ"]


def test_a_configuration_may_ask_for_a_sweep_itself(tmp_path) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "seeds.yaml").write_text(
        "# @package _global_\nhydra:\n  mode: MULTIRUN\n  sweeper:\n    params:\n      seed: 1,2,3\n"
    )
    command = Command(["experiment=seeds"], [tmp_path])
    assert command.is_sweep
    assert [job.config["seed"] for job in command.jobs()[0]] == [1, 2, 3]
    (job,) = Command(["experiment=seeds", "seed=7"], [tmp_path]).jobs()[0]
    assert job.config["seed"] == 7, "the command line wins"


def test_the_number_of_a_job_can_be_read() -> None:
    assert [job.config["seed"] for job in jobs("seed=${hydra:job.num}", "side=long,structure")] == [0, 1]


def test_all_stands_for_every_symbol_of_the_data() -> None:
    found = jobs("symbol=all", "seed=1,2")
    assert [(job.number, job.config["symbol"], job.config["seed"]) for job in found] == [
        (0, "SP500", 1), (1, "NASDAQ", 1), (2, "SP500", 2), (3, "NASDAQ", 2),
    ]  # fmt: skip
    assert found[0].name == "seed=1 symbol=SP500"


def test_a_value_may_belong_to_an_option_that_is_swept() -> None:
    found = jobs("model=logistic", "model.C=0.1,1.0")
    assert [job.config["model"]["C"] for job in found] == [0.1, 1.0]
    estimators = jobs("model=random_forest,lightgbm", "model.n_estimators=50")
    assert [job.config["model"]["n_estimators"] for job in estimators] == [50, 50]
    assert jobs("reg=none,strong", "model=mlp,lstm", "model.clip_norm=2.0")


def test_every_mistake_of_every_job_is_named_before_any_runs() -> None:
    with pytest.raises(ConfigError) as said:
        jobs("model=logistic,lghtgbm,xgboost", "model.max_depth=3", "seed=0,1")
    lines = str(said.value).splitlines()
    assert lines[0].startswith("model.max_depth: no such key")
    assert lines[0].endswith("[model=logistic model.max_depth=3 seed=0, and 1 more]")
    assert "model=lghtgbm: no such option; did you mean lightgbm?" in lines[1]
    assert len(lines) == 2


def test_mistakes_in_every_job_and_in_one_are_named_together() -> None:
    with pytest.raises(ConfigError) as said:
        Command(["model=xgboost,lghtgbm", "modl=1"], multirun=True).jobs()
    assert "modl: no such key; did you mean model?" in str(said.value)
    assert "did you mean lightgbm?" in str(said.value)


def test_wrong_values_are_found_before_any_runs_too() -> None:
    with pytest.raises(ConfigError, match=r"model.max_depth: .*'deep'.*\[model.max_depth=deep\]"):
        jobs("model.max_depth=2,deep")


def test_bad_jobs_may_be_left_out() -> None:
    command = Command(["model=logistic,xgboost", "model.max_depth=3", "bad_jobs=skip"], multirun=True)
    (job,), problems = command.jobs()
    assert job.overrides[0] == "model=xgboost"
    assert "model.max_depth: no such key" in problems[0]


def test_an_interval_cannot_be_swept() -> None:
    with pytest.raises(ConfigError, match="use a list, choice"):
        jobs("model.learning_rate=interval(0,1)")


def test_the_configuration_of_a_sweep_cannot_be_printed_as_one() -> None:
    with pytest.raises(ConfigError, match="leave -m out"):
        read_command(["-m", "--cfg", "job", "model=logistic,xgboost"])


def test_launchers_are_chosen_as_hydra_does() -> None:
    assert isinstance(make_launcher(Command().launcher), Basic)
    chosen = Command(["hydra/launcher=processes", "hydra.launcher.jobs=3"], multirun=True)
    launcher = make_launcher(chosen.launcher)
    assert isinstance(launcher, Processes)
    assert launcher.jobs == 3


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (
            {"_target_": "smc.launcher.processes.Processes", "jobs": 0},
            "hydra.launcher.*`jobs` must be positive",
        ),
        ({"_target_": "smc.trials.Ledger", "url": "sqlite://"}, "does not carry out runs of smc"),
        ({"_target_": "hydra_plugins.joblib.Joblib"}, "outside the modules"),
    ],
)
def test_another_launcher_is_refused(section, said) -> None:
    with pytest.raises(ConfigError, match=said):
        make_launcher(section)


def test_a_single_run_imports_no_launcher_of_hydra_and_a_sweep_leaves_its_config(tmp_path) -> None:
    command = [sys.executable, "-m", "smc.train", "-m", "model=baseline", "seed=0", "hydra.sweep.dir=here", "final=train,refit"]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "here" / "multirun.yaml").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "outputs"]
    lines = done.stderr.splitlines()
    assert lines[0].startswith("power: 2 configurations a symbol")
    assert any(line.startswith("[1/2] final=train: finished, out of fold accuracy") for line in lines)
    assert "2 of 2 finished" in lines


def test_test_parts_that_will_be_written_down_are_said_beforehand(smc_train) -> None:
    quick = ("model=baseline", "cv=holdout", "events.last=200", "evaluation.test=recorded")
    single = smc_train(*quick).stderr.splitlines()
    assert single[0].startswith("looks: 1 run will write test figures down")
    sweep = smc_train("-m", *quick, "seed=1,2").stderr
    assert "looks: 2 runs will write test figures down (evaluation.test=recorded): 2 openings" in sweep


def test_the_line_of_a_sealed_run_says_so(tmp_path) -> None:
    quick = ("model=logistic", "events.last=200", "evaluation.test=sealed", f"paths.output={tmp_path}")
    outcome = train(compose(quick))
    assert say_outcome_briefly(outcome).startswith("finished, out of fold accuracy")
    assert "test" not in say_outcome_briefly(outcome).partition(" events")[0]
    assert "  test         sealed, 40 events: opened by python -m smc.select" in say_outcome(outcome)
