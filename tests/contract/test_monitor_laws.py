"""Laws that every watch of every monitor option keeps."""

import copy
import importlib
import inspect
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from smc.fit_progress import FitProgress

CONF = Path(__file__).parents[2] / "conf"
PACKAGE = CONF.parent / "smc" / "monitor"
OPTIONS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted((CONF / "monitor").glob("*.yaml"))}
WATCHES = {
    (option, name): config
    for option, section in OPTIONS.items()
    for name, config in section["watches"].items()
}
KEYS = ["reason", "iteration", "value", "threshold", "sentence"]
#: Watches over a fit, and whether they end it.
FIT_WATCHES = {
    "overfitting": False,
    "divergence": True,
    "nan_loss": True,
    "exploding_gradients": False,
    "timeout": True,
    "convergence": False,
}
RECORD_WATCHES = {"gap", "no_learning"}


def table(*, distinct=2, skill=0.2) -> dict:
    return {"distinct_predictions": distinct, "log_loss": 0.6, "log_loss_skill": skill}


def record(*, gap=0.02, val_metrics=None) -> dict:
    """What a watch sees of a run: the record of its evaluation."""
    return {"history": {"train_val_gap": gap}, "val_metrics": val_metrics or table()}


HEALTHY = record()
SICK = record(gap=0.6, val_metrics=table(distinct=1, skill=-0.4))
EMPTY = {"history": {"train_val_gap": None}, "val_metrics": None}
UNDEFINED = record(gap=math.nan, val_metrics=table(skill=math.nan))

#: A fit in which nothing is wrong, and for each watch one in which something is at the last iteration.
GOOD_FIT = [
    FitProgress(
        number,
        40,
        train_loss=0.7 - 0.01 * number,
        val_loss=0.69 + 0.001 * (number - 8) ** 2,
        train_accuracy=0.6,
        val_accuracy=0.58,
        constant_loss=0.69,
        gradient_norm=1.0,
        seconds=float(number),
    )
    for number in range(18)
]
FAULTS = {
    "overfitting": [replace(GOOD_FIT[0], train_accuracy=0.99, val_accuracy=0.5)],
    "divergence": [
        replace(GOOD_FIT[0], iteration=number, val_loss=0.7 + 0.01 * number) for number in range(11)
    ],
    "nan_loss": [replace(GOOD_FIT[0], train_loss=math.nan)],
    "exploding_gradients": [replace(GOOD_FIT[0], gradient_norm=11.0)],
    "timeout": [replace(GOOD_FIT[0], seconds=601.0)],
    "convergence": [replace(GOOD_FIT[0], max_iterations=1)],
}
NOTHING_KNOWN = [FitProgress(number, 20) for number in range(20)]


def build(config: dict):
    """Build a watch from its YAML, with the constructor's own value where another group gives it."""
    module, _, name = config["_target_"].rpartition(".")
    cls = getattr(importlib.import_module(module), name)
    plain = {key: value for key, value in config.items() if key != "_target_" and "${" not in str(value)}
    return cls(**plain)


def told(watch, course) -> list[dict]:
    """What a watch says of a fit."""
    return [found for found in map(watch.observe, course) if found is not None]


@pytest.fixture(params=sorted(RECORD_WATCHES))
def watch(request):
    return build(WATCHES["default", request.param])


@pytest.fixture(params=sorted(FIT_WATCHES))
def fit_watch(request):
    return request.param, build(WATCHES["default", request.param])


def test_the_options_are_these():
    assert [*OPTIONS] == ["default", "none"]
    assert OPTIONS["none"] == {"watches": {}, "webhook": None, "learning_curve": False}
    assert [*OPTIONS["default"]] == ["watches", "webhook", "learning_curve"]
    assert (OPTIONS["default"]["webhook"], OPTIONS["default"]["learning_curve"]) == (None, False)


def test_every_watch_of_the_package_is_on_by_default():
    sources = {path.stem: path.read_text() for path in PACKAGE.glob("*.py")}
    defining = {name for name, text in sources.items() if re.search(r"^class \w+:$", text, re.M)}
    watches = {name for name in defining if re.search(r"    def (check|observe)\(", sources[name])}
    assert watches - {"fit_monitor"} == {*OPTIONS["default"]["watches"]} == {*FIT_WATCHES, *RECORD_WATCHES}


@pytest.mark.parametrize(("option", "name"), [*WATCHES])
def test_keys_are_constructor_arguments_and_names_are_files(option, name):
    config = WATCHES[option, name]
    assert config["_target_"].split(".")[:-1] == ["smc", "monitor", name]
    arguments = inspect.signature(type(build(config))).parameters
    assert {*config} - {"_target_"} == {*arguments}


@pytest.mark.parametrize(("option", "name"), [*WATCHES])
def test_the_defaults_of_the_yaml_are_those_of_the_class(option, name):
    config = WATCHES[option, name]
    cls = type(build(config))
    assert vars(build(config)) == vars(cls())


def test_the_gap_warns_where_the_record_says_overfitting():
    """One number for both: the evaluation's, which is part of a run's identity; a monitor is not."""
    assert WATCHES["default", "gap"]["threshold"] == "${evaluation.overfitting_gap}"
    evaluation = yaml.safe_load((CONF / "evaluation" / "default.yaml").read_text())
    assert evaluation["overfitting_gap"] == build(WATCHES["default", "gap"]).threshold


def test_a_watch_warns_of_what_is_wrong_and_of_nothing_else(watch):
    assert watch.check(HEALTHY) == []
    assert watch.check(SICK)


def test_a_watch_over_a_fit_warns_of_its_own_fault_and_of_no_other(fit_watch):
    name, _ = fit_watch
    for fault, course in FAULTS.items():
        found = told(build(WATCHES["default", name]), course)
        assert [each["iteration"] for each in found] == ([course[-1].iteration] if fault == name else [])


def test_a_watch_over_a_fit_is_silent_about_a_good_fit_and_an_unknown_one(fit_watch):
    name, watch = fit_watch
    assert told(watch, GOOD_FIT) == []
    assert told(build(WATCHES["default", name]), NOTHING_KNOWN) == []


def test_the_reason_of_a_watch_over_a_fit_is_its_name_and_it_stops_as_the_specification_says(fit_watch):
    name, watch = fit_watch
    assert [each["reason"] for each in told(watch, FAULTS[name])] == [name]
    assert watch.stops is FIT_WATCHES[name]


def test_a_warning_is_a_record_of_plain_data(watch):
    for warning in watch.check(SICK):
        assert warning["iteration"] is None
        check_is_plain(warning)


def test_a_warning_of_a_fit_is_a_record_of_plain_data(fit_watch):
    name, watch = fit_watch
    for warning in told(watch, FAULTS[name]):
        check_is_plain(warning)


def check_is_plain(warning: dict) -> None:
    assert [*warning] == KEYS
    assert json.loads(json.dumps(warning, allow_nan=False)) == warning
    assert warning["reason"] == warning["reason"].lower().replace(" ", "_")
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
