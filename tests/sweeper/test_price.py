"""What a search says that it costs, and what it says costs less."""

import shlex
from functools import partial

import pytest

from smc import api
from smc.config.command import read_command
from smc.config.compose import compose
from smc.sweeper.optuna import Optuna
from smc.sweeper.price import one_trial, price
from tests.sweeper.conftest import QUICK, Place

optuna = pytest.importorskip("optuna")
TPE = partial(optuna.samplers.TPESampler)
XGBOOST = ("max_depth", "learning_rate", "n_estimators", "subsample", "colsample_bytree", "min_child_weight")


def space_of(*typed: str):
    return read_command(["-m", "hydra/sweeper=optuna", *typed]).space


def test_the_price_is_two_untold_trials_for_each_round_after_the_first():
    space = space_of("model.C=interval(1,2)")
    said = [
        next(price(Optuna(TPE, n_trials=n_trials, batch_size=10), space, "logistic", ["C"]))
        for n_trials in (10, 11, 50)
    ]
    assert said[0] == "evidence: 10 trials count, in 1 round of up to 10"
    assert said[1].endswith("in 2 rounds of up to 10, and each after the first costs as much as two untold trials: 2 in all")  # fmt: skip
    assert said[2].startswith("evidence: 50 trials count, in 5 rounds of up to 10, ")
    assert said[2].endswith(": 8 in all")


def test_the_command_that_is_one_trial_searches_this_very_space():
    typed = ["model.max_depth=range(2,9)", "model.learning_rate=tag(log,interval(.01,.3))", "reg=tiny"]
    command = one_trial(Optuna(TPE, n_trials=7), space_of(*typed), "xgboost", XGBOOST)
    overrides = shlex.split(command)[3:]
    config = compose(overrides)
    assert config["tune"]["n_trials"] == 7
    assert config["tune"]["scope"] == "first_block"
    looked_at = {name: entry for name, entry in config["space"].items() if entry is not None}
    assert looked_at.pop("reg_lambda", None) is not None  # not among the parameters that are known here
    assert looked_at == {
        "max_depth": {"low": 2, "high": 8},
        "learning_rate": {"low": 0.01, "high": 0.3, "log": True},
    }
    assert "reg=tiny" in overrides


def test_a_parameter_that_no_space_knows_is_added():
    command = one_trial(Optuna(TPE, n_trials=7), space_of("model.gamma=0.0,1.0"), "xgboost", ["max_depth"])
    assert "'+space.gamma={choices:[0.0,1.0]}'" in command
    assert "space.max_depth=null" in command


def test_no_such_command_is_named_for_what_is_no_parameter_of_the_model():
    space = space_of("model.C=interval(1,2)", "reg=tiny,strong", "labels.target_atr=interval(1,3)")
    said = list(price(Optuna(TPE, n_trials=7), space, "logistic", ["C"]))
    assert said[1].startswith("parameters of the model alone can be searched for as one trial")
    assert "labels.target_atr: changes the events that a run is judged on" in said[2]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A searched market, and its best run typed by hand, with another seed and a nudge."""
    with pytest.MonkeyPatch.context() as patch:
        place = Place(tmp_path_factory.mktemp("story"), patch)
        long = ("data.n_bars=4000", "data.edge_frac=1.0", "cv=expanding", "hydra.sweeper.n_trials=6")
        code, said = place.search(*long)
        assert code == 0, said
        best = min(place.trials(), key=lambda trial: trial.value)
        own = [*QUICK, *long[:3], f"paths.output={place.output}"]
        typed = dict(best.params)["model.C"]
        runs = [api.train([*own, *more]) for more in (
            [f"model.C={typed}"], [f"model.C={typed}", "seed=1"], [f"model.C={typed * 1.01}"],
        )]  # fmt: skip
        selected = api.select([f"paths.output={place.output}"]).manifest["selections"]["S01"]
        yield place, best, runs, selected


def test_the_best_of_a_search_typed_by_hand_pays_for_its_rounds(story):
    place, best, (same, seed, nudged), selected = story
    assert same.run_id == best.run_id, "it is the run of the search, and was not made again"
    rows = place.ledger.trials().set_index("run_id")["round"]
    assert rows[seed.run_id] == best.round, "another seed is the same trial"
    assert rows[nudged.run_id] == 4, "the search had three rounds"
    p_values = {row["run_id"]: row.get("corrected_p_value") for row in selected["comparison"]}
    assert p_values[nudged.run_id] >= p_values[best.run_id] - 1e-12
