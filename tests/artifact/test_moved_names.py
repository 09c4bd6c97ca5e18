"""What an earlier version called otherwise is read under today's name, and refused where it is typed."""

import json

import pytest

from smc.artifact import moved_names, skops_file
from smc.artifact.moved_names import MOVED, RENAMED, upgrade_config_node, upgrade_record
from smc.artifact.recipe import from_recipe
from smc.artifact.trusted import locate
from smc.config.annotations import parameters_of
from smc.config.instantiate import instantiate
from smc.errors import ArtifactError, ConfigError
from smc.model.logistic import Logistic

OLD, TODAY = "smc.model.linear.Linear", "smc.model.logistic.Logistic"


@pytest.fixture
def renamed(monkeypatch):
    """A version in which Logistic was Linear, and its C was called strength."""
    monkeypatch.setitem(MOVED, OLD, TODAY)
    monkeypatch.setitem(RENAMED, TODAY, {"strength": "C"})


#: Classes that a configuration names and no saved model holds.
OF_CONFIGS = {"smc.trials.Ledger"}


@pytest.mark.parametrize("path", [*MOVED.values(), *RENAMED])
def test_todays_names_are_there(path):
    if path in OF_CONFIGS:
        assert instantiate({"_target_": path, "url": "sqlite://"}, "ledger").fallback is None
    else:
        assert {*RENAMED.get(path, {}).values()} <= parameters_of(locate(path)).keys()


@pytest.mark.parametrize("path", MOVED)
def test_names_of_then_are_gone(path):
    with pytest.raises(ArtifactError):
        locate(path)


def test_a_config_is_read_at_any_depth(renamed):
    then = {"model": {"members": {"a": {"_target_": OLD, "strength": 2.0, "seed": 1}}, "strength": 1}}
    today = {"model": {"members": {"a": {"_target_": TODAY, "C": 2.0, "seed": 1}}, "strength": 1}}
    assert upgrade_config_node(then) == today


def test_a_record_is_read_at_any_depth(renamed):
    then = {"steps": [{"class": OLD, "params": {"strength": 2.0}, "file": "a"}], "class": None}
    record = upgrade_record(then)
    assert record == {"steps": [{"class": TODAY, "params": {"C": 2.0}, "file": "a"}], "class": None}
    assert from_recipe(record["steps"][0]).C == 2.0


def test_an_object_is_read(renamed, monkeypatch):
    data = skops_file.dump(Logistic(C=2.0))
    with monkeypatch.context() as then:
        then.setattr(moved_names, "MOVED", {TODAY: OLD})
        then.setattr(moved_names, "RENAMED", {TODAY: {"C": "strength"}, OLD: {"C": "strength"}})
        written = skops_file.upgrade(data)
    assert written != data
    assert skops_file.load(written).C == 2.0
    assert skops_file.upgrade(written) == data, "the same bytes as written today"


def test_a_name_of_then_is_refused_where_it_is_typed(renamed):
    with pytest.raises(
        ConfigError, match=r"`smc.model.linear.Linear` moved to `smc.model.logistic.Logistic`"
    ):
        instantiate(json.loads(f'{{"_target_": "{OLD}"}}'))
