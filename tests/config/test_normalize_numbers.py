"""`2` and `2.0` are one number where a float is asked for, and so one run."""

import pytest

from smc.config.compose import compose
from smc.results import config_hash


def hash_of(*overrides: str) -> str:
    return config_hash(compose(list(overrides)))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (["model.reg_lambda=2"], ["model.reg_lambda=2.0"]),
        (["model.min_child_weight=5"], ["model.min_child_weight=5.0"]),
        (["evaluation.cost_bps=1"], ["evaluation.cost_bps=1.0"]),
        (["labels.stop_atr=2"], ["labels.stop_atr=2.0"]),
        (["structure.min_gap_atr=1"], ["structure.min_gap_atr=1.0"]),
        (["data=files", "data.root=x", "data.price_scale=100000"], ["data=files", "data.root=x", "data.price_scale=1e5"]),
        (
            ["data=files", "data.root=x", "data.price_scale={EURUSD: 100}"],
            ["data=files", "data.root=x", "data.price_scale={EURUSD: 100.0}"],
        ),
    ],
)  # fmt: skip
def test_how_a_float_is_written_makes_no_other_run(one, two) -> None:
    assert hash_of(*one) == hash_of(*two)


def test_what_is_no_float_stays_as_it_was_written() -> None:
    config = compose(
        ["labels=forward_return", "labels.horizon=[1,5]", "model.max_depth=3", "model.reg_lambda=2"]
    )
    assert config["labels"]["horizon"] == [1, 5]
    assert (type(config["model"]["max_depth"]), type(config["model"]["reg_lambda"])) == (int, float)
    assert [type(each) for each in config["labels"]["horizon"]] == [int, int]
    assert config["seed"] == 0
    assert type(config["seed"]) is int


def test_other_numbers_make_other_runs() -> None:
    assert hash_of("model.reg_lambda=2") != hash_of("model.reg_lambda=2.5")


def test_a_class_without_annotations_keeps_counts_and_shares_apart(tmp_path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "trees.yaml").write_text("_target_: sklearn.ensemble.ExtraTreesClassifier\n")
    values = ["model.max_features=1", "model.max_features=1.0"]
    configs = [compose(["model=trees", f"+{each}"], config_dir=tmp_path) for each in values]
    assert config_hash(configs[0]) != config_hash(configs[1])
