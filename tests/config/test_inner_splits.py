"""Estimators that split the rows of a fit themselves: purged, or refused with a remedy that is accepted."""

import inspect
import re
import shlex

import pytest
import yaml
from imblearn.over_sampling import SMOTE
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, KFold, RandomizedSearchCV
from sklearn.multioutput import ClassifierChain, RegressorChain
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import all_estimators

from smc.aug.none import NoAugmentation
from smc.config.compose import compose
from smc.cv.purged_kfold import PurgedKFold
from smc.errors import ConfigError
from smc.model.averaging import Averaging
from smc.pipeline.inner_splits import inner_split_problems
from smc.training.components import Components

PURGED = {"_target_": "smc.cv.purged_kfold.PurgedKFold"}
FOREST = {"_target_": "sklearn.ensemble.RandomForestClassifier", "n_estimators": 5}
PLAIN = {"_target_": "sklearn.linear_model.LogisticRegression"}
BOOSTED = "sklearn.ensemble.HistGradientBoostingClassifier"
PERCEPTRON = "sklearn.neural_network.MLPClassifier"
CALIBRATED = "sklearn.calibration.CalibratedClassifierCV"
#: What has no sample weights, and what splits rows and is augmented, is refused for that as well.
ALONE = ["aug=none", "sample_weight=none"]


def of(target, **arguments):
    return {"_target_": target, **arguments}


#: group -> what stands there, and the keys that are refused; following what is said makes it accepted.
MENDED = [
    ("model", of(PERCEPTRON, early_stopping=True), ["model.early_stopping"]),
    ("model", of("sklearn.linear_model.SGDClassifier", loss="log_loss", early_stopping=True), ["model.early_stopping"]),
    ("model", of("sklearn.ensemble.GradientBoostingClassifier", n_iter_no_change=5), ["model.n_iter_no_change"]),
    ("model", of("sklearn.linear_model.LogisticRegressionCV"), ["model.cv"]),
    ("model", of("sklearn.linear_model.LogisticRegressionCV", cv=5), ["model.cv"]),
    ("model", of(CALIBRATED, estimator=FOREST), ["model.cv"]),
    ("model", of(CALIBRATED, estimator=FOREST, cv=of("sklearn.model_selection.TimeSeriesSplit")), ["model.cv"]),
    ("model", of(CALIBRATED, estimator=of(BOOSTED), cv=PURGED), ["model.estimator.early_stopping"]),
    ("model", of("sklearn.ensemble.StackingClassifier", estimators=[["a", FOREST]], final_estimator=PLAIN), ["model.cv"]),
    ("model", of("sklearn.model_selection.GridSearchCV", estimator=PLAIN, param_grid={"C": [0.1, 1.0]}), ["model.cv"]),
    ("model", of("sklearn.model_selection.TunedThresholdClassifierCV", estimator=PLAIN, cv=0.2), ["model.cv"]),
    (
        "model",
        of("sklearn.ensemble.VotingClassifier", voting="soft", estimators=[["a", PLAIN], ["b", of(BOOSTED, early_stopping=True)]]),
        ["model.estimators[1][1].early_stopping"],
    ),
    (
        "model",
        of("sklearn.pipeline.Pipeline", steps=[["scale", of("sklearn.preprocessing.StandardScaler")], ["net", of(PERCEPTRON, early_stopping=True)]]),
        ["model.steps[1][1].early_stopping"],
    ),
    ("feature_selection", of("sklearn.feature_selection.RFECV", estimator=FOREST), ["feature_selection.cv"]),
    ("feature_selection", of("sklearn.feature_selection.SequentialFeatureSelector", estimator=PLAIN), ["feature_selection.cv"]),
    (
        "feature_selection",
        of("sklearn.feature_selection.SelectFromModel", estimator=of("sklearn.ensemble.GradientBoostingClassifier", n_iter_no_change=3)),
        ["feature_selection.estimator.n_iter_no_change"],
    ),
    (
        "feature_selection",
        of("smc.feature_selection.recursive.Recursive", estimator=FOREST, cv=of("sklearn.model_selection.KFold")),
        ["feature_selection.cv"],
    ),
]  # fmt: skip

