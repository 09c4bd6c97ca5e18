"""Laws that every sampler of `conf/aug` keeps."""

import importlib
import inspect
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import Pipeline
from omegaconf import OmegaConf
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression

from smc.cv.plan import SplitPlan
from smc.cv.purged_kfold import PurgedKFold
from smc.pipeline import FoldPipeline
from smc.windows import Windows

CONF = Path(__file__).parents[2] / "conf"
SAMPLERS = sorted(path.stem for path in (CONF / "aug").glob("*.yaml"))
KINDS = ("rows", "missing", "table", "sequences", "windows")
TARGETS = ("binary", "three", "numbers", "steps")


def by_rows(n: int, beyond: float) -> int:
    return 3 * n if n < 200 else 2 * n if n < 300 else int(beyond * n)


#: Rows that come out, from the targets that go in.
SIZES = {
    "none": len,
    "light": lambda y: 2 * len(y),
    "adaptive": lambda y: by_rows(len(y), 1.0),
    "aggressive": lambda y: by_rows(len(y), 1.5),
    "smote": lambda y: len(np.unique(y)) * np.unique(y, return_counts=True)[1].max(initial=0),
    "block_bootstrap": lambda y: 2 * len(y),
}


def build(name: str, **params):
    """Build a sampler as a run would."""
    root = OmegaConf.create({"seed": 0, "aug": OmegaConf.load(CONF / f"aug/{name}.yaml")})
    arguments = OmegaConf.to_container(root, resolve=True)["aug"]
    module, _, cls = arguments.pop("_target_").rpartition(".")
    return getattr(importlib.import_module(module), cls)(**(arguments | params))


def inputs(n: int, kind: str = "rows", *, seed: int = 0, lookback: int = 4):
    rng = np.random.default_rng(seed)
    bars = rng.normal(size=(n + lookback, 6)) * [1, 10, 0.1, 1, 5, 2] + [0, 50, 0, -1, 2, 0]
    if kind in ("sequences", "windows"):
        windows = Windows(bars.astype(np.float32), np.arange(n) + lookback, lookback)
        return windows if kind == "windows" else np.asarray(windows, dtype=np.float32)
    rows = bars[lookback:]
    if kind == "missing":
        rows[rng.random(rows.shape) < 0.2] = np.nan
        rows[:, 3] = np.nan
    return pd.DataFrame(rows, columns=list("abcdef")) if kind == "table" else rows


