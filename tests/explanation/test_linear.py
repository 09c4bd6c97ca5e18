"""Shapley values of linear models: exact, what shap says, and the same wherever and in whatever order."""

import copy
import os
import runpy
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge

from smc.aug.none import NoAugmentation
from smc.calibrate.sigmoid import Sigmoid
from smc.explanation.contributions import contributions
from smc.explanation.description import describe
from smc.explanation.exact_shapley import linear_contributions
from smc.explanation.explained_output import model_answers
from smc.explanation.model_inputs import estimator_inputs, sum_by_feature
from smc.explanation.permutation_shapley import Mask
from smc.explanation.shap_library import load_shap
from smc.feature_selection.correlation import Correlation
from smc.model.logistic import Logistic
from smc.pipeline import FoldPipeline

NAMES = ["slope", "gap", "planted", "twin", "flat", "range"]
KINDS = ("binary", "three", "numbers")
N, N_EXPLAINED = 300, 40


def rows():
    """Six features on different scales: one often missing, two that move together, one constant."""
    rng = np.random.default_rng(4)
    table = pd.DataFrame(rng.normal(size=(N, len(NAMES))) * [1, 10, 5, 1, 1, 1e-4], columns=NAMES)
    table["twin"] = table["planted"] + rng.normal(size=N)
    table["flat"] = 7.0
    table.loc[rng.random(N) < 0.2, "gap"] = np.nan
    return table


def targets(table, kind):
    score = table["planted"] / 3 + table["gap"].isna() + np.random.default_rng(5).logistic(size=N)
    if kind == "numbers":
        return score.to_numpy() / 1000
    return np.digitize(score, [-1.5, 1.5]) - 1 if kind == "three" else (score > 0).astype(int).to_numpy()


def fitted(kind="binary", estimator=None, **steps):
    table = rows()
    pipeline = FoldPipeline(estimator=estimator or Logistic(), sampler=NoAugmentation(), **steps)
    spans = np.column_stack([np.arange(N) + 1, np.arange(N) + 3])
    return pipeline.fit(table, targets(table, kind), spans=spans), table.to_numpy()


def scores_of(model, inputs):
    """What the model adds up before the link, read from its answers: scores of a softmax have mean 0."""
    answers = model_answers(model, inputs)
    if not hasattr(model, "classes_"):
        return answers
    if answers.shape[1] == 1:
        return np.log(answers / (1 - answers))
    logs = np.log(answers)
    return logs - logs.mean(axis=1, keepdims=True)


