"""Which packages make a run another run: those that it uses."""

import sys
from importlib import metadata
from types import ModuleType

import pytest

from smc.config.compose import compose
from smc.results import installed_versions, package_versions, packages, run_id, trial_hash
from smc.results.packages import used_packages

BASE = {"python", "numpy", "scipy", "pandas", "numba", "scikit-learn"}
OWN = {
    "logistic": set(),
    "random_forest": set(),
    "xgboost": {"xgboost"},
    "lightgbm": {"lightgbm"},
    "mlp": {"torch", "pytorch-lightning"},
}


@pytest.fixture
def versions(monkeypatch):
    """Give the versions of distributions by name, to be changed by a test."""
    known = {
        name: metadata.version(name)
        for name in [*BASE - {"python"}, "xgboost", "lightgbm", "imbalanced-learn"]
    }
    providers = {"xgboost": ["xgboost"], "lightgbm": ["lightgbm"]}

    def version(name):
        if name not in known:
            raise metadata.PackageNotFoundError(name)
        return known[name]

    for function in (packages.version_of, packages._providers):
        function.cache_clear()
    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(metadata, "packages_distributions", lambda: providers)
    yield known, providers
    for function in (packages.version_of, packages._providers):
        function.cache_clear()


def name(config):
    packages.version_of.cache_clear()
    packages._providers.cache_clear()
    return run_id(config, data_hash="d", seed=0)


@pytest.mark.parametrize("model", OWN)
def test_a_run_uses_the_packages_of_its_classes(model):
    assert set(package_versions(compose([f"model={model}"]))) == BASE | OWN[model]


def test_a_selector_a_sampler_and_a_member_use_packages_too():
    member = {"model": {"members": {"trees": {"_target_": "smc.model.xgboost.XGBoost"}}}}
    assert set(package_versions(member)) == BASE | {"xgboost"}
    assert "lightgbm" in package_versions(compose(["model=logistic", "feature_selection=gain"]))
    assert "imbalanced-learn" in package_versions({"aug": {"_target_": "imblearn.over_sampling.SMOTE"}})


def test_an_upgrade_of_a_package_that_is_not_used_leaves_the_id(versions):
    known, _ = versions
    config = compose(["model=logistic"])
    before = name(config)
    known["lightgbm"] = "4.6.0"
    del known["imbalanced-learn"]
    assert name(config) == before
    known["torch"] = "2.0"
    assert name(config) == before


@pytest.mark.parametrize(("model", "package"), [("lightgbm", "lightgbm"), ("logistic", "scikit-learn")])
def test_an_upgrade_of_a_used_package_is_another_run_of_the_same_trial(versions, model, package):
    known, _ = versions
    config = compose([f"model={model}"])
    before, trial = name(config), trial_hash(config)
    known[package] = "0.1"
    assert name(config) != before
    assert trial_hash(config) == trial


def test_a_package_that_stands_in_for_another_is_it(versions):
    known, providers = versions
    config = compose(["model=xgboost"])
    before = name(config)
    known["xgboost-cpu"] = known.pop("xgboost")
    providers["xgboost"] = ["xgboost-cpu"]
    assert name(config) == before
    known["xgboost-cpu"] = "0.1"
    assert name(config) != before
    assert package_versions(config)["xgboost"] == "0.1"


def test_code_of_ones_own_uses_what_it_imports(tmp_path, monkeypatch):
    (tmp_path / "own_estimator.py").write_text(
        "import own_pieces\nclass Model:\n    def fit(self):\n        import lightgbm.basic\n"
    )
    (tmp_path / "own_pieces.py").write_text(
        "from smc.model import xgboost\nimport yaml, os, nowhere_to_be_found\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    config = {"model": {"_target_": "own_estimator.Model"}}
    assert set(package_versions(config)) == BASE | {"lightgbm", "xgboost", "yaml"}
    assert package_versions(config)["yaml"] == metadata.version("pyyaml")


@pytest.mark.parametrize("module", ["__main__", "made_by_hand"])
def test_a_class_without_a_file_may_use_any(module, monkeypatch):
    monkeypatch.setitem(sys.modules, "made_by_hand", ModuleType("made_by_hand"))
    assert used_packages({"model": {"_target_": f"{module}.Model"}}) >= packages.OPTIONAL


def test_watches_and_trackers_are_no_part_of_it():
    config = compose(["model=logistic"])
    tracker = {"trackers": {"mine": {"_target_": "lightgbm.Tracker"}}}
    assert package_versions({**config, "tracker": tracker}) == package_versions(config)


def test_nodes_agree_on_every_package():
    assert {"xgboost", "lightgbm", "torch", "imbalanced-learn", *BASE} <= set(installed_versions())
    assert "pytest" not in installed_versions()


def test_nothing_is_imported_to_find_them(monkeypatch):
    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    packages._imports_of_smc.cache_clear()
    packages._optional_of.cache_clear()
    assert "lightgbm" in used_packages({"_target_": "smc.model.lightgbm.LightGBM"})
    assert "lightgbm" not in sys.modules
