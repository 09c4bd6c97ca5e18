"""A configuration builds classes of the groups' kinds, and nothing that loads a file or runs code by name."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import smc
from smc.artifact.recipe import from_recipe
from smc.config.instantiate import instantiate, locate
from smc.errors import ArtifactError, ConfigError

CONF = Path(__file__).parents[2] / "conf"


def targets(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from [node["_target_"]] if "_target_" in node else []
        node = list(node.values())
    for item in node if isinstance(node, list) else []:
        yield from targets(item)


def test_every_class_of_the_tree_may_be_named():
    named = {target for path in CONF.rglob("*.yaml") for target in targets(yaml.safe_load(path.read_text()))}
    assert len(named) > 60
    for target in named:
        locate(target)


def test_few_other_classes_of_smc_may_be_named():
    """Whatever a stranger's folder names, it is a source of bars, a label, an estimator and so on."""
    allowed = set()
    for module in pkgutil.walk_packages(smc.__path__, "smc."):
        if module.name.endswith("__main__"):
            continue
        for name, member in vars(importlib.import_module(module.name)).items():
            if isinstance(member, type) and member.__module__ == module.name:
                try:
                    allowed.add(locate(f"{module.name}.{name}"))
                except ConfigError:
                    continue
    folders = {cls.__module__.split(".")[1] for cls in allowed}
    assert folders <= {path.name for path in CONF.iterdir()} | {"trials", "results", "launcher", "sweeper"}
    deep = {cls.__module__ for cls in allowed if cls.__module__.count(".") > 2}
    assert not deep, "what stands below a group's folder is a part of its options"
    assert not {cls.__name__ for cls in allowed} & {"OwnPipeline", "Webhook", "Database", "RunStore"}


@pytest.mark.parametrize(
    "target",
    [
        "smc.audit.procedure.OwnPipeline",
        "smc.results.store.RunStore",
        "smc.results.RunStore",
        "smc.trials.database.Database",
        "smc.monitor.webhook.Webhook",
        "smc.artifact.skops_file.SkopsFile",
        "smc.cli.Progress",
        "smc.data.files.Path",
        "smc.artifact.load",
        "smc.data.index.pd",
        "xgboost.Booster",
        "xgboost.callback.TrainingCheckPoint",
        "lightgbm.Booster",
        "sklearn.utils.Bunch",
        "sklearn.pipeline.make_pipeline",
        "sklearn.datasets.load_files",
        "sklearn.utils.parallel.Parallel",
        "joblib.Memory",
        "os.system",
        "subprocess.Popen",
        "builtins.eval",
    ],
)
def test_no_other_class_and_no_function_is_built(target):
    with pytest.raises(ConfigError):
        instantiate({"_target_": target, "_args_": ["json.JSONDecoder"]})


PIPELINE = {"_target_": "sklearn.pipeline.Pipeline", "steps": []}
CLUSTERS = {"_target_": "sklearn.cluster.FeatureAgglomeration", "memory": "/tmp/joblib"}


@pytest.mark.parametrize(
    "node",
    [
        {**PIPELINE, "memory": "/tmp/joblib"},
        {**PIPELINE, "memory": {"location": "/tmp/joblib"}},
        {**PIPELINE, "_partial_": True, "memory": "/tmp/joblib"},
        {"_target_": "sklearn.pipeline.Pipeline", "_args_": [[]], "memory": "/tmp/joblib"},
        {"_target_": "imblearn.pipeline.Pipeline", "steps": [], "memory": "/tmp/joblib"},
        CLUSTERS,
        {**PIPELINE, "steps": [["a", CLUSTERS]]},
        {"_target_": "sklearn.cluster.FeatureAgglomeration", "_args_": [], "memory": "x"},
        {
            "_target_": "sklearn.model_selection.GridSearchCV",
            "estimator": PIPELINE,
            "param_grid": {"memory": ["x"]},
        },
        {
            "_target_": "sklearn.model_selection.GridSearchCV",
            "estimator": PIPELINE,
            "param_grid": [{"a__memory": ["x"]}],
        },
        {"_target_": "lightgbm.LGBMClassifier", "forcedsplits_filename": "x.json"},
        {"_target_": "lightgbm.LGBMClassifier", "machines": "host:1"},
        {"_target_": "xgboost.XGBClassifier", "xgb_model": "model.json"},
    ],
)
def test_no_argument_loads_a_file(node):
    with pytest.raises(ConfigError, match=r"may load no file into .*; leave it out"):
        instantiate(node, "model")


OWN = """
from sklearn.pipeline import Pipeline

class Positional(Pipeline):
    def __init__(self, steps, memory=None):
        super().__init__(steps, memory=memory)

class Remembers:
    def __init__(self, memory):
        self.memory = memory
"""


def test_a_class_of_ones_own_that_extends_a_loader_is_one(tmp_path, monkeypatch):
    (tmp_path / "parts_that_load.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "parts_that_load")
    with pytest.raises(ConfigError, match="`memory`"):
        instantiate({"_target_": "parts_that_load.Positional", "_args_": [[], "/tmp/joblib"]})
    assert instantiate({"_target_": "parts_that_load.Remembers", "memory": 20}).memory == 20


def test_what_loads_nothing_is_built():
    for node in ({**PIPELINE, "memory": None}, {"_target_": "sklearn.svm.SVC", "cache_size": 100}):
        assert instantiate(node) is not None


def test_no_argument_of_an_estimator_but_memory_is_taken_for_a_loader():
    from imblearn.utils.testing import all_estimators as of_imblearn
    from lightgbm import LGBMClassifier
    from sklearn.utils import all_estimators
    from xgboost import XGBClassifier

    from smc.artifact.trusted import LOADER

    classes = [cls for _, cls in [*all_estimators(), *of_imblearn()]] + [LGBMClassifier, XGBClassifier]
    names = {name for cls in classes for name in cls._get_param_names()}
    assert {name for name in names if LOADER.fullmatch(name)} == {"memory"}


def test_a_saved_model_names_no_loader():
    recipe = {"class": "sklearn.pipeline.Pipeline", "params": {"steps": [], "memory": "/tmp/joblib"}}
    with pytest.raises(ArtifactError, match="would load a file by `memory`"):
        from_recipe(json.loads(json.dumps(recipe)))
