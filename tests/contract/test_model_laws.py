"""Laws that every model of `conf/model` keeps; those of ensembles are in `test_ensemble_laws.py`."""

import hashlib
import importlib
import inspect
import subprocess
import sys
import warnings
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest
from omegaconf import OmegaConf
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from smc import artifact
from smc.aug.none import NoAugmentation
from smc.errors import ModelError
from smc.pipeline import FoldPipeline

CONF = Path(__file__).parents[2] / "conf"
OPTIONS = sorted((CONF / "model").glob("*.yaml"))
ENSEMBLES = {path.stem for path in OPTIONS if "members" in OmegaConf.load(path)}
MODELS = [path.stem for path in OPTIONS if path.stem not in ENSEMBLES]
LEARNERS = [name for name in MODELS if name != "baseline"]
TARGETS = ("binary", "three", "numbers")


#: Arguments for a quick fit on a plain table, for those that have them: most laws need no more.
QUICK = {"n_estimators": 20, "max_epochs": 3, "lookback": 1}


def build(name: str, reg: str = "strong", *, quick: bool = True, **params):
    """Build a model as a run would: its YAML, a profile, and the keys of the root that it reads."""
    root = OmegaConf.create(
        {
            "seed": 0,
            "trainer": OmegaConf.load(CONF / "trainer/cpu.yaml"),
            "reg": OmegaConf.load(CONF / f"reg/{reg}.yaml"),
            "model": OmegaConf.load(CONF / f"model/{name}.yaml"),
        }
    )
    arguments = OmegaConf.to_container(root, resolve=True)["model"]
    module, _, cls = arguments.pop("_target_").rpartition(".")
    fewer = {key: value for key, value in QUICK.items() if key in arguments and (quick or key == "lookback")}
    return getattr(importlib.import_module(module), cls)(**(arguments | fewer | params))


