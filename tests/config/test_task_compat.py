"""Whether a model can learn what the labels ask for, before anything is fitted."""

import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, LinearSVC

from smc.config.task_compat import task_problems
from smc.model.logistic import Logistic


class Plain:
    def get_params(self):
        return {}

    def fit(self, X, y, sample_weight=None): ...


class Earlier(ExtraTreesClassifier):
    def fit(self, X, y, sample_weight=None, watcher=None):
        return super().fit(X, y, sample_weight)


class Silent(ClassifierMixin, BaseEstimator):
    def fit(self, X, y): ...


@pytest.mark.parametrize(
    ("estimator", "task", "beginnings"),
    [
        (ExtraTreesClassifier(), "classification", []),
        (Logistic(), "regression", []),
        (Ridge(), "regression", []),
        (Ridge(), "classification", ["model: Ridge is a regressor, but the labels are for classification"]),
        (SVC(), "regression", ["model: SVC is a classifier, but the labels are for regression"]),
        (Logistic(task="regression"), "classification", ["model.task: regression, but the labels are for"]),
        (Logistic(), "ranking", ["labels.task: must be one of classification, regression, got 'ranking'"]),
        (LinearSVC(), "classification", ["model: LinearSVC gives no probabilities (predict_proba)"]),
        (Plain(), "classification", ["model: Plain is no scikit-learn estimator; inherit from BaseEstimator"]),
        (Earlier(), "classification", ["model: Earlier.fit takes `watcher`, which is called `callback` today"]),
        (make_pipeline(LogisticRegression()), "classification", ["sample_weight: Pipeline takes no sample weights"]),
        (Silent(), "classification", ["model: Silent gives no probabilities", "sample_weight: Silent takes no"]),
        (
            ExtraTreesClassifier(min_samples_leaf=-3, n_estimators=5),
            "classification",
            ["model.min_samples_leaf: must be an int in the range [1, inf) or a float in the range (0.0, 1.0), got -3"],
        ),
    ],
)  # fmt: skip
def test_what_a_model_cannot_is_named(estimator, task, beginnings) -> None:
    problems = list(task_problems(estimator, task, weighted=True))
    assert len(problems) == len(beginnings)
    for sentence, beginning in zip(problems, beginnings, strict=True):
        assert sentence.startswith(beginning)


def test_without_weights_no_model_is_asked_for_them() -> None:
    assert list(task_problems(make_pipeline(LogisticRegression()), "classification")) == []
