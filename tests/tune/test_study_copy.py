"""Studies in a database are a copy: looked at by people, read by no search, and without a password."""

import logging
import os
import uuid

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.samplers import TPESampler
from sqlalchemy import NullPool

from smc import api
from smc.config.compose import compose
from smc.config.saved_config import without_side_effects
from smc.errors import ConfigError
from smc.results.identity import run_id, trial_hash
from smc.tune.search import Search
from smc.tune.study_copy import StudyCopies

SMALL = (
    *("data=simulated", "data.n_bars=4000", "symbol=S01", "model=logistic", "aug=none", "monitor=none"),
    *("tune=random", "tune.n_trials=4"),
)
FEW = np.array([0.0, 0.1, 0.3])
SPACE, START = {"x": FloatDistribution(-4.0, 4.0)}, {"x": 3.0}


def searched(**named):
    def losses(params, fold):
        return (params["x"] - 1) ** 2 + fold + FEW

    return Search(TPESampler(seed=0), n_trials=12).find(SPACE, START, losses, 3, **named)


def trials_of(url, name):
    storage = optuna.storages.RDBStorage(url, engine_kwargs={"poolclass": NullPool})
    study = optuna.load_study(study_name=name, storage=storage)
    return [(trial.params, trial.state.name, trial.value) for trial in study.trials]


def test_the_choice_is_the_same_and_the_study_holds_every_trial(tmp_path):
    url = f"sqlite:///{tmp_path}/deep/tuning.sqlite"
    found, plain = searched(on_trial=StudyCopies(url).begin("a, first block")), searched()
    assert [a.params for a in found.attempts] == [a.params for a in plain.attempts]
    assert found.best.params == plain.best.params
    trials = trials_of(url, "a, first block")
    assert [params for params, _, _ in trials] == [a.params for a in found.attempts]
    states = {"finished": "COMPLETE", "pruned": "PRUNED", "failed": "FAIL"}
    assert [state for _, state, _ in trials] == [states[a.status] for a in found.attempts]


def test_a_search_that_died_begins_anew_under_its_name(tmp_path):
    url = f"sqlite:///{tmp_path}/tuning.sqlite"
    for n_trials in (3, 5):
        write = StudyCopies(url).begin("a, fold 1")
        Search(TPESampler(seed=0), n_trials=n_trials).find(SPACE, START, lambda *_: FEW, 2, on_trial=write)
    assert len(trials_of(url, "a, fold 1")) == 5


def test_a_database_that_is_lost_is_told_once_and_ends_no_search(tmp_path, caplog):
    place = tmp_path / "tuning.sqlite"
    write = StudyCopies(f"sqlite:///{place}").begin("a, fold 1")
    place.write_bytes(b"no database any more")
    with caplog.at_level(logging.WARNING, logger="smc"):
        found = searched(on_trial=write)
    assert found.best.params == searched().best.params
    assert sum("no more trials are written" in said for said in caplog.messages) == 1


def test_a_run_is_the_same_with_and_without(tmp_path):
    url = f"sqlite:///{tmp_path}/tuning.sqlite"
    with_copy, without = (
        api.train([*SMALL, *typed, f"paths.output={tmp_path}/{number}"])
        for number, typed in enumerate(([f"tune.storage={url}"], []))
    )
    assert with_copy.run_id == without.run_id
    assert with_copy.record["tuning"] == without.record["tuning"]
    assert len(trials_of(url, f"{with_copy.run_id}, first block")) == 4


def test_it_is_no_part_of_a_run_and_told_to_nobody_who_makes_it_again():
    config = compose([*SMALL, "tune.storage=sqlite:///x.sqlite"])
    plain = compose(SMALL)
    assert run_id(config, data_hash="d", seed=0) == run_id(plain, data_hash="d", seed=0)
    assert trial_hash(config) == trial_hash(plain)
    assert without_side_effects(config)["tune"]["storage"] is None


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("tuning.sqlite", "must be an URL, such as sqlite:///outputs/tuning.sqlite"),
        ("mysql://me:secret99@host/x", "must be an URL"),
        ("me:secret99@host/x", "must be an URL"),
        ("redis://me:secret99@host:6379", "pip install redis"),
    ],
)
def test_what_is_no_such_database_is_told_without_its_password(url, said, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=said) as caught:
        Search(TPESampler(), storage=url)
    assert "secret99" not in str(caught.value)


def test_a_server_that_is_not_there_ends_the_run_before_its_fits_without_a_password(tmp_path):
    pytest.importorskip("pg8000")
    url = "postgresql+pg8000://me:secret99@127.0.0.1:9/studies"
    with pytest.raises(ConfigError, match=r"tune.storage: .* cannot be opened") as caught:
        api.train([*SMALL, f"tune.storage='{url}'", f"paths.output={tmp_path}"])
    assert "secret99" not in str(caught.value)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"secret99" not in path.read_bytes()


def test_postgresql_holds_studies_too():
    server = os.environ.get("SMC_TEST_POSTGRES_URL")
    if not server:
        pytest.skip("no PostgreSQL server: set SMC_TEST_POSTGRES_URL")
    from sqlalchemy import create_engine, make_url, text

    url, name = make_url(server).set(drivername="postgresql+pg8000"), f"tuning_{uuid.uuid4().hex}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        own = url.set(database=name).render_as_string(hide_password=False)
        found = searched(on_trial=StudyCopies(own).begin("a, first block"))
        assert len(trials_of(own, "a, first block")) == len(found.attempts)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
