"""Laws that the explanation of every model of `conf/model` keeps."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from smc.aug.none import NoAugmentation
from smc.calibrate.sigmoid import Sigmoid
from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.config.tree import CONF
from smc.errors import ExplanationError
from smc.evaluation.intervals import Intervals
from smc.explanation import contributions as shapley
from smc.explanation.contributions import check_sum, contributions
from smc.explanation.dependence import partial_dependence
from smc.explanation.explained_output import model_answers
from smc.explanation.importance import FoldModel, permutation_importance
from smc.explanation.model_inputs import as_array
from smc.explanation.surrogate import surrogate
from smc.feature_selection.correlation import Correlation
from smc.pipeline import FoldPipeline
from smc.windows import Windows

MODELS = sorted(path.stem for path in (CONF / "model").glob("*.yaml"))
LEARNERS = [name for name in MODELS if name != "baseline"]
TARGETS = ("binary", "three", "numbers")
N, PLANTED = 240, 2
#: Two of them are those that `model=regime` looks at.
NAMES = ["rvol20", "ema50_slope_atr", "planted", "gap", "flat", "range"]
SPANS = np.column_stack([np.arange(N) + 1, np.arange(N) + 3])
#: Quick to fit, where a model knows the key.
FEW = {"model.n_estimators": 30, "model.max_epochs": 8}


def rows(seed: int = 0) -> pd.DataFrame:
    """Six features, one of them constant, another missing here and there."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(N, len(NAMES))) * 10, columns=NAMES)
    table["flat"] = 7.0
    table.loc[rng.random(N) < 0.1, "gap"] = np.nan
    return table


def targets(table: pd.DataFrame, kind: str) -> np.ndarray:
    score = table["planted"].to_numpy() / 2 + np.random.default_rng(1).logistic(size=N)
    if kind == "numbers":
        return score / 1000
    return np.digitize(score, [-1.5, 1.5]) - 1 if kind == "three" else (score > 0).astype(int)


def composed(name: str, kind: str, members: tuple[str, ...] = ()):
    """Return a model as a run has it, with few trees or epochs, and its label's task."""
    label = {"numbers": "forward_return", "three": "triple_barrier_3"}.get(kind, "triple_barrier")
    named = [f"model.members=[{','.join(members)}]"] if members else []
    config = compose([f"model={name}", f"labels={label}", *named])
    node = config["model"]
    for key, value in FEW.items():
        node |= {key.removeprefix("model."): value} if key.removeprefix("model.") in node else {}
    return instantiate(node, "model").set_params(task="regression" if kind == "numbers" else "classification")


@cache
def fitted(name: str, kind: str = "binary") -> tuple[FoldPipeline, np.ndarray]:
    """Fit the pipeline of a model, once for all laws; return it with its inputs."""
    return fit(name, kind)


def fit(name: str, kind: str = "binary", *, members=(), **steps) -> tuple[FoldPipeline, np.ndarray]:
    table, estimator = rows(), composed(name, kind, members)
    pipeline = FoldPipeline(estimator=estimator, sampler=NoAugmentation(), **steps)
    inputs = table
    if pipeline.lookback > 1:
        before = pd.concat([rows(9).iloc[: pipeline.lookback - 1], table])
        inputs = Windows(
            before.to_numpy(), np.arange(N) + pipeline.lookback - 1, pipeline.lookback, names=NAMES
        )
    pipeline.fit(inputs, targets(table, kind), spans=SPANS)
    return pipeline, as_array(inputs)


def test_discovery_finds_every_model():
    assert {"logistic", "random_forest", "xgboost", "lightgbm", "mlp", "lstm", "baseline"} <= set(MODELS)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("name", MODELS)
def test_contributions_add_up_to_the_answer(name, kind):
    model, inputs = fitted(name, kind)
    found = contributions(model, inputs[:12], inputs)
    answers = model_answers(model, inputs[:12])
    together = found.output.read(found.base + found.values.sum(axis=1))
    unit = np.abs(found.base).max() + np.abs(found.values).sum(axis=1).max() if kind == "numbers" else 1.0
    np.testing.assert_allclose(together, answers, rtol=0, atol=shapley.TOLERANCE[found.method] * unit)
    assert found.values.shape == (12, len(NAMES), len(found.output.names))
    assert (found.values[:, NAMES.index("flat")] == 0).all()
    if kind != "numbers":
        np.testing.assert_array_equal(model.raw_proba(_given(model, inputs[:12]))[:, -1], answers[:, -1])


def _given(model, inputs):
    if inputs.ndim == 3:
        return Windows.from_array(inputs, names=NAMES)
    return pd.DataFrame(inputs, columns=NAMES)


@pytest.mark.parametrize("kind", TARGETS)
def test_an_ensemble_that_asks_for_windows_is_explained_too(kind):
    model, inputs = fit("averaging", kind, members=("logistic", "lstm"))
    assert inputs.ndim == 3
    found = contributions(model, inputs[:4], inputs)
    assert (found.method, found.values.shape) == ("permutation", (4, len(NAMES), len(found.output.names)))
    assert found.sizes.argmax() == PLANTED


