"""Composition from a program: where values came from, folders of one's own, and Hydra as it was before."""

import hydra
import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig

from smc.config.command import Command
from smc.config.compose import compose, compose_job
from smc.config.tree import CONF
from smc.errors import ConfigError


def test_choices_and_sources_come_with_the_configuration(tmp_path) -> None:
    own = tmp_path / "model"
    own.mkdir()
    (own / "trees.yaml").write_text("_target_: sklearn.ensemble.ExtraTreesClassifier\nn_estimators: 20\n")
    composed = compose_job(["model=trees", "seed=3"], config_dir=tmp_path)
    assert (composed.choices["model"], composed.choices["reg"]) == ("trees", "strong")
    assert composed.sources["model.n_estimators"] == "model/trees.yaml"
    assert composed.sources["seed"] == "command line: seed=3"
    assert composed.sources["split.val_frac"] == "train.yaml"
    assert composed.config == compose(["model=trees", "seed=3"], config_dir=tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"there is no folder .*nowhere"):
        compose([], config_dir=tmp_path / "nowhere")


def test_an_override_is_kept_as_it_was_typed() -> None:
    job = compose_job(["cv.n_splits=${split.min_train_size}"])
    assert job.config["cv"]["n_splits"] == job.config["split"]["min_train_size"]
    assert job.overrides == ["cv.n_splits=${split.min_train_size}"]
    with pytest.raises(ConfigError, match=r"^model\.seed: Interpolation key 'nowhere' not found"):
        compose_job(["model.seed=${nowhere}"])


@pytest.mark.parametrize("overrides", [[], ["modl=3"]], ids=["composed", "refused"])
def test_what_a_program_has_set_up_in_hydra_is_there_afterwards(monkeypatch, overrides) -> None:
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        own = GlobalHydra.instance().hydra
        monkeypatch.setattr(HydraConfig.instance(), "cfg", of_program := object())
        try:
            compose(overrides)
        except ConfigError:
            assert overrides
        assert GlobalHydra.instance().hydra is own
        assert HydraConfig.instance().cfg is of_program
    assert not GlobalHydra.instance().is_initialized()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("_target_: x\nn: [1, 2\nm: 3\n", r"broken\.yaml, line 3: not YAML, expected ',' or '\]'"),
        ("n: 1\nn: 2\n", r"broken\.yaml, line 2: not YAML, found duplicate key"),
        ("a: 1\n\tb: 2\n", r"broken\.yaml, line 2: not YAML, found character '\\t'"),
    ],
)
def test_a_broken_file_of_ones_own_is_named_with_line_and_rule(tmp_path, text, said) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "broken.yaml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        compose(["model=broken"], config_dir=tmp_path)


@pytest.mark.parametrize("group", ["model", "data", "cv", "aug", "reg", "monitor", "features", "experiment"])
def test_a_group_without_an_option_is_refused(group) -> None:
    with pytest.raises(ConfigError, match=rf"^{group}=null: a group needs an option \(options: "):
        compose([f"{group}=null"])


def test_unknown_names_and_refused_values_are_told_together() -> None:
    with pytest.raises(ConfigError) as caught:
        compose(["modl=3", "cv=cpvc", "model.max_dept=2", "model.max_depth=deep", "split.test_frac=7"])
    named = [line.partition(":")[0] for line in str(caught.value).splitlines()]
    assert named == ["cv=cpvc", "modl", "model.max_dept", "split", "model.max_depth"]


@pytest.mark.parametrize("reg", ["none", "strong", "tiny"])
def test_a_size_is_the_models_unless_a_profile_says_it(reg) -> None:
    sized = {"none": ([512, 256, 128, 64], 32), "strong": ([256, 128, 64], 32), "tiny": ([32], 16)}
    model = compose(["model=mlp", f"reg={reg}"])["model"]
    assert (model["hidden_dims"], model["batch_size"], model["max_epochs"]) == (*sized[reg], 200)
    typed = compose_job(["model=mlp", f"reg={reg}", "reg.mlp.max_epochs=8", "reg.mlp.batch_size=4"])
    assert (typed.config["model"]["max_epochs"], typed.config["model"]["batch_size"]) == (8, 4)
    assert typed.sources["model.max_epochs"] == "command line: reg.mlp.max_epochs=8"


def test_a_size_of_a_member_is_swept_under_the_name_that_was_typed() -> None:
    command = Command(["model=averaging", "model.members=[mlp]", "reg.mlp.max_epochs=2,4"], multirun=True)
    jobs, _ = command.jobs()
    assert [job.config["model"]["members"]["mlp"]["max_epochs"] for job in jobs] == [2, 4]
    assert [job.name for job in jobs] == ["reg.mlp.max_epochs=2", "reg.mlp.max_epochs=4"]


def test_the_rules_of_structure_are_said_once() -> None:
    config = compose(["features=daily", "events=structure", "structure.swing_size=7", "structure.max_age=50"])
    readers = [config[group] for group in ("structure", "features", "events", "labels")]
    assert {(node["swing_size"], node["max_age"]) for node in readers} == {(7, 50)}
    sources = compose_job(["features=daily"]).sources
    assert sources["labels.max_age"] == sources["features.max_age"] == "features/daily.yaml"
    assert (sources["labels.swing_size"], sources["features.tz"]) == ("train.yaml", "features/default.yaml")