def targets(n: int, kind: str = "binary", *, seed: int = 0) -> np.ndarray:
    """Runs of equal classes, as overlapping labels have them; or numbers, one a row or two."""
    rng = np.random.default_rng(seed)
    if kind in ("numbers", "steps"):
        return rng.normal(size=n if kind == "numbers" else (n, 2))
    shares = [0.6, 0.4] if kind == "binary" else [0.2, 0.5, 0.3]
    drawn = rng.choice(len(shares), size=-(-n // 3), p=shares)
    return np.repeat(drawn, 3)[:n] - (kind == "three")


def resample(name: str, X, y, **params):
    """Resample without warnings; return the sampler too."""
    sampler = build(name, **params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return (sampler, *sampler.fit_resample(X, y))


def answers(name: str, kind: str) -> bool:
    """Whether the option takes such targets."""
    return kind in ("binary", "three") or name != "smote"


CASES = [
    (name, kind, target) for name in SAMPLERS for kind in KINDS for target in TARGETS if answers(name, target)
]


def test_discovery_finds_every_sampler():
    assert set(SAMPLERS) == set(SIZES)
    assert all((CONF.parent / f"smc/aug/{name}.py").is_file() for name in SAMPLERS)


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_yaml_names_every_argument_of_the_constructor(name):
    option = OmegaConf.to_container(OmegaConf.load(CONF / f"aug/{name}.yaml"))
    parameters = inspect.signature(type(build(name))).parameters
    assert set(option) - {"_target_"} == set(parameters)
    for key, parameter in parameters.items():
        assert option[key] == ("${seed}" if key == "seed" else parameter.default)


@pytest.mark.parametrize(("name", "kind", "target"), CASES)
def test_the_originals_stay_first_in_order_and_bit_for_bit(name, kind, target):
    X, y = inputs(90, kind), targets(90, target)
    _, rows, labels = resample(name, X, y)
    assert type(rows) is type(X)
    assert rows.shape[1:] == X.shape[1:]
    assert len(rows) == len(labels)
    assert np.asarray(rows[:90]).tobytes() == np.asarray(X).tobytes()
    np.testing.assert_array_equal(labels[:90], y)
    if kind == "table":
        assert list(rows.columns) == list(X.columns)


@pytest.mark.parametrize(("name", "kind", "target"), CASES)
def test_each_row_says_where_it_came_from_and_whether_it_is_made_up(name, kind, target):
    X, y = inputs(90, kind), targets(90, target)
    sampler, rows, labels = resample(name, X, y)
    assert sampler.origin_.shape == sampler.synthetic_.shape == (len(rows),)
    np.testing.assert_array_equal(sampler.origin_[:90], np.arange(90))
    np.testing.assert_array_equal(sampler.synthetic_, np.arange(len(rows)) >= 90)
    assert sampler.origin_.max() < 90
    np.testing.assert_array_equal(labels, y[sampler.origin_])


@pytest.mark.parametrize("n", [12, 199, 200, 299, 300, 301, 640])
@pytest.mark.parametrize("name", SAMPLERS)
def test_as_many_rows_come_out_as_the_rule_says(name, n):
    for target in ("binary", "three"):
        y = targets(n, target)
        _, rows, _ = resample(name, inputs(n), y)
        assert len(rows) == SIZES[name](y)


@pytest.mark.parametrize(("name", "kind", "target"), CASES)
def test_the_input_is_never_written_to(name, kind, target):
    X, y = inputs(60, kind), targets(60, target)
    held = X.bars if isinstance(X, Windows) else X
    before = np.array(held).tobytes(), y.tobytes()
    _, rows, _ = resample(name, X, y)
    made = rows.iloc[60:] if kind == "table" else rows[60:]
    if not isinstance(made, Windows):
        made[:] = 7.0
    assert (np.array(held).tobytes(), y.tobytes()) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SAMPLERS)
def test_the_same_seed_gives_the_same_rows(name, kind):
    X, y = inputs(90, kind), targets(90)
    sampler, first, _ = resample(name, X, y)
    again, other = clone(sampler), resample(name, X, y, seed=1)[1] if name != "none" else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for each in (sampler, again):
            assert np.asarray(each.fit_resample(X, y)[0]).tobytes() == np.asarray(first).tobytes()
    assert other is None or np.asarray(other).tobytes() != np.asarray(first).tobytes()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("target", ["binary", "three"])
@pytest.mark.parametrize("name", SAMPLERS)
def test_class_shares_stay_unless_balance_was_asked_for(name, target, seed):
    for n in (60, 150, 250, 400):
        y = targets(n, target, seed=seed)
        sampler = build(name, **({} if name == "none" else {"seed": seed}))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "no bars before")
            _, labels = sampler.fit_resample(inputs(n), y)
        shares = [[np.mean(each == label) for label in np.unique(y)] for each in (y, labels)]
        if getattr(sampler, "balances", False):
            assert np.ptp(shares[1]) <= max(0.5 * np.ptp(shares[0]), 1 / len(labels))
        else:
            assert np.abs(np.subtract(*shares)).max() <= 0.05


@pytest.mark.parametrize("name", SAMPLERS)
def test_windows_come_out_as_the_sequences_that_they_stand_for(name):
    y = targets(70, "three")
    _, built, _ = resample(name, inputs(70, "sequences"), y)
    _, lazy, _ = resample(name, inputs(70, "windows"), y)
    assert lazy.dtype == built.dtype == np.float32
    scale = inputs(70, "windows").bars.std(axis=0)
    assert (np.abs(np.asarray(lazy) - built) / scale).max() < 0.2
    np.testing.assert_array_equal(np.asarray(lazy[:70]), built[:70])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SAMPLERS)
def test_missing_stays_missing_and_nothing_else_becomes_so(name, kind):
    X, y = inputs(90, kind), targets(90, "three")
    sampler, rows, _ = resample(name, X, y)
    missing = np.isnan(np.asarray(X))[sampler.origin_]
    np.testing.assert_array_equal(np.isnan(np.asarray(rows)), missing)
    assert np.isfinite(np.asarray(rows)[~missing]).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SAMPLERS)