#: group -> what stands there, and what is refused: there is nothing to set, another class is needed.
NOT_MENDED = [
    (
        "model",
        of(CALIBRATED, estimator=of("sklearn.linear_model.LogisticRegressionCV", cv=PURGED), cv=PURGED),
        r"^model\.estimator\.cv: LogisticRegressionCV splits rows where no label span is known",
    ),
    (
        "model",
        of("sklearn.model_selection.GridSearchCV", estimator=of(PERCEPTRON), param_grid=[{"early_stopping": [True]}], cv=PURGED),
        r"^model\.param_grid: must not vary early_stopping, which splits rows; leave out early_stopping",
    ),
    (
        "model",
        of("smc.model.stacking.Stacking", members=["logistic"], cv=PURGED, meta=of("sklearn.linear_model.LogisticRegressionCV", cv=PURGED)),
        r"^model\.meta\.cv: LogisticRegressionCV splits rows where no label span is known",
    ),
    ("model", of("sklearn.svm.SVC", probability=True), r"^model\.probability: SVC learns its probabilities"),
    ("aug", of("imblearn.under_sampling.InstanceHardnessThreshold"), r"^aug\.cv: InstanceHardnessThreshold splits"),
    (
        "aug",
        of("imblearn.under_sampling.InstanceHardnessThreshold", cv=PURGED),
        r"^aug\.cv: InstanceHardnessThreshold splits",
    ),
]  # fmt: skip

#: group -> what stands there, which splits nothing, or purges.
ACCEPTED = [
    ("model", of(BOOSTED)),
    ("model", of(BOOSTED, early_stopping=True)),
    ("model", of(BOOSTED, early_stopping=True, validation_fraction=None)),
    ("model", of(PERCEPTRON, validation_fraction=0.2, n_iter_no_change=3)),
    ("model", of("sklearn.ensemble.GradientBoostingClassifier", validation_fraction=0.2)),
    (
        "model",
        of(
            "sklearn.ensemble.StackingClassifier",
            estimators=[["a", FOREST]],
            final_estimator=PLAIN,
            cv="prefit",
        ),
    ),
    ("model", of(CALIBRATED, estimator=of("sklearn.svm.LinearSVC"), cv=PURGED)),
    (
        "model",
        of(CALIBRATED, estimator=of(BOOSTED, early_stopping=True, validation_fraction=None), cv=PURGED),
    ),
    ("feature_selection", of("smc.feature_selection.permutation.Permutation", estimator=FOREST, cv=PURGED)),
    ("feature_selection", of("sklearn.feature_selection.RFECV", estimator=FOREST, cv=PURGED)),
]


@pytest.fixture
def own(tmp_path):
    """Compose a run with an option of one's own in some group."""

    def compose_with(group, node, overrides=()):
        (tmp_path / group).mkdir(exist_ok=True)
        (tmp_path / group / "own.yaml").write_text(yaml.safe_dump(node))
        return compose([f"{group}=own", *ALONE, *overrides], config_dir=tmp_path)

    return compose_with


def put(node, path, value):
    """Set what stands at a path, such as estimators[1][1].early_stopping, of an option."""
    *steps, last = re.findall(r"\w+", path)
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node[step]
    node[last] = value


@pytest.mark.parametrize(("group", "node", "keys"), MENDED)
def test_what_would_not_purge_is_refused_and_its_remedy_is_accepted(own, group, node, keys) -> None:
    with pytest.raises(ConfigError) as caught:
        own(group, node)
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == keys
    followed = []
    for line in lines:
        if command := re.search(r"set ('\+\+[^']+')", line):
            followed += shlex.split(command[1])
        else:
            name, value = re.search(r"write `(\w+): (\w+)` there", line).groups()
            put(node, line.partition(": ")[0].removeprefix(f"{group}."), yaml.safe_load(value))
            assert line.partition(": ")[0].endswith(name)
    assert own(group, node, followed)[group]["_target_"] == node["_target_"]


@pytest.mark.parametrize(("group", "node", "said"), NOT_MENDED)
def test_what_cannot_purge_where_it_stands_is_refused(own, group, node, said) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        own(group, node, ["aug=own"] if group == "aug" else [])
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(("group", "node"), ACCEPTED)
def test_what_splits_nothing_or_purges_is_accepted(own, group, node) -> None:
    assert own(group, node)[group] == node


def test_a_typed_override_is_refused_like_a_file(own) -> None:
    assert own("model", of(PERCEPTRON))
    with pytest.raises(
        ConfigError, match=r"^model\.early_stopping: MLPClassifier stops by rows that it picks"
    ):
        own("model", of(PERCEPTRON), ["+model.early_stopping=true"])
    with pytest.raises(ConfigError, match=r"^model\.cv: KFold\(.*\) does not purge"):
        own("model", of(PERCEPTRON), ["model=stacking", "model.cv={_target_: sklearn.model_selection.KFold}"])


