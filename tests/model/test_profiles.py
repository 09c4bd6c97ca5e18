"""The numbers of `conf/reg`, and how a model reads them."""

import inspect
from pathlib import Path

import hydra
import pytest
from omegaconf import OmegaConf

from smc.config.compose import compose
from smc.model.extra_trees import ExtraTrees
from smc.model.lightgbm import LightGBM
from smc.model.logistic import Logistic
from smc.model.random_forest import RandomForest
from smc.model.xgboost import XGBoost

CONF = Path(__file__).parents[2] / "conf"
CLASSES = {
    **{"logistic": Logistic, "random_forest": RandomForest, "extra_trees": ExtraTrees},
    **{"xgboost": XGBoost, "lightgbm": LightGBM},
}
KEYS = {
    "logistic": "C",
    "random_forest": "n_estimators max_depth min_samples_split min_samples_leaf max_samples max_features",
    "extra_trees": "n_estimators max_depth min_samples_leaf",
    "xgboost": "n_estimators max_depth learning_rate subsample colsample_bytree min_child_weight reg_alpha reg_lambda",
    "lightgbm": "n_estimators num_leaves max_depth min_child_samples learning_rate reg_alpha reg_lambda",
    "mlp": "hidden_dims dropout weight_decay label_smoothing batch_size learning_rate max_epochs patience",
    "lstm": "hidden_dim num_layers lookback dropout batch_size learning_rate patience max_epochs",
}
NUMBERS = {
    "baseline": {
        "logistic": [1.0],
        "random_forest": [200, 15, 10, 5, 0.8, 0.33],
        "extra_trees": [200, 15, 10],
        "xgboost": [200, 6, 0.1, 0.8, 0.8, 3, 0.1, 1.0],
        "lightgbm": [200, 31, -1, 20, 0.1, 0, 0],
        "mlp": [[512, 256, 128, 64], 0.3, 0.0001, 0.15, 32, 0.001, 200, 30],
        "lstm": [128, 2, 20, 0.3, 32, 0.001, 30, 200],
    },
    "strong": {
        "logistic": [0.01],
        "random_forest": [200, 10, 20, 10, 0.7, 0.33],
        "extra_trees": [200, 10, 20],
        "xgboost": [200, 4, 0.1, 0.7, 0.7, 5, 0.2, 2.0],
        "lightgbm": [200, 15, 4, 20, 0.05, 0.2, 2.0],
        "mlp": [[256, 128, 64], 0.4, 0.001, 0.2, 32, 0.001, 200, 15],
        "lstm": [64, 1, 10, 0.5, 16, 0.0005, 15, 200],
    },
    "tiny": {
        "logistic": [0.001],
        "random_forest": [200, 4, 20, 10, 0.7, 0.33],
        "extra_trees": [200, 4, 20],
        "xgboost": [200, 3, 0.05, 0.8, 0.8, 5, 0.2, 2.0],
        "lightgbm": [200, 15, 3, 5, 0.05, 0.2, 2.0],
        "mlp": [[32], 0.5, 0.01, 0.2, 16, 0.001, 200, 10],
        "lstm": [16, 1, 10, 0.5, 16, 0.0005, 10, 200],
    },
}


def profile(name: str) -> dict:
    return OmegaConf.to_container(OmegaConf.load(CONF / f"reg/{name}.yaml"))


def test_there_are_five_profiles():
    assert {path.stem for path in (CONF / "reg").glob("*.yaml")} == {*NUMBERS, "none", "light"}


@pytest.mark.parametrize("name", NUMBERS)
def test_the_numbers_are_those_of_the_table(name):
    """A number that the profile does not say is the model's own."""
    assert list(profile(name)) == list(KEYS)
    for model, keys in KEYS.items():
        composed = compose([f"reg={name}", f"model={model}"])["model"]
        assert [composed[key] for key in keys.split()] == NUMBERS[name][model]
        assert {*profile(name)[model]} <= {*keys.split(), "early_stopping_rounds"}


def test_none_is_the_libraries_defaults():
    for model, section in profile("none").items():
        if model in CLASSES:
            defaults = {k: p.default for k, p in inspect.signature(CLASSES[model]).parameters.items()}
            assert {key: defaults[key] for key in section} == section
        else:
            assert (section["dropout"], section["patience"]) == (0.0, None)


def test_light_lies_between_none_and_baseline():
    none, light, baseline = profile("none"), profile("light"), profile("baseline")
    for model, section in light.items():
        for key, value in section.items():
            ends = (none[model][key], baseline[model][key])
            if all(isinstance(number, int | float) for number in (*ends, value)):
                assert min(ends) <= value <= max(ends), (model, key)
        stopping = "early_stopping_rounds" if model in ("xgboost", "lightgbm") else "patience"
        if stopping in section:
            assert section[stopping] > baseline[model][stopping]


@pytest.fixture
def composed(tmp_path):
    """Compose a root with a profile and a model, beside options of one's own."""

    def compose(*overrides: str, **files: str) -> dict:
        (tmp_path / "root.yaml").write_text(
            "defaults: [_self_, reg: strong, model: xgboost]\nseed: 0\ntrainer: {n_threads: 1}\n"
        )
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(exist_ok=True)
            path.with_suffix(".yaml").write_text(text)
        search = f"hydra.searchpath=[file://{CONF}]"
        with hydra.initialize_config_dir(str(tmp_path), version_base="1.3"):
            config = hydra.compose("root", [*overrides, search])
            return OmegaConf.to_container(config, resolve=True)  # type: ignore[return-value]

    return compose


def test_a_model_takes_its_numbers_from_the_profile_unless_told(composed):
    assert composed("reg=tiny")["model"]["learning_rate"] == 0.05
    assert composed("model.max_depth=2")["model"]["max_depth"] == 2
    assert (
        composed("seed=5", "trainer.n_threads=2")["model"] | {"seed": 5, "n_jobs": 2}
        == (composed("seed=5", "trainer.n_threads=2")["model"])
    )


@pytest.mark.parametrize("reg", ["none", "strong"])
def test_a_model_without_a_section_keeps_its_own_defaults(composed, reg):
    mine = {"model__ridge": "_target_: sklearn.linear_model.RidgeClassifier\nalpha: 3.0\n"}
    assert composed("model=ridge", f"reg={reg}", **mine)["model"]["alpha"] == 3.0


def test_a_model_may_read_a_section_that_only_some_profiles_have(composed):
    mine = {
        "model__ridge": "_target_: sklearn.linear_model.RidgeClassifier\nalpha: ${oc.select:reg.ridge.alpha,3.0}\n",
        "reg__mine": "defaults: [strong, _self_]\nridge: {alpha: 7.0}\nxgboost: {max_depth: 2}\n",
    }
    assert composed("model=ridge", **mine)["model"]["alpha"] == 3.0
    assert composed("model=ridge", "reg=mine", **mine)["model"]["alpha"] == 7.0
    boosted = composed("reg=mine", **mine)["model"]
    assert (boosted["max_depth"], boosted["subsample"]) == (2, 0.7)