@pytest.mark.parametrize("name", LEARNERS)
def test_a_planted_feature_is_ranked_first_by_every_account(name):
    model, inputs = fitted(name)
    found = contributions(model, inputs[:40], inputs)
    assert found.sizes.argmax() == PLANTED
    assert found.sizes[PLANTED] > 2 * np.delete(found.sizes, PLANTED).max()
    extreme = np.abs(inputs[..., PLANTED].reshape(N, -1)[:, -1]).argmax()
    local = surrogate(model, inputs[[extreme]], inputs, found.output)
    assert np.abs(local.weights[:, 0]).argmax() == PLANTED
    assert local.fit[0] > 0.3
    curves = partial_dependence(model, inputs, found.output)
    spread = curves.groupby("feature")["mean"].agg(np.ptp)
    assert spread.idxmax() == "planted"
    assert spread["flat"] == 0
    risen = curves.loc[curves["feature"] == "planted", "mean"].to_numpy()
    assert risen[-1] > risen[0]
    ranked, _ = importance(model, inputs)
    assert ranked["feature"][0] == "planted"
    assert ranked["low"][0] > 0
    noise = ranked.set_index("feature").drop("planted")["importance"]
    assert noise.max() < ranked["importance"][0] / 3


def importance(model, inputs):
    class How:
        n_bootstrap, confidence, seed = 300, 0.95, 0

    label = targets(rows(), "binary")
    return permutation_importance([FoldModel(model, inputs, label, np.arange(N))], SPANS, how=How)


def test_an_importance_of_few_independent_events_has_no_interval():
    model, inputs = fitted("logistic")
    label, how = targets(rows(), "binary"), Intervals(n_bootstrap=300)
    apart, overlapping = (np.column_stack([np.arange(N), np.arange(N) + length]) for length in (0, 4))
    for spans, n, is_told in ((apart, 19, False), (apart, 21, True), (overlapping, 60, False)):
        folds = [FoldModel(model, inputs[:n], label[:n], np.arange(n))]
        ranked, _ = permutation_importance(folds, spans, how=how)
        assert ranked["importance"].notna().all()
        assert (ranked[["low", "high"]].notna() == is_told).all(axis=None)


def test_an_interval_of_importance_widens_around_it_by_what_blocks_do_not_see(monkeypatch):
    model, inputs = fitted("logistic")
    ends = {}
    for seen in (1.0, 0.25):
        monkeypatch.setattr("smc.explanation.importance.share_seen", lambda *_, seen=seen: seen)
        ranked, _ = importance(model, inputs)
        ends[seen] = ranked[["low", "high"]].sub(ranked["importance"], axis=0)
    np.testing.assert_allclose(ends[0.25], 2 * ends[1.0], atol=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_an_explanation_comes_out_the_same_twice_and_draws_from_nobody(name):
    model, inputs = fitted(name)
    np.random.seed(3)
    once = contributions(model, inputs[:5], inputs)
    drawn = np.random.random()
    again = contributions(model, inputs[:5], inputs)
    assert once.values.tobytes() == again.values.tobytes()
    np.random.seed(3)
    assert np.random.random() == drawn
    one, two = (surrogate(model, inputs[:1], inputs, once.output) for _ in range(2))
    assert one.weights.tobytes() == two.weights.tobytes()


@pytest.mark.parametrize("name", ["logistic", "xgboost", "mlp"])
def test_flags_and_selection_are_told_of_the_original_features(name):
    model, inputs = fit(name, selector=Correlation())
    found = contributions(model, inputs[:12], inputs)
    assert found.values.shape[1] == len(NAMES)
    together = found.output.read(found.base + found.values.sum(axis=1))
    np.testing.assert_allclose(together, found.answers, rtol=0, atol=shapley.TOLERANCE[found.method])
    used = {NAMES[source] for source in model.preprocess_.source_[model.selector_.get_support()]}
    for feature in set(NAMES) - used:
        assert (found.values[:, NAMES.index(feature)] == 0).all()


def test_what_is_explained_of_a_calibrated_model_is_its_own_answer_before_calibration():
    model, inputs = fit("xgboost", calibrator=Sigmoid())
    found = contributions(model, inputs[:12], inputs)
    raw = model.raw_proba(_given(model, inputs[:12]))[:, 1:]
    np.testing.assert_allclose(found.output.read(found.explained), raw, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_an_explanation_that_does_not_add_up_is_refused(name):
    model, inputs = fitted(name)
    found = contributions(model, inputs[:5], inputs)
    bent = found.values.copy()
    bent[3, PLANTED] += 0.1
    with pytest.raises(ExplanationError, match="does not add up: base and contributions miss"):
        check_sum(found.output, bent, found.base, found.answers, tolerance=shapley.TOLERANCE[found.method])
    bent[3, PLANTED] = np.nan
    with pytest.raises(ExplanationError, match="nan"):
        check_sum(found.output, bent, found.base, found.answers, tolerance=1e9)
