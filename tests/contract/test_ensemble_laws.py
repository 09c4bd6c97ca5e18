"""Laws that every ensemble of `conf/model` keeps."""

import hashlib
import inspect
import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold

from smc import artifact
from smc.aug.light import Light
from smc.aug.none import NoAugmentation
from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.cv.expanding import Expanding
from smc.errors import LeakageError, ModelError, SplitError
from smc.model.baseline import Baseline
from smc.model.logistic import Logistic
from smc.monitor.divergence import Divergence
from smc.monitor.fit_monitor import FitMonitor
from smc.pipeline import FoldPipeline
from smc.training.fit_result import FitResult
from smc.windows import Windows

CONF = Path(__file__).parents[2] / "conf"
ENSEMBLES = sorted(path.stem for path in (CONF / "model").glob("*.yaml") if "members" in OmegaConf.load(path))
#: Those that test their members within the fold.
TESTING = ["voting", "stacking", "blending", "dynamic", "regime"]
#: Those whose members have the same weight in every row.
WEIGHING = ["averaging", "voting", "stacking", "blending", "dynamic"]
#: Those that with one member give that member's answer.
TRANSPARENT = ["averaging", "voting", "dynamic", "regime"]
TARGETS = ("binary", "three", "numbers")
NAMES = ["a", "b", "c", "d", "rvol20", "ema50_slope_atr"]
QUICK = ["reg.random_forest.n_estimators=10", "reg.xgboost.n_estimators=15", "reg.lstm.max_epochs=2"]
QUICK += ["reg.lstm.hidden_dim=4", "reg.lstm.lookback=4", "reg.mlp.max_epochs=2", "reg.mlp.hidden_dims=[4]"]
N, HORIZON = 240, 4


@cache
def section(name: str, *overrides: str) -> dict:
    return compose([f"model={name}", *QUICK, *overrides])["model"]


def build(name: str, *overrides: str, **params):
    """Build an ensemble as a run does."""
    return instantiate(section(name, *overrides), "model").set_params(**params)