def test_a_member_is_refused_where_it_stands_and_given_the_tail_where_it_takes_it(own, tmp_path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "boosted.yaml").write_text(yaml.safe_dump(of(BOOSTED, early_stopping=True)))
    node = of("smc.model.averaging.Averaging", members=["own_net", "boosted"])
    net = of(PERCEPTRON, early_stopping=True)
    (tmp_path / "model" / "own_net.yaml").write_text(yaml.safe_dump(net))
    with pytest.raises(ConfigError) as caught:
        own("model", node)
    (line,) = [line for line in str(caught.value).splitlines() if "picks at random" in line]
    assert line.startswith("model.members.own_net.early_stopping: ")
    assert line.endswith("; write `early_stopping: false` there")
    (tmp_path / "model" / "own_net.yaml").write_text(yaml.safe_dump({**net, "early_stopping": False}))
    assert own("model", node)


def test_made_up_rows_and_splits_by_label_spans_do_not_go_together(own) -> None:
    node = of("sklearn.linear_model.LogisticRegressionCV", cv=PURGED)
    with pytest.raises(ConfigError, match=r"^aug: .*model\.cv splits rows; set aug=none$"):
        own("model", node, ["aug=smote"])
    assert own("model", node, ["aug=smote", "aug=none"])
    assert own(
        "feature_selection", of("sklearn.feature_selection.RFECV", estimator=FOREST, cv=PURGED), ["aug=smote"]
    )


def test_what_is_advised_for_a_model_without_probabilities_is_accepted(own) -> None:
    vectors = of("sklearn.svm.LinearSVC")
    with pytest.raises(ConfigError) as caught:
        own("model", vectors)
    target, cv = re.search(r"wrap it in (\S+) with cv: (\{.*\}), or", str(caught.value)).groups()
    assert own("model", of(target, estimator=vectors, cv=yaml.safe_load(cv)))
    with pytest.raises(ConfigError, match=r"judged by them; choose another$"):
        own("model", of("sklearn.ensemble.StackingClassifier", estimators=[["a", FOREST]], cv=PURGED))


def test_every_step_of_a_fit_is_looked_at(monkeypatch) -> None:
    looked_at = {}
    monkeypatch.setattr("smc.config.check.inner_split_problems", lambda steps: looked_at.update(steps) or ())
    config = compose([])
    steps = Components.from_config(config).pipeline._steps
    assert {name: type(step) for name, step in looked_at.items()} == {
        name: type(step) for name, step in steps.items()
    }


def test_the_objects_of_a_run_made_before_are_still_built(own, monkeypatch) -> None:
    monkeypatch.setattr("smc.config.check.inner_split_problems", lambda _: ())
    assert Components.from_config(own("model", of(PERCEPTRON, early_stopping=True)))


class Hidden(HistGradientBoostingClassifier):
    """Boosted trees whose early stopping is no argument, and which take no rows to stop by."""

    def __init__(self, *, max_iter=10):
        super().__init__(max_iter=max_iter, early_stopping=True)

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, y, sample_weight)


class Purging(ClassifierMixin, BaseEstimator):
    """A selector of one's own that is given spans and purges by them."""

    def __init__(self, cv=5):
        self.cv = cv

    def fit(self, X, y, spans=None):
        return self

    def get_support(self):
        return [True]


class Unasked(ClassifierMixin, BaseEstimator):
    """A model of one's own that would purge by spans, which no model is given."""

    def __init__(self, cv=5):
        self.cv = cv

    def fit(self, X, y, spans=None):
        return self


def paths(model, group="model"):
    return [line.partition(": ")[0] for line in inner_split_problems({group: model})]


def test_classes_of_ones_own_are_looked_at_like_those_of_libraries() -> None:
    assert paths(Hidden()) == ["model.early_stopping"]
    assert paths(Purging(), "feature_selection") == []
    assert paths(Purging(KFold()), "feature_selection") == ["feature_selection.cv"]
    assert paths(Purging(PurgedKFold()), "calibrate") == ["calibrate.cv"]


class Patient(ClassifierMixin, BaseEstimator):
    """A model of one's own, which is given the purged tail as smc's are."""

    stops_early = True

    def __init__(self, early_stopping=True):
        self.early_stopping = early_stopping

    def fit(self, X, y, eval_set=None):
        return self


