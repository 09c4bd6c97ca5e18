"""Where a search looks, in Hydra's own words, and what is said of those that mean nothing."""

import pytest

from smc.config.command import read_command
from smc.errors import ConfigError

pytest.importorskip("optuna", reason="Optuna is not installed: pip install 'smc[tune]'")


def space_of(*typed: str):
    return read_command(["-m", "hydra/sweeper=optuna", *typed]).space


@pytest.mark.parametrize(
    ("typed", "entry"),
    [
        ("model.max_depth=range(2,9)", {"low": 2, "high": 8}),
        ("model.max_depth=range(2,10,3)", {"low": 2, "high": 8, "step": 3}),
        ("model.max_depth=range(9,2,-1)", {"low": 3, "high": 9}),
        ("model.subsample=range(.5,1,.25)", {"low": 0.5, "high": 0.75, "step": 0.25}),
        ("model.subsample=interval(.5,1)", {"low": 0.5, "high": 1.0}),
        ("model.max_depth=int(interval(2,9))", {"low": 2, "high": 9}),
        ("model.max_depth=tag(int,interval(2,9))", {"low": 2, "high": 9}),
        ("model.learning_rate=tag(log,interval(.01,.3))", {"low": 0.01, "high": 0.3, "log": True}),
        ("model.n_estimators=tag(log,range(10,101))", {"low": 10, "high": 100, "log": True}),
        ("model.max_depth=2,3,5", {"choices": [2, 3, 5]}),
        ("model.max_depth=choice(2,5)", {"choices": [2, 5]}),
        ("reg=tiny,strong", {"choices": ["tiny", "strong"]}),
        ("reg=glob(*t*)", {"choices": ["light", "strong", "tiny"]}),
    ],
)
def test_each_way_to_write_it(typed, entry):
    space = space_of(typed, "seed=3")
    assert list(space.entries.values()) == [entry]
    assert "seed=3" in space.fixed


def test_a_choice_is_typed_as_it_was():
    space = space_of("model.hidden_dims=[8],[8,4]", "data.pattern='a b','c'", "model.flag=true,false")
    labels = {key: entry["choices"] for key, entry in space.entries.items()}
    assert labels["model.hidden_dims"] == ["[8]", "[8,4]"]
    assert labels["model.flag"] == [True, False]
    assert space.overrides({"model.hidden_dims": "[8,4]", "model.flag": True}) == [
        "model.hidden_dims=[8,4]",
        "model.flag=true",
    ]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ([], "hydra/sweeper=optuna: nothing to search for; name where, as in"),
        (["model.C=interval(2,1)"], "model.C=interval(2,1): low must be under high, got 2.0 and 1.0"),
        (["model.C=tag(log,interval(0,1))"], "log needs a low above 0"),
        (["model.C=tag(lg,interval(1,2))"], "there is no tag lg; tag(log,...) and tag(int,...) are read"),
        (["model.C=tag(log,choice(1,2))"], "choices have none"),
        (["model.C=tag(int,interval(.5,2))"], "bounds of whole numbers must be whole, got 0.5 and 2.0"),
        (["model.C=range(2,3)"], "stands for 2 alone"),
        (["model.C=range(3,2)"], "stands for no value"),
        (["model.C=choice(1)"], "stands for 1 alone; name two or more to choose from"),
        (["symbol=A,B"], "symbol=A,B: a symbol is a market"),
        (["seed=0,1"], "seed=0,1: a seed is no parameter"),
        (["trainer.n_threads=1,2"], "it says how a run is carried out"),
        (["hydra.launcher.jobs=1,2"], "it says how a run is carried out"),
    ],
)
def test_what_means_nothing_is_said_before_anything_is_composed(typed, told):
    with pytest.raises(ConfigError) as raised:
        space_of(*typed).entries  # noqa: B018 - it is read when it is asked for
    assert told in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["model.max_depth=interval(2,9)"], "model.max_depth: must be int; int(interval(2,9)) holds whole"),
        (["model.max_dept=range(2,9)"], "model.max_dept: no such key; did you mean max_depth?"),
        (["model.subsample=interval(.5,2)"], "`subsample` must be above 0 and at most 1, got 2.0"),
        (["model=logistic,xgboost", "+model.max_depth=range(2,9)"], "model.max_depth"),
        (["reg=glob(*)", "model=glob(*)", "aug=glob(*)"], "combinations of options are more than the 64"),
    ],
)
def test_both_ends_of_all_are_composed_beforehand(typed, told):
    command = read_command(["-m", "hydra/sweeper=optuna", *typed])
    with pytest.raises(ConfigError) as raised:
        command.ends()
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "n_points"),
    [
        (["model.C=interval(1,2)"], None),
        (["model.max_depth=range(2,9)", "reg=tiny,strong"], 14),
        (["model.subsample=range(.5,1,.25)"], 2),
    ],
)
def test_how_many_combinations_there_are(typed, n_points):
    assert space_of(*typed).n_points == n_points