def table(kind: str = "binary", n: int = N, *, seed: int = 0, edge: float = 2.0):
    """Rows in which two of six columns matter, and labels that last `HORIZON` bars, an event each bar."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 6)), columns=NAMES)
    X["rvol20"] = np.exp(X["rvol20"])
    score = edge * (X["a"] + 0.5 * X["b"]).to_numpy() + rng.logistic(size=n)
    y = {"numbers": score, "binary": (score > 0).astype(int), "three": np.digitize(score, [-1, 1]) - 1}[kind]
    start = np.arange(1, n + 1)
    return X, y, np.column_stack([start, start + HORIZON])


def fitted(name: str, kind: str = "binary", *overrides: str, sampler=None, n: int = N, **params):
    X, y, spans = table(kind, n)
    pipeline = FoldPipeline(estimator=build(name, *overrides, **params), sampler=sampler or NoAugmentation())
    return pipeline.fit(X, y, np.linspace(0.2, 1.0, n), spans), X


def answers(model, X) -> np.ndarray:
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)


def windows(n: int = N, lookback: int = 4) -> tuple[Windows, np.ndarray, np.ndarray]:
    X, y, spans = table(n=n + lookback)
    ends = np.arange(lookback, n + lookback)
    return Windows(X.to_numpy(), ends, lookback, names=NAMES), y[lookback:], spans[lookback:]


def test_discovery_finds_every_ensemble():
    assert sorted({*TESTING, "averaging"}) == ENSEMBLES
    assert sorted(name for name in ENSEMBLES if hasattr(build(name), "cv")) == sorted(TESTING)


@pytest.mark.parametrize("name", ENSEMBLES)
def test_the_yaml_names_every_argument_of_the_constructor(name):
    option = OmegaConf.to_container(OmegaConf.load(CONF / f"model/{name}.yaml"))
    assert option.pop("_target_").startswith(f"smc.model.{name}.")
    assert sorted([*option, "task"]) == sorted(inspect.signature(type(build(name))).parameters)
    assert (option["seed"], option["n_jobs"]) == ("${seed}", "${trainer.n_threads}")


@pytest.mark.parametrize("name", ENSEMBLES)
def test_members_have_what_the_run_gives_them_in_whatever_order_they_are_named(name):
    overrides = ("reg=tiny", "seed=7", "reg.xgboost.learning_rate=0.02")
    one = section(name, "model.members=[xgboost,lstm]", *overrides)
    assert one == section(name, "model.members=[lstm,xgboost]", *overrides)
    assert list(section(name, "model.members=[xgboost,lstm]", *overrides)["members"]) == ["lstm", "xgboost"]
    alone = compose(["model=xgboost", *QUICK, *overrides])["model"]
    assert one["members"]["xgboost"] == alone
    assert (alone["seed"], alone["learning_rate"], alone["max_depth"]) == (7, 0.02, 3)


@pytest.mark.parametrize("name", ENSEMBLES)
def test_arguments_survive_clone_and_get_params(name):
    ensemble = build(name)
    copied = clone(ensemble)
    assert {name: str(value) for name, value in copied.get_params().items()} == {
        name: str(value) for name, value in ensemble.get_params().items()
    }


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("name", ENSEMBLES)
def test_predictions_have_the_shape_of_their_task_and_a_saved_model_gives_the_same_bytes(
    name, kind, tmp_path
):
    model, X = fitted(name, kind)
    prediction = model.predict(X)
    assert prediction.shape == (len(X),)
    assert np.isfinite(model.feature_importances_).all()
    assert model.feature_importances_.argmax() == 0
    if kind == "numbers":
        assert not hasattr(model, "predict_proba")
    else:
        probability = model.predict_proba(X)
        np.testing.assert_allclose(probability.sum(axis=1), 1.0)
        assert (probability >= 0).all()
        np.testing.assert_array_equal(prediction, model.classes_[probability.argmax(axis=1)])
    artifact.save(model, tmp_path / "model")
    loaded = artifact.load(tmp_path / "model")
    assert answers(loaded, X).tobytes() == answers(model, X).tobytes()
    np.testing.assert_array_equal(loaded.feature_importances_, model.feature_importances_)
    assert str(loaded.estimator_.get_fitted()) == str(model.estimator_.get_fitted())


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("name", ENSEMBLES)
def test_the_account_of_what_was_learned_is_plain_and_that_of_the_saved_model(name, kind, tmp_path):
    model, _ = fitted(name, kind)
    ensemble = model.estimator_
    told = ensemble.account()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["members"] == list(ensemble.members_)
    assert told["loss_name"] == ("squared_error" if kind == "numbers" else "log_loss")
    assert (told["losses"] is not None) == (name in TESTING)
    assert (told["weights"] is not None) == (name in WEIGHING)
    for figures in filter(None, (told["losses"], told["weights"])):
        assert list(figures) == told["members"]
        assert {type(value) for value in figures.values()} == {float}
        assert min(figures.values()) >= 0
    if told["weights"] is not None:
        assert sum(told["weights"].values()) == pytest.approx(1.0)
    if told["losses"] is not None:
        np.testing.assert_array_equal(list(told["losses"].values()), ensemble.losses_)
    artifact.save(model, tmp_path / "model")
    assert artifact.load(tmp_path / "model").estimator_.account() == told


@pytest.mark.parametrize("meta", ["logistic", "random_forest"])
@pytest.mark.parametrize("name", ["stacking", "blending"])
def test_any_meta_model_tells_its_weights(name, meta):
    own = instantiate(compose([f"model={meta}", *QUICK])["model"])
    told = fitted(name, "three", meta=own)[0].estimator_.account()
    assert told["weight_sum"] is None
    assert sum(told["weights"].values()) == pytest.approx(1.0)


def test_weights_are_those_that_members_are_weighed_by():
    pool = fitted("stacking")[0].estimator_
    told = pool.account()
    np.testing.assert_allclose(
        [told["weights"][name] * told["weight_sum"] for name in pool.members_], pool.meta_.coef_
    )
    pool.meta_.coef_ = np.zeros(3)
    assert (pool.account()["weights"], pool.account()["weight_sum"]) == (None, 0.0)
    pool.meta_ = SimpleNamespace(feature_importances_=np.array([2.0, 1.0, 1.0]))
    assert list(pool.account()["weights"].values()) == [0.5, 0.25, 0.25]
    pool.meta_ = SimpleNamespace()
    assert (pool.account()["weights"], pool.account()["weight_sum"]) == (None, None)
    dynamic = fitted("dynamic")[0].estimator_
    np.testing.assert_array_equal(list(dynamic.account()["weights"].values()), dynamic.weights_at()[0])
    assert fitted("averaging", average="median")[0].estimator_.account()["weights"] is None
    regime = fitted("regime", min_events=100_000)[0].estimator_.account()
    assert {each["member"] for each in regime["regimes"]} == {regime["default"]}
    assert sum(each["n_events"] for each in regime["regimes"]) == N


@pytest.mark.parametrize("name", ENSEMBLES)
def test_each_row_is_answered_alone(name):
    model, X = fitted(name)
    together = answers(model, X)
    alone = [answers(model, X.iloc[[row]]) for row in range(20)]
    np.testing.assert_array_equal(np.vstack(alone), together[:20])


@pytest.mark.parametrize("name", ENSEMBLES)
def test_two_threads_fit_and_save_what_one_does(name, tmp_path):
    for n_threads in (1, 2):
        model, _ = fitted(name, "binary", f"trainer.n_threads={n_threads}", "reg.xgboost.n_estimators=3")
        artifact.save(model, tmp_path / str(n_threads))
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("1", "2"))
    assert one == two


def digests() -> dict[str, str]:
    """Hash what each ensemble answers."""
    found = {}
    for name in ENSEMBLES:
        model, X = fitted(name)
        found[name] = hashlib.sha256(answers(model, X).tobytes()).hexdigest()
    return found


def test_another_process_answers_the_same(in_another_process):
    assert in_another_process(__file__, "digests") == digests()


@pytest.mark.parametrize("member", ["logistic", "random_forest", "xgboost"])
@pytest.mark.parametrize("name", TRANSPARENT)
def test_with_one_member_it_is_that_member(name, member):
    model, X = fitted(name, "binary", f"model.members=[{member}]", sampler=Light())
    own = instantiate(compose([f"model={member}", *QUICK])["model"])
    _, y, spans = table()
    alone = FoldPipeline(estimator=own, sampler=Light()).fit(X, y, np.linspace(0.2, 1.0, N), spans)
    np.testing.assert_array_equal(answers(model, X), answers(alone, X))
    np.testing.assert_array_equal(model.fitted_rows_, alone.fitted_rows_)
    assert model.augmentation_ == alone.augmentation_
    refitted, own_refit = model.for_refit(300).estimator, alone.for_refit(300).estimator
    assert refitted.members[member].get_params() == {**own_refit.get_params(), "task": "classification"}


@pytest.mark.parametrize("name", ENSEMBLES)
def test_members_of_rows_and_of_windows_get_each_what_they_need(name, tmp_path):
    inputs, y, spans = windows()
    inputs.bars[::7, 2] = np.nan
    ensemble = build(name, "model.members=[logistic,xgboost,lstm]")
    assert (ensemble.needs_windows, ensemble.lookback) == (True, 4)
    model = FoldPipeline(estimator=ensemble, sampler=Light()).fit(inputs, y, spans=spans)
    members = model.estimator_.members_
    assert {name: each.lookback for name, each in members.items()} == {"logistic": 1, "lstm": 4, "xgboost": 1}
    assert not members["xgboost"].preprocess_.impute
    assert members["logistic"].preprocess_.impute
    assert np.isfinite(answers(model, inputs)).all()
    artifact.save(model, tmp_path / "model")
    assert answers(artifact.load(tmp_path / "model"), inputs).tobytes() == answers(model, inputs).tobytes()


class Witness(ClassifierMixin, BaseEstimator):
    """A model that remembers the rows it was fitted on, by what stands in column `a`."""

    seen: ClassVar[list] = []

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        self.seen.append(np.asarray(X)[:, 0])
        return self

    def predict_proba(self, X):
        self.seen.append(np.asarray(X)[:, 0])
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.mark.parametrize("name", TESTING)
def test_no_member_is_tested_on_a_row_that_it_or_a_copy_of_it_was_fitted_on(name):
    X, y, spans = table()
    X["a"] = np.arange(N, dtype=float)
    Witness.seen = []
    ensemble = build(name, members={"witness": Witness()})
    as_it_is = FoldPipeline(estimator=ensemble, sampler=Light(), preprocess=Plain())
    as_it_is.fit(X, y, spans=spans)
    fits = [each for each in Witness.seen if len(each)]
    pairs = list(zip(fits[:-1:2], fits[1::2], strict=False))
    assert pairs
    for trained, tested in pairs:  # noise of Light moves a row by a tenth of the column's spread
        rows = np.unique(np.round(trained[np.isin(trained, X["a"])]).astype(int))
        held_out = tested.astype(int)
        apart = spans[rows, 1][:, None] < spans[held_out, 0]
        assert (apart | (spans[rows, 0][:, None] > spans[held_out, 1])).all()
        assert len(trained) == 2 * len(rows)


class Plain(BaseEstimator):
    """Leave rows as they are."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return X


