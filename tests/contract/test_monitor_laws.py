"""Laws that every watch of every monitor option keeps."""

import copy
import importlib
import inspect
import json
import math
from pathlib import Path

import pytest
import yaml

CONF = Path(__file__).parents[2] / "conf"
PACKAGE = CONF.parent / "smc" / "monitor"
OPTIONS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted((CONF / "monitor").glob("*.yaml"))}
WATCHES = {
    (option, name): config
    for option, section in OPTIONS.items()
    for name, config in section["watches"].items()
}
KEYS = ["reason", "iteration", "value", "threshold", "sentence"]


def table(*, distinct=2, skill=0.2) -> dict:
    return {"distinct_predictions": distinct, "log_loss": 0.6, "log_loss_skill": skill}


def record(*, gap=0.02, val_metrics=None) -> dict:
    """What a watch sees of a run: the record of its evaluation."""
    return {"history": {"train_val_gap": gap}, "val_metrics": val_metrics or table()}


HEALTHY = record()
SICK = record(gap=0.6, val_metrics=table(distinct=1, skill=-0.4))
EMPTY = {"history": {"train_val_gap": None}, "val_metrics": None}
UNDEFINED = record(gap=math.nan, val_metrics=table(skill=math.nan))


def build(config: dict):
    """Build a watch from its YAML, with the constructor's own value where another group gives it."""
    module, _, name = config["_target_"].rpartition(".")
    cls = getattr(importlib.import_module(module), name)
    plain = {key: value for key, value in config.items() if key != "_target_" and "${" not in str(value)}
    return cls(**plain)


@pytest.fixture(params=[*WATCHES], ids="/".join)
def watch(request):
    return build(WATCHES[request.param])


def test_the_options_are_these():
    assert [*OPTIONS] == ["default", "none"]
    assert OPTIONS["none"] == {"watches": {}}


def test_every_watch_of_the_package_is_on_by_default():
    watches = {path.stem for path in PACKAGE.glob("*.py") if "def check(" in path.read_text()}
    assert watches == {*OPTIONS["default"]["watches"]}
    assert len(watches) == 2


@pytest.mark.parametrize(("option", "name"), [*WATCHES])
def test_keys_are_constructor_arguments_and_names_are_files(option, name):
    config = WATCHES[option, name]
    assert config["_target_"].split(".")[:-1] == ["smc", "monitor", name]
    arguments = inspect.signature(type(build(config))).parameters
    assert {*config} - {"_target_"} == {*arguments}


def test_the_gap_warns_where_the_record_says_overfitting():
    """One number for both: the evaluation's, which is part of a run's identity; a monitor is not."""
    assert WATCHES["default", "gap"]["threshold"] == "${evaluation.overfitting_gap}"
    evaluation = yaml.safe_load((CONF / "evaluation" / "default.yaml").read_text())
    assert evaluation["overfitting_gap"] == build(WATCHES["default", "gap"]).threshold


def test_a_watch_warns_of_what_is_wrong_and_of_nothing_else(watch):
    assert watch.check(HEALTHY) == []
    assert watch.check(SICK)


def test_a_warning_is_a_record_of_plain_data(watch):
    for warning in watch.check(SICK):
        assert [*warning] == KEYS
        assert json.loads(json.dumps(warning)) == warning
        assert warning["reason"] == warning["reason"].lower().replace(" ", "_")
        assert warning["iteration"] is None
        assert warning["sentence"].endswith(".")


def test_a_watch_is_silent_about_what_is_not_known(watch):
    assert watch.check(EMPTY) == []
    assert watch.check(UNDEFINED) == []


def test_a_watch_changes_nothing(watch):
    before = copy.deepcopy(SICK)
    first = watch.check(SICK)
    assert before == SICK
    assert watch.check(SICK) == first


def test_no_tracker_is_the_empty_map():
    assert yaml.safe_load((CONF / "tracker" / "none.yaml").read_text()) == {"trackers": {}}