def test_constant_features_stay_constant(name, kind):
    y = targets(60, "three")
    X = np.ones((60, 3)) if kind in ("rows", "missing", "table") else np.ones((60, 4, 3), dtype=np.float32)
    X = Windows.from_array(X) if kind == "windows" else pd.DataFrame(X) if kind == "table" else X
    assert (np.asarray(resample(name, X, y)[1]) == 1).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "y", [[], [1], [1, 1], [0, 1], [0, 1, 1], [0] * 9 + [1], [0] * 9 + [1, 1], [0] * 20 + [1] * 3 + [2] * 9]
)
@pytest.mark.parametrize("name", SAMPLERS)
def test_few_rows_of_a_class_never_end_a_fit(name, y, kind):
    y = np.array(y, dtype=np.int64)
    sampler, rows, labels = resample(name, inputs(len(y), kind), y)
    assert len(rows) == len(labels) == len(sampler.origin_)
    if name not in ("smote", "none"):
        assert len(rows) == SIZES[name](y)
    if name == "smote" and 0 < np.unique(y, return_counts=True)[1].min(initial=9) < 3 < len(y):
        assert len(rows) == len(y)
        assert [note["reason"] for note in sampler.notes_] == ["augmentation_small_class"]


@pytest.mark.parametrize("name", SAMPLERS)
def test_it_works_in_a_pipeline_of_imbalanced_learn(name):
    X, y = inputs(80), targets(80)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        model = Pipeline([("aug", build(name)), ("model", LogisticRegression())]).fit(X, y)
    _, rows, labels = resample(name, X, y)
    direct = LogisticRegression().fit(rows, labels)
    np.testing.assert_array_equal(model.predict_proba(X), direct.predict_proba(X))


class Spy(BaseEstimator):
    """Stops early, and keeps all that it is shown."""

    stops_early, n_rounds_ = True, 5

    def fit(self, X, y, sample_weight=None, eval_set=None):
        self.fitted_, self.weight_, self.watched_, self.classes_ = X, sample_weight, eval_set, np.unique(y)
        return self

    def predict_proba(self, X):
        self.asked_ = X
        return np.full((len(X), 2), 0.5)

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)


@pytest.mark.parametrize("name", SAMPLERS)
def test_no_made_up_row_is_watched_validated_or_tested(name):
    n = 260
    X, y, weight = inputs(n), targets(n), np.random.default_rng(0).random(n) + 0.1
    spans = np.column_stack([2 * np.arange(n) + 1, 2 * np.arange(n) + 6])
    plan = SplitPlan.from_spans(spans, PurgedKFold(4))
    for split in plan.splits:
        train, test = split.train, split.test
        pipeline = FoldPipeline(estimator=Spy(), sampler=build(name))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            pipeline.fit(X[train], y[train], weight[train], spans[train])
        pipeline.predict(X[test])
        seen, scale = pipeline.estimator_, pipeline.preprocess_.transform
        n_core = pipeline.n_fitted_rows_
        assert len(seen.fitted_) == len(pipeline.sampler_.origin_)
        np.testing.assert_array_equal(seen.fitted_[:n_core], scale(X[train[:n_core]]))
        tail = train[-len(seen.watched_[0]) :]
        np.testing.assert_array_equal(seen.watched_[0], scale(X[tail]))
        np.testing.assert_array_equal(seen.watched_[1], y[tail])
        np.testing.assert_array_equal(seen.asked_, scale(X[test]))
        held_out = {row.tobytes() for row in scale(np.concatenate([X[test], X[tail]]))}
        assert held_out.isdisjoint(row.tobytes() for row in np.asarray(seen.fitted_))
        followed = weight[train[:n_core]][pipeline.sampler_.origin_]
        np.testing.assert_allclose(seen.weight_, followed / followed.mean())


LAZY = """
import sys
from smc.aug import {names}
print(*sorted({{"imblearn", "torch", "numba"}} & set(sys.modules)))
"""


def test_importing_the_samplers_costs_no_library():
    script = LAZY.format(names=", ".join(SAMPLERS))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