class Unpurged(KFold):
    """A splitter that takes label spans, and does not look at them."""

    def split(self, X, y=None, groups=None):
        return super().split(X, y)


@pytest.mark.parametrize("name", TESTING)
def test_inner_splits_that_do_not_purge_are_refused(name):
    X, y, spans = table()
    model = FoldPipeline(estimator=build(name, cv=Unpurged(5)), sampler=NoAugmentation())
    with pytest.raises(LeakageError, match=r"model\.cv: Unpurged\(.*\) does not purge"):
        model.fit(X, y, spans=spans)
    with pytest.raises(LeakageError, match="touches one that is tested: take a splitter that purges"):
        build(name, cv=Unpurged(5)).fit(X, y, spans=spans)
    with pytest.raises(SplitError, match="no label spans"):
        build(name, cv=Unpurged(5)).fit(X, y)


@pytest.mark.parametrize("name", ENSEMBLES)
def test_early_stopping_and_the_final_fit_are_each_member_s_own(name):
    model, _ = fitted(name)
    xgboost, forest = (model.estimator_.members_[member] for member in ("xgboost", "random_forest"))
    assert len(xgboost.fitted_rows_) < len(forest.fitted_rows_) == N
    np.testing.assert_array_equal(model.fitted_rows_, xgboost.fitted_rows_)
    final = model.for_refit(2 * N).estimator.members["xgboost"]
    assert final.n_estimators == round(xgboost.n_rounds_ * 2 * N / xgboost.n_fitted_rows_)
    assert not final.stops_early


