"""Every option of every group composes, and stands where its class does."""

import importlib
from pathlib import Path

import pytest
import yaml

from smc.config.compose import compose
from smc.config.options import HYDRA_OPTIONS, OTHER_COMMANDS, groups, options
from smc.config.schema import Root
from smc.config.tree import CONF

EVERY = [
    (group, name) for group in groups() for name in options(group) if name not in HYDRA_OPTIONS.get(group, {})
]
NAMES = [f"{group}/{name}" for group, name in EVERY]
#: What options begin with: no option.
BEGUN_WITH = [("space", "_members"), ("tune", "_search")]
#: What an option needs beside itself.
NEEDS = {("data", "files"): ["data.root=bars"], ("trainer", "gpu"): ["model=mlp"]}
#: Some do so only once they are to look for something.
NEEDS |= {("tune", "grid"): ["model=logistic", "+space.C.choices=[0.01,0.1]"]}
#: Groups whose options are values, not classes.
PLAIN = {"reg", "trainer", "experiment", "monitor", "tracker", "space"}
#: Groups whose options are made of one class.
OF_ONE_CLASS = {"features": "smc.features.feature_set", "tune": "smc.tune.search"}


def test_every_file_of_the_tree_is_found() -> None:
    files = {path.relative_to(CONF).with_suffix("").as_posix() for path in CONF.rglob("*.yaml")}
    others = {f"{group}/{name}" for group in OTHER_COMMANDS for name in options(group)}
    begun = {f"{group}/{name}" for group, name in BEGUN_WITH}
    assert files == {f"{group}/{name}" for group, name in EVERY} | {"train", "select"} | others | begun
    assert len(EVERY) > 30


@pytest.mark.parametrize(("group", "name"), BEGUN_WITH)
def test_what_options_begin_with_is_none_itself(group: str, name: str) -> None:
    assert name not in options(group)
    assert any(
        name in (yaml.safe_load((CONF / group / f"{other}.yaml").read_text()) or {}).get("defaults", ())
        for other in options(group)
    )


def test_every_group_of_the_root_has_options() -> None:
    groups_of_root = {"data", "features", "events", "labels", "cv", "aug", "reg", "model", "trainer"}
    groups_of_root |= {"monitor", "tracker", "evaluation", "experiment"}
    assert set(groups()) >= groups_of_root
    assert groups_of_root - set(Root.__dataclass_fields__) == {"experiment"}


@pytest.mark.parametrize(("group", "name"), EVERY, ids=NAMES)
def test_an_option_composes_into_a_checked_configuration(group: str, name: str) -> None:
    config = compose([f"{group}={name}", *NEEDS.get((group, name), [])])
    assert isinstance(config["seed"], int)


@pytest.mark.parametrize(("group", "name"), EVERY, ids=NAMES)
def test_an_option_targets_the_file_of_its_own_name(group: str, name: str) -> None:
    if group in PLAIN:
        assert "_target_" not in (yaml.safe_load((CONF / group / f"{name}.yaml").read_text()) or {})
        return
    target = target_of(CONF / group / f"{name}.yaml")
    module, _, cls = target.rpartition(".")
    if group in OF_ONE_CLASS and name != "none":
        assert module == OF_ONE_CLASS[group]
        return
    assert module == f"smc.{group.removeprefix('hydra/')}.{name}"
    assert isinstance(getattr(importlib.import_module(module), cls), type)


def target_of(path: Path) -> str:
    """Read the target of an option, or of the one that it starts from."""
    content = yaml.safe_load(path.read_text())
    if "_target_" in content:
        return content["_target_"]
    (parent,) = (each for each in content["defaults"] if isinstance(each, str) and each != "_self_")
    return target_of(path.with_name(f"{parent.partition('@')[0]}.yaml"))


@pytest.mark.parametrize(("group", "name"), EVERY, ids=NAMES)
def test_the_first_line_says_what_an_option_is_and_how_to_use_it(group: str, name: str) -> None:
    assert "python -m smc.train" in options(group)[name]