def centred(scores):
    return scores - scores.mean(axis=1, keepdims=True) if scores.shape[1] > 1 else scores


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_add_up_to_the_score(kind):
    model, inputs = fitted(kind)
    found = contributions(model, inputs, inputs)
    expected = scores_of(model, inputs)
    np.testing.assert_allclose(centred(found.explained), expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.output.read(found.explained), found.answers, rtol=1e-9, atol=1e-12)
    assert found.miss <= 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_are_those_of_shaps_linear_explainer(kind):
    model, inputs = fitted(kind)
    shap, estimator = load_shap(), model.estimator_
    found = contributions(model, inputs[:N_EXPLAINED], inputs)
    background = np.asarray(estimator_inputs(model, inputs))
    masker = shap.maskers.Independent(background, max_samples=len(background))
    told = shap.LinearExplainer((estimator.coef_, estimator.intercept_), masker)
    values = told.shap_values(np.asarray(estimator_inputs(model, inputs[:N_EXPLAINED])))
    values = values.reshape(*values.shape[:2], -1)
    np.testing.assert_allclose(found.values, sum_by_feature(model, values), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.base, told.expected_value, rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_are_those_of_replacing_the_original_features(kind):
    model, inputs = fitted(kind)
    known, explained = inputs[:25], inputs[30:50]
    assert np.isnan(explained).any()
    ask = load_shap().explainers.Permutation(lambda given: scores_of(model, given), Mask(known), seed=0)
    asked = ask(explained, max_evals=2 * len(NAMES) + 1, without_side_effects=True).values.reshape(
        20, len(NAMES), -1
    )
    found = contributions(model, explained, known)
    told = found.values - found.values.mean(axis=2, keepdims=True) if kind == "three" else found.values
    np.testing.assert_allclose(told, asked, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(
        centred(found.base[None])[0], scores_of(model, known).mean(axis=0), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_feature_without_a_coefficient_contributes_nothing(kind):
    model, inputs = fitted(kind)
    assert (contributions(model, inputs, inputs).values[:, NAMES.index("flat")] == 0).all()
    without = copy.deepcopy(model)
    without.estimator_.coef_[:, model.preprocess_.source_ == NAMES.index("gap")] = 0
    found = contributions(without, inputs, inputs)
    assert (found.values[:, NAMES.index("gap")] == 0).all()
    assert (np.abs(found.values[:, NAMES.index("planted")]) > 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_rows_and_their_company_change_nothing(kind):
    model, inputs = fitted(kind)
    order = np.random.default_rng(6).permutation(N)
    found = contributions(model, inputs, inputs)
    mixed = contributions(model, inputs[order], inputs)
    assert mixed.values.tobytes() == found.values[order].tobytes()
    alone = contributions(model, inputs[[7]], inputs)
    assert alone.values.tobytes() == found.values[[7]].tobytes()
    others = contributions(model, inputs, inputs[order])
    np.testing.assert_allclose(others.values, found.values, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(others.base, found.base, rtol=1e-12)


def told():
    """Every byte of the three explanations, as a process prints them."""
    pairs = [fitted(kind) for kind in KINDS]
    parts = [contributions(model, inputs, inputs) for model, inputs in pairs]
    return "".join(each.values.tobytes().hex() + each.base.tobytes().hex() for each in parts)


def test_another_process_says_the_same_on_any_number_of_threads():
    code = f"import runpy; print(runpy.run_path({__file__!r})['told']())"
    for n_threads in ("1", "2"):
        env = {**os.environ, "OMP_NUM_THREADS": n_threads, "OPENBLAS_NUM_THREADS": n_threads}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True, env=env
        )
        assert done.stdout.strip() == runpy.run_path(__file__)["told"]()


@pytest.mark.parametrize(
    ("kind", "outputs", "link"),
    [
        ("binary", ["log-odds of class 1"], "logistic"),
        ("three", ["score of class -1", "score of class 0", "score of class 1"], "softmax"),
        ("numbers", ["prediction"], "identity"),
    ],
)
def test_the_account_names_the_explainer_and_the_unit(kind, outputs, link):
    model, inputs = fitted(kind)
    record = describe(model, contributions(model, inputs, inputs))
    assert (record["method"], record["outputs"], record["link"]) == ("linear", outputs, link)
    assert record["tolerance"] == 1e-9
    assert "LinearSHAP" in record["method_in_words"]
    assert "(1,000 of them, evenly spread, where there are more)" in record["method_in_words"]


def test_what_is_explained_of_a_calibrated_model_with_selected_features_is_before_calibration():
    model, inputs = fitted(calibrator=Sigmoid(), selector=Correlation())
    found = contributions(model, inputs, inputs)
    assert describe(model, found)["before_calibration"]
    raw = model.raw_proba(pd.DataFrame(inputs, columns=NAMES))[:, 1:]
    np.testing.assert_allclose(found.output.read(found.explained), raw, rtol=1e-9)


@pytest.mark.parametrize(
    ("estimator", "kind"),
    [
        (LogisticRegression(), "binary"),
        (LogisticRegression(), "three"),
        (LogisticRegression(fit_intercept=False), "binary"),
        (LinearRegression(), "numbers"),
        (Ridge(), "numbers"),
        (Lasso(alpha=1e-4), "numbers"),
        (ElasticNet(alpha=1e-4), "numbers"),
    ],
)
def test_linear_models_of_scikit_learn_are_explained_alike_and_without_shap(estimator, kind, monkeypatch):
    monkeypatch.setitem(sys.modules, "shap", None)
    model, inputs = fitted(kind, estimator)
    found = contributions(model, inputs, inputs)
    assert (found.method, found.values.shape) == ("linear", (N, len(NAMES), len(found.output.names)))
    assert found.sizes.argmax() == NAMES.index("planted")
    assert found.miss <= 1e-9


def test_numbers_worked_out_by_hand():
    class Given:
        coef_, intercept_ = np.array([[2.0, -1.0], [0.0, 3.0]]), np.array([10.0, 20.0])

    values, base = linear_contributions(Given(), np.array([[4.0, 1.0]]), np.array([[1.0, 0.0], [3.0, 4.0]]))
    np.testing.assert_array_equal(values, [[[4.0, 0.0], [1.0, -3.0]]])
    np.testing.assert_array_equal(base, [12.0, 26.0])