@pytest.mark.parametrize("name", ENSEMBLES)
def test_watches_look_at_each_member_from_scratch(name):
    X, y, spans = table(edge=0.0)
    watch = FitMonitor([Divergence(max_rises=1, min_rise=0.0)], "fold 0")
    model = FoldPipeline(
        estimator=build(name, "model.members=[logistic,xgboost,lightgbm]"), sampler=NoAugmentation()
    )
    model.fit(X, y, spans=spans, callback=watch)
    told = [(warning["member"], warning["reason"]) for warning in watch.warnings]
    assert sorted(told) == [("lightgbm", "divergence"), ("xgboost", "divergence")]
    assert all(warning["fit"] == "fold 0" for warning in watch.warnings)
    n_fits = 1 + (build(name).cv.get_n_splits(X, y, spans) if name in TESTING else 0)
    assert all(1 <= warning["n_fits"] <= n_fits for warning in watch.warnings)
    assert max(warning["n_fits"] for warning in watch.warnings) > (name in TESTING)
    stopped = {"fit": "fold 0", "reason": "divergence", "iteration": None}
    assert FitResult("fold 0", model, np.arange(N), watch.warnings).stop == stopped, "the warnings say where"


@pytest.mark.parametrize("name", ENSEMBLES)
def test_curves_are_those_of_the_fits_that_answer_by_member(name):
    model, _ = fitted(name, "binary", "model.members=[logistic,mlp,xgboost]")
    told = FitResult("fold 0", model, np.arange(N), [])
    assert list(told.curves)[:3] == ["fit", "member", "iteration"]
    assert told.curves["member"].unique().tolist() == ["mlp", "xgboost"]
    for member, rows in told.curves.groupby("member"):
        estimator = model.estimator_.members_[member].estimator_
        for column, values in estimator.curves_.items():
            np.testing.assert_array_equal(rows[column], np.array(values, dtype=float))
        assert rows["kept"].sum() == estimator.n_rounds_
    assert told.stop is None


