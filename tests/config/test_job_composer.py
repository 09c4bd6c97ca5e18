"""Jobs of a sweep are composed from marks: each is what Hydra makes of it alone, and Hydra is asked seldom."""

import json

import pytest

from smc.config import checked_configs
from smc.config.command import Command
from smc.config.composer import Composer, to_job
from smc.config.fault import COMPOSITION_ERRORS
from smc.config.job_composer import JobComposer
from smc.errors import ConfigError

#: Jobs of one sweep each: all are composed from the first one's marks, or must not be.
SWEEPS = {
    "values": [["seed=0", "model.max_depth=2"], ["seed=7", "model.max_depth=null"], ["seed=7", "model.max_depth=2.0"]],
    "numbers": [["evaluation.cost_bps=2"], ["evaluation.cost_bps=2.5"], ["evaluation.cost_bps=1e1"]],
    "symbols": [["symbol=DAX"], ["symbol=null"], ["symbol=[A,B]"], ["symbol=[C]"], ['symbol="NULL"'], ["symbol=11"]],
    "profiles": [["model=mlp", "++reg.mlp.max_epochs=8"], ["model=mlp", "++reg.mlp.max_epochs=9"], ["model=mlp", "++reg.mlp.max_epochs='???'"]],
    "options": [["reg=tiny", "model=xgboost", "seed=1"], ["reg=strong", "model=logistic", "seed=2"]],
    "members": [["model=voting", "model.members=[logistic,xgboost]", "seed=1"], ["model=voting", "model.members=[mlp]", "seed=1"]],
    "home": [["paths.output=a"], ["paths.output='~/a'"], ["paths.output=~nobody-of-this-name/a"]],
    "interpolations": [["model.seed=1", "seed=2"], ["model.seed=${cv.n_splits}", "seed=2"], ["model.seed=${nowhere}", "seed=2"]],
    "texts of values": [["run.name=idea-${seed}", "seed=1"], ["run.name=idea-${seed}", "seed=2"]],
    "numbers of jobs": [["run.name=job-${hydra:job.num}", "seed=1"], ["run.name=job-${hydra:job.num}", "seed=2"]],
    "lists": [["run.tags=[a,b]"], ["run.tags=[]"], ["run.tags=[c,d]", "run.tags.1=e"], ["run.tags=[c,d]", "run.tags.0=e"]],
    "whole sections": [["split={test_frac: 0.1}", "split.val_frac=0.3"], ["split.test_frac=0.3", "split={test_frac: 0.1}"]],
    "signs": [["+seed=1"], ["++model.subsample=0.5"], ["+model.max_depth=3"], ["~model.max_depth"], ["~model.max_depth=99"]],
    "missing": [["model.max_depth=3"], ["model.max_depth='???'"], ["symbol=???"], ["symbol=NULL"], ["symbol=null"]],
    "refused": [["split.test_frac=0.1"], ["split.test_frac=7"], ["split.test_frac=a"], ["split.test_frak=7"], ["seed=-1"]],
    "secrets": [["monitor.webhook=https://hooks.example/T0"], ["monitor.webhook=https://hooks.example/T1"]],
    "sections of one's own": [["model.max_depth.of=3"], ["trainer.callbacks.mine=3"], ["trainer.callbacks={}"]],
}  # fmt: skip


@pytest.fixture(scope="module")
def composer():
    return Composer()


def told(compose, overrides, number):
    """Return all that a job is, byte by byte, or what is said of it."""
    try:
        job = compose(overrides, number)
    except (*COMPOSITION_ERRORS, ConfigError) as error:
        return type(error), str(error)
    return json.dumps(job.config), job.choices, job.overrides, job.folders, job.number, job.name


@pytest.mark.parametrize("sweep", SWEEPS.values(), ids=SWEEPS)
def test_a_job_is_what_hydra_makes_of_it_alone(composer, sweep) -> None:
    def by_hydra(overrides, number):
        composed = composer.load(overrides)
        composed.hydra.job.num = number
        return to_job(composed, number)

    jobs = JobComposer(composer)
    for number, overrides in enumerate(sweep):
        assert told(jobs.compose, overrides, number) == told(by_hydra, overrides, number)


@pytest.fixture
def counted(monkeypatch):
    """Count what is composed by Hydra and what is checked."""
    calls = {"load": 0, "check": 0}

    def count(place, name, kind):
        original = getattr(place, name)

        def counting(*args, **kwargs):
            calls[kind] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(place, name, counting)

    count(Composer, "load", "load")
    count(checked_configs, "check_config", "check")
    return calls


def jobs_of(*overrides):
    return Command(overrides, multirun=True).jobs()[0]


@pytest.mark.parametrize("n_seeds", [2, 9])
def test_hydra_composes_each_set_of_options_once_however_many_values(counted, n_seeds) -> None:
    jobs = jobs_of("model=logistic,baseline", f"seed=range({n_seeds})", "split.test_frac=0.1,0.3", "aug=none")
    assert len(jobs) == 4 * n_seeds
    assert counted["load"] == 1 + 2, "the sweep as a whole, and two sets of options"


def test_jobs_that_differ_in_their_symbol_alone_are_checked_once_and_share_their_sections(counted) -> None:
    jobs = jobs_of("model=baseline", "symbol=A,B,C", "split.test_frac=0.1,0.3")
    assert [job.config["symbol"] for job in jobs] == ["A", "A", "B", "B", "C", "C"]
    assert counted["check"] == 2
    assert len({id(job.config) for job in jobs}) == len(jobs)
    assert len({id(job.config["split"]) for job in jobs}) == 2
    assert len({id(job.config["model"]) for job in jobs}) == 1


def test_a_symbol_of_another_kind_is_checked_for_itself() -> None:
    with pytest.raises(ConfigError, match=r"^symbol: must be str or list or null, got|^symbol: must be "):
        jobs_of("symbol=A,[1]")