def rows(n: int, *, seed: int = 0, edge: float = 2.0):
    """Inputs, and the score behind the targets: two of six columns matter, `edge` times the noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 6))
    return X, edge * (X[:, 0] + 0.5 * X[:, 1]) + rng.logistic(size=n)


def targets(score: np.ndarray, kind: str) -> np.ndarray:
    if kind == "numbers":
        return score
    return np.digitize(score, [-1.0, 1.0]) - 1 if kind == "three" else (score > 0).astype(int)


def fitted(name: str, kind: str = "binary", *, n: int = 240, **params):
    """Fit on all rows but the last quarter, which is watched."""
    X, score = rows(n)
    y, cut = targets(score, kind), 3 * n // 4
    model = build(name, **params)
    return model.fit(X[:cut], y[:cut], eval_set=(X[cut:], y[cut:])), X


def answers(model, X) -> np.ndarray:
    return model.predict_proba(X) if model.task_ == "classification" else model.predict(X)


def test_discovery_finds_every_model():
    modules = {path.stem for path in (CONF.parent / "smc/model").glob("*.py")}
    assert set(MODELS) | ENSEMBLES == {path.stem for path in OPTIONS}
    assert modules >= ENSEMBLES
    assert {"logistic", "random_forest", "xgboost", "lightgbm", "baseline"} <= set(MODELS) <= modules


@pytest.mark.parametrize("name", MODELS)
def test_the_yaml_names_every_argument_of_the_constructor(name):
    option = OmegaConf.to_container(OmegaConf.load(CONF / f"model/{name}.yaml"))
    assert option.pop("_target_").startswith(f"smc.model.{name}.")
    assert ["task", *option] == list(inspect.signature(type(build(name))).parameters)
    assert set(option) <= set(get_type_hints(type(build(name)).__init__)), (
        "the configuration is checked by them"
    )
    assert (option["seed"], option["n_jobs"]) == ("${seed}", "${trainer.n_threads}")


@pytest.mark.parametrize("name", MODELS)
def test_arguments_survive_clone_and_get_params(name):
    model = build(name, seed=7)
    assert model.get_params()["seed"] == 7
    assert clone(model).get_params() == model.get_params()
    assert type(model)(**model.get_params()).get_params() == model.get_params()


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("name", MODELS)
def test_predictions_have_the_shape_of_their_task(name, kind):
    model, X = fitted(name, kind)
    prediction = model.predict(X)
    assert prediction.shape == (len(X),)
    importances = model.feature_importances_
    assert importances.shape == (6,)
    assert (importances >= 0).all()
    if kind == "numbers":
        assert model.task_ == "regression"
        assert not hasattr(model, "predict_proba")
        return
    probability = model.predict_proba(X)
    assert probability.shape == (len(X), len(model.classes_))
    assert probability.dtype == np.float64
    np.testing.assert_allclose(probability.sum(axis=1), 1.0)
    assert (probability >= 0).all()
    np.testing.assert_array_equal(prediction, model.classes_[probability.argmax(axis=1)])


@pytest.mark.parametrize("name", MODELS)
def test_each_row_is_answered_alone(name):
    model, X = fitted(name)
    together = answers(model, X)
    np.testing.assert_array_equal(np.vstack([answers(model, row[None]) for row in X[:40]]), together[:40])


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("name", MODELS)
def test_two_threads_answer_as_one(name, kind):
    one, X = fitted(name, kind, n=800)
    again, _ = fitted(name, kind, n=800)
    two, _ = fitted(name, kind, n=800, n_jobs=2)
    assert answers(one, X).tobytes() == answers(again, X).tobytes() == answers(two, X).tobytes()


def digests() -> dict[str, str]:
    """Hash what each model answers for each kind of target."""
    found = {}
    for name in MODELS:
        for kind in TARGETS:
            model, X = fitted(name, kind, n=400)
            found[f"{name} {kind}"] = hashlib.sha256(answers(model, X).tobytes()).hexdigest()
    return found


def test_another_process_answers_the_same(in_another_process):
    assert in_another_process(__file__, "digests") == digests()


LAZY = """
import sys
import numpy as np
from smc import artifact
from smc.model.{model} import {cls}
model = {cls}().fit(np.eye(6), [0, 1] * 3)
artifact.save(model, sys.argv[1])
artifact.load(sys.argv[1])
print(*sorted({{"xgboost", "lightgbm", "torch", "imblearn"}} & set(sys.modules)))
"""


@pytest.mark.parametrize("model", ["logistic", "xgboost", "lightgbm"])
def test_a_run_imports_no_booster_and_no_network_it_does_not_use(model, tmp_path):
    script = LAZY.format(model=model, cls=type(build(model)).__name__)
    command = [sys.executable, "-c", script, str(tmp_path / "model")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [model] * (model in ("xgboost", "lightgbm"))


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("name", MODELS)
def test_weights_matter(name, kind):
    X, score = rows(200)
    y = targets(score, kind)
    model = build(name, reg="none")
    plain, ones = (clone(model).fit(X, y, sample_weight=weight) for weight in (None, np.ones(200)))
    heavy = clone(model).fit(X, y, sample_weight=np.linspace(0.1, 2.0, 200))
    np.testing.assert_array_equal(answers(plain, X), answers(ones, X))
    others, _ = rows(200, seed=1)  # fully grown trees name their own rows whatever these weigh
    assert not np.array_equal(answers(plain, others), answers(heavy, others))


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("name", MODELS)
def test_the_label_of_a_row_without_weight_does_not_matter(name, kind):
    X, score = rows(200)
    y, weight = targets(score, kind), np.repeat([1.0, 0.0], [150, 50])
    altered = np.where(weight == 0, y[:1], y)
    model = build(name, reg="none")
    first, second = (clone(model).fit(X, labels, sample_weight=weight) for labels in (y, altered))
    np.testing.assert_array_equal(answers(first, X), answers(second, X))


@pytest.mark.parametrize("name", MODELS)
def test_missing_values_are_handled_or_refused_as_the_tags_say(name):
    X, score = rows(200)
    X[np.random.default_rng(1).random(X.shape) < 0.1] = np.nan
    y, model = targets(score, "binary"), build(name, reg="none")
    if get_tags(model).input_tags.allow_nan:
        assert np.isfinite(answers(model.fit(X, y), X)).all()
    else:
        with pytest.raises(ValueError, match="NaN"):
            model.fit(X, y)
        with pytest.raises(ValueError, match="NaN"):
            model.fit(np.nan_to_num(X), y).predict(X)


@pytest.mark.parametrize("names", [(0, 1, 2), (10, 20, 77), ("a", "b", "c"), (-1.0, 0.0, 1.0)])
@pytest.mark.parametrize("name", MODELS)
def test_the_names_of_the_classes_change_nothing(name, names):
    X, score = rows(200)
    y = targets(score, "three")
    known, renamed = (build(name, reg="none").fit(X, labels) for labels in (y, np.array(names)[y + 1]))
    np.testing.assert_array_equal(known.predict_proba(X), renamed.predict_proba(X))
    np.testing.assert_array_equal(np.array(names)[known.predict(X) + 1], renamed.predict(X))
    np.testing.assert_array_equal(renamed.classes_, names)


def test_the_seed_matters_unless_nothing_is_drawn():
    same = set()
    for name in MODELS:
        first, X = fitted(name, seed=0)
        second, _ = fitted(name, seed=1)
        if np.array_equal(answers(first, X), answers(second, X)):
            same.add(name)
    assert same == {"logistic", "lightgbm", "baseline"}


@pytest.mark.parametrize("name", MODELS)
def test_a_single_class_is_refused(name):
    X, _ = rows(40)
    with pytest.raises(ModelError, match="two classes of some weight, got one class: 3"):
        build(name, reg="none").fit(X, np.full(40, 3))
    with pytest.raises(ModelError, match="got one class: 1"):
        build(name, reg="none").fit(X, np.repeat([0, 1], 20), sample_weight=np.repeat([0.0, 1.0], 20))


@pytest.mark.parametrize("name", MODELS)
def test_the_task_that_the_run_sets_is_kept(name):
    X, score = rows(80)
    codes = (score > 0).astype(int)
    assert build(name, reg="none", task="regression").fit(X, codes).task_ == "regression"
    with pytest.raises(ModelError, match=r"Unknown label type: task=classification, but the target holds"):
        build(name, reg="none", task="classification").fit(X, score)


@pytest.mark.parametrize("name", MODELS)
def test_an_unfitted_model_says_so(name):
    with pytest.raises(NotFittedError):
        build(name).predict(rows(3)[0])


#: What scikit-learn asks and smc decides otherwise: arguments are checked where they are given; drawing rows
#: by weight or in batches, or adding in single precision, equals repeating rows only on average; `class_weight`
#: takes no dict; a forest of five trees on square-root many features, or three epochs of a network, miss a
#: training score of .5.
EXCEPTIONS = {
    "logistic": {"check_do_not_raise_errors_in_init_or_set_params"},
    "baseline": {"check_do_not_raise_errors_in_init_or_set_params"},
    "lightgbm": {"check_do_not_raise_errors_in_init_or_set_params"},
    "xgboost": {
        "check_do_not_raise_errors_in_init_or_set_params",
        "check_sample_weight_equivalence_on_dense_data",
    },
    "random_forest": {
        "check_do_not_raise_errors_in_init_or_set_params",
        "check_sample_weight_equivalence_on_dense_data",
        "check_class_weight_classifiers",
        "check_regressors_train",
    },
}
EXCEPTIONS["extra_trees"] = EXCEPTIONS["random_forest"] - {"check_regressors_train"}
EXCEPTIONS["mlp"] = EXCEPTIONS["lstm"] = EXCEPTIONS["random_forest"]


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("name", MODELS)
def test_scikit_learn_finds_nothing_unexpected(name, task):
    model = build(name, reg="none", task=task)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        checks = check_estimator(model, on_fail=None, on_skip=None)
    failed = {check["check_name"] for check in checks if check["status"] == "failed"}
    assert failed <= EXCEPTIONS.get(name, set())
    assert len(checks) > 50


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("name", MODELS)
def test_a_saved_model_answers_bit_for_bit(name, kind, tmp_path):
    model, X = fitted(name, kind)
    artifact.save(model, tmp_path / "model")
    loaded = artifact.load(tmp_path / "model")
    assert answers(loaded, X).tobytes() == answers(model, X).tobytes()
    forgotten = dict.fromkeys(getattr(model, "not_saved", ()))
    assert loaded.get_params() == model.get_params() | forgotten
    np.testing.assert_array_equal(loaded.feature_importances_, model.feature_importances_)


def log_loss_skill(name: str, edge: float, seed: int) -> float:
    """Share of the baseline's log-loss that a model, fitted as in a fold, saves on fresh rows."""
    X, score = rows(1400, seed=seed, edge=edge)
    y, spans = targets(score, "binary"), np.column_stack([np.arange(400), np.arange(400) + 3])
    losses = []
    for each in (name, "baseline"):
        pipeline = FoldPipeline(estimator=build(each, quick=False), sampler=NoAugmentation())
        pipeline.fit(X[:400], y[:400], spans=spans)
        losses.append(log_loss(y[400:], pipeline.predict_proba(X[400:])))
    return 1 - losses[0] / losses[1]


@pytest.mark.parametrize("name", LEARNERS)
def test_a_planted_edge_is_found(name):
    skills = [log_loss_skill(name, edge=2.0, seed=seed) for seed in range(3)]
    assert min(skills) > 0.15


@pytest.mark.parametrize("name", LEARNERS)
def test_noise_is_not_learned(name):
    skills = [log_loss_skill(name, edge=0.0, seed=seed) for seed in range(3)]
    assert max(skills) < 0.01
    assert min(skills) > -0.1