@pytest.mark.parametrize("name", ENSEMBLES)
def test_a_member_of_a_member_has_its_curves_under_both_names(name):
    X, y, spans = table()
    members = {each: build("averaging", "model.members=[logistic,xgboost]") for each in ("one", "two")}
    pipeline = FoldPipeline(estimator=build(name, members=members), sampler=NoAugmentation())
    told = FitResult("fold 0", pipeline.fit(X, y, spans=spans), np.arange(N), [])
    assert told.curves["member"].unique().tolist() == ["one/xgboost", "two/xgboost"]
    assert not told.curves.duplicated(["member", "iteration"]).any()


class Interrupted(Logistic):
    """A member whose first fit Ctrl-C ended, and no other."""

    n_fits: ClassVar[int] = 0

    def fit(self, X, y, sample_weight=None):
        Interrupted.n_fits += 1
        self.stop_reason_ = "interrupted" if Interrupted.n_fits == 1 else None
        return super().fit(X, y, sample_weight)


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("name", ENSEMBLES)
def test_ctrl_c_in_a_member_ends_the_whole_fit_at_once(name, wrapped, monkeypatch):
    monkeypatch.setattr(Interrupted, "n_fits", 0)
    X, y, spans = table()
    model = build(name, members={"logistic": Interrupted(), "other": Logistic()})
    if wrapped:
        model = FoldPipeline(estimator=model, sampler=NoAugmentation())
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y, spans=spans)
    assert Interrupted.n_fits == 1


@pytest.mark.parametrize("name", ENSEMBLES)
def test_a_class_that_an_inner_fold_lacks_and_one_that_all_lack(name):
    X, _, spans = table()
    y = np.repeat([0, 1, 2, 1, 0], N // 5)
    model = FoldPipeline(
        estimator=build(name, members={"logistic": Logistic(), "baseline": Baseline()}),
        sampler=NoAugmentation(),
    )
    if name in ("averaging", "stacking", "regime"):
        assert answers(model.fit(X, y, spans=spans), X).shape == (N, 3)
    with pytest.raises(ModelError, match="two classes of some weight, got one class: 1"):
        model.fit(X, np.ones(N, dtype=int), spans=spans)


def skill(name: str, edge: float, seed: int) -> float:
    """Share of the baseline's log-loss that a model, fitted as in a fold, saves on fresh rows."""
    X, y, spans = table(n=1400, seed=seed, edge=edge)
    losses = []
    for estimator in (build(name), Baseline()):
        pipeline = FoldPipeline(estimator=estimator, sampler=NoAugmentation())
        pipeline.fit(X.iloc[:400], y[:400], spans=spans[:400])
        losses.append(log_loss(y[410:], pipeline.predict_proba(X.iloc[410:])))
    return 1 - losses[0] / losses[1]


@pytest.mark.parametrize("name", ENSEMBLES)
def test_a_planted_edge_is_found_and_noise_is_not_learned(name):
    assert min(skill(name, 2.0, seed) for seed in range(2)) > 0.15
    noise = [skill(name, 0.0, seed) for seed in range(3)]
    assert np.mean(noise) < 0.005
    assert min(noise) > -0.1


def test_dynamic_weights_need_members_that_know_the_past_alone():
    X, y, spans = table()
    cv = build("stacking").cv
    model = FoldPipeline(estimator=build("dynamic", cv=cv), sampler=NoAugmentation())
    with pytest.raises(LeakageError, match="take a splitter that trains on the past alone"):
        model.fit(X, y, spans=spans)
    assert isinstance(build("dynamic").cv, Expanding)