class Tiring(ClassifierMixin, BaseEstimator):
    """A model of one's own that stops when the loss of the rows it learns from no longer falls."""

    def __init__(self, n_iter_no_change=5, early_stopping=10):
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping

    def fit(self, X, y):
        return self


class Steady(Tiring):
    """The same, whose patience alone is an argument."""

    def __init__(self, n_iter_no_change=5):
        self.n_iter_no_change = n_iter_no_change


class Committee(ClassifierMixin, BaseEstimator):
    """An ensemble of one's own, which fits its members itself."""

    def __init__(self, members):
        self.members = members

    def fit(self, X, y):
        return self


NET = MLPClassifier(early_stopping=True)
TREES = HistGradientBoostingClassifier()
PURGING = CalibratedClassifierCV(cv=PurgedKFold())


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (Patient(), []),
        (VotingClassifier([("a", Patient())]), ["model.estimators[0][1].early_stopping"]),
        (Patient(early_stopping=10), []),
        (Tiring(), []),
        (Unasked(), ["model.cv"]),
        (Unasked(PurgedKFold()), []),
        (Steady(), []),
        (PURGING, []),
        (Committee({"a": PURGING, "b": Ridge()}), ["model.members.a.cv"]),
        (Averaging({"a": PURGING, "b": Ridge()}), []),
        (Averaging({"a": BaggingClassifier(PURGING)}), ["model.members.a.estimator.cv"]),
        (make_pipeline(StandardScaler(), NET), ["model.steps[1][1].early_stopping"]),
        (BaggingClassifier(TREES), ["model.estimator.early_stopping"]),
        (RegressorChain(Ridge()), []),
        (ClassifierChain(TREES), ["model.estimator.early_stopping"]),
        (GridSearchCV(Ridge(), {"alpha": [1.0]}, cv=PurgedKFold()), []),
        (
            GridSearchCV(make_pipeline(Ridge()), {"ridge": [NET]}, cv=PurgedKFold()),
            ["model.param_grid.ridge[0].early_stopping"],
        ),
        (GridSearchCV(make_pipeline(NET), {"mlp__n_iter_no_change": [3]}, cv=PurgedKFold()), ["model.param_grid", "model.estimator.steps[0][1].early_stopping"]),
        (RandomizedSearchCV(Ridge(), [{"cv": [3]}], cv=PurgedKFold()), ["model.param_distributions"]),
    ],
)  # fmt: skip
def test_what_stands_in_other_estimators_is_found(model, expected) -> None:
    assert paths(model) == expected


def test_made_up_rows_are_looked_for_where_a_member_splits() -> None:
    ensemble = Averaging({"a": Ridge(), "b": PURGING})
    (line,) = inner_split_problems({"model": ensemble, "aug": SMOTE()})
    assert line.startswith(
        "aug: made-up rows have no label span to purge by, and model.members.b.cv splits rows"
    )
    for sampler in (None, NoAugmentation()):
        assert list(inner_split_problems({"model": ensemble, "aug": sampler})) == []


#: Values that make an estimator split.
ON = {"cv": 5, "early_stopping": True, "n_iter_no_change": 5, "probability": True}
NEEDED = {
    "estimator": LogisticRegression(),
    "estimators": [("a", Ridge())],
    "param_grid": {},
    "param_distributions": {},
}


def splitting():
    """Give each estimator of scikit-learn with a parameter that splits, with that switched on."""
    for name, cls in all_estimators():
        arguments = inspect.signature(cls).parameters
        own_names = [argument for argument in ON if argument in arguments]
        if "early_stopping" in own_names:
            own_names.remove("n_iter_no_change")
        needed = {key: value for key, value in NEEDED.items() if key in arguments}
        for argument in own_names:
            yield name, argument, cls(**needed, **{argument: ON[argument]})


@pytest.mark.filterwarnings("ignore::FutureWarning")  # classes that scikit-learn is about to remove
def test_every_estimator_of_scikit_learn_that_splits_is_seen() -> None:
    seen = set()
    for name, argument, estimator in splitting():
        expected = [] if name.startswith("HistGradient") else [f"model.{argument}"]
        assert paths(estimator) == expected, name
        seen.add((name, argument))
    assert len(seen) >= 30
    assert {("RFECV", "cv"), ("SVC", "probability"), ("TargetEncoder", "cv")} <= seen


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_purged_splitter_is_taken_by_whatever_takes_a_splitter() -> None:
    for name, argument, estimator in splitting():
        if argument == "cv":
            assert paths(estimator.set_params(cv=PurgedKFold())) == [], name
