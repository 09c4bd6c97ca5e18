"""Saving and loading: what is written, what comes back, what is refused."""

import hashlib
import json
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from smc import artifact
from smc.artifact import manifest
from smc.aug.none import NoAugmentation
from smc.errors import ArtifactError, FeatureError
from smc.model.baseline import Baseline
from smc.model.lightgbm import LightGBM
from smc.model.logistic import Logistic
from smc.model.random_forest import RandomForest
from smc.model.xgboost import XGBoost
from smc.pipeline import FoldPipeline

ESTIMATORS = {
    "logistic": Logistic(),
    "random_forest": RandomForest(n_estimators=10),
    "xgboost": XGBoost(n_estimators=20, early_stopping_rounds=10),
    "lightgbm": LightGBM(n_estimators=20, early_stopping_rounds=10),
    "baseline": Baseline(),
}
SUFFIX = {"xgboost": "ubj", "lightgbm": "txt", "random_forest": "npz"}
N = 150
META = {"label": {"name": "triple_barrier", "max_holding": 20}, "last_training_bar": "2024-05-01T08:00:00Z"}


def table(kind: str = "binary"):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(2, 5, size=(N, 5)), columns=["rsi", "atr", "gap", "hour", "fvg"])
    X.iloc[::9, 2] = np.nan
    score = X["rsi"].to_numpy() + rng.normal(size=N)
    y = {"binary": (score > 2).astype(int), "three": np.digitize(score, [0, 4]) - 1, "numbers": score}[kind]
    return X, y, np.column_stack([np.arange(N), np.arange(N) + 3])


def fit(name: str = "logistic", kind: str = "binary") -> FoldPipeline:
    X, y, spans = table(kind)
    model = FoldPipeline(estimator=ESTIMATORS[name], sampler=NoAugmentation())
    return model.fit(X, y, np.linspace(0.2, 1.0, N), spans)


@pytest.fixture
def saved(tmp_path):
    """Save a fitted pipeline and return it with its folder."""

    def save(name: str = "logistic", kind: str = "binary"):
        model, folder = fit(name, kind), tmp_path / name
        artifact.save(model, folder, meta=META)
        return model, folder

    return save


@pytest.mark.parametrize("kind", ["binary", "three", "numbers"])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_pipeline_comes_back_bit_for_bit(saved, name, kind):
    model, folder = saved(name, kind)
    loaded, X = artifact.load(folder), table()[0]
    assert loaded.predict(X).tobytes() == model.predict(X).tobytes()
    if kind != "numbers":
        assert loaded.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()
        assert loaded.classes_.tolist() == model.classes_.tolist()
    assert {path.name for path in folder.iterdir()} == {
        "model.json",
        "golden.npz",
        "preprocess.skops",
        f"estimator.{SUFFIX.get(name, 'skops')}",
    }
    assert repr(loaded) == repr(model)
    np.testing.assert_array_equal(loaded.feature_importances_, model.feature_importances_)


@pytest.mark.parametrize("name", ["xgboost", "lightgbm"])
def test_a_loaded_model_can_be_refitted(saved, name):
    model, folder = saved(name)
    loaded, (X, y, _) = artifact.load(folder), table()
    assert loaded.n_rounds_ == model.n_rounds_
    assert loaded.estimator_.stop_reason_ == model.estimator_.stop_reason_
    first, second = (each.for_refit(N).fit(X, y) for each in (model, loaded))
    assert first.predict_proba(X).tobytes() == second.predict_proba(X).tobytes()


def test_the_record_says_what_the_model_is(saved):
    model, folder = saved("xgboost", "three")
    record = artifact.describe(folder)
    assert record["class"] == "smc.pipeline.fold_pipeline.FoldPipeline"
    assert record["steps"]["estimator"]["class"] == "smc.model.xgboost.XGBoost"
    assert record["steps"]["estimator"]["params"]["early_stopping_rounds"] == 10
    assert (record["task"], record["classes"]) == ("classification", [-1, 0, 1])
    assert record["feature_names"] == ["rsi", "atr", "gap", "hour", "fvg"]
    assert (record["n_rounds"], record["n_fitted_rows"]) == (model.n_rounds_, model.n_fitted_rows_)
    assert record["lookback"] is None
    assert {key: record[key] for key in META} == META
    np.testing.assert_array_equal(record["scaler"]["center"], model.preprocess_.center_)
    assert record["versions"].keys() == {"python", "smc", *manifest.LIBRARIES}
    for name, stamp in record["files"].items():
        data = (folder / name).read_bytes()
        assert stamp == {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def test_thirty_two_golden_rows_are_asked(saved):
    model, folder = saved()
    with np.load(folder / "golden.npz", allow_pickle=False) as rows:
        X = pd.DataFrame(rows["inputs"], columns=model.feature_names_in_)
        assert X.shape == (32, 5)
        assert X.isna().to_numpy().any()
        np.testing.assert_array_equal(rows["outputs"], model.predict_proba(X))
        assert np.unique(model.predict(X)).size == 2


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_same_fit_gives_the_same_bytes(tmp_path, name):
    for folder in ("first", "second"):
        artifact.save(fit(name), tmp_path / folder, meta=META)
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name


def test_a_saved_model_is_never_written_again(saved):
    model, folder = saved()
    with pytest.raises(ArtifactError, match="is not empty: a saved model is never written again"):
        artifact.save(model, folder)


def test_what_cannot_be_saved_leaves_nothing_behind(tmp_path):
    X, y, _ = table()
    X = X.fillna(0.0)
    odd = Ridge().fit(X, y)
    odd.callback_ = lambda value: value
    with pytest.raises(ArtifactError, match="unknown class"):
        artifact.save(odd, tmp_path / "odd")
    with pytest.raises(ArtifactError, match=r"model.json takes plain, finite JSON only"):
        artifact.save(Ridge().fit(X, y), tmp_path / "odd", meta={"loss": float("nan")})
    with pytest.raises(ArtifactError, match="`meta` must not name classes, task: the model says that itself"):
        artifact.save(Ridge().fit(X, y), tmp_path / "odd", meta={"task": "x", "classes": []})
    assert not (tmp_path / "odd").exists()


def test_estimators_of_the_libraries_and_what_is_built_of_ours_are_saved(tmp_path):
    X, y, _ = table()
    X = X.fillna(0.0)
    models = [
        make_pipeline(StandardScaler(), LogisticRegression()),
        CalibratedClassifierCV(RandomForest(n_estimators=5, task="classification"), cv=3),
        StackingClassifier([("light", LightGBM(n_estimators=5, task="classification"))], cv=3),
        XGBClassifier(n_estimators=5),
        FoldPipeline(estimator=XGBClassifier(n_estimators=5), sampler=NoAugmentation()),
        FoldPipeline(estimator=Logistic(), sampler=NoAugmentation(), preprocess=StandardScaler()),
    ]
    for number, model in enumerate(models):
        artifact.save(model.fit(X, y), tmp_path / str(number))
        loaded = artifact.load(tmp_path / str(number))
        assert loaded.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()


def test_other_features_are_refused_with_their_names(saved):
    _, folder = saved()
    loaded, X = artifact.load(folder), table()[0]
    with pytest.raises(ArtifactError, match="lacks gap"):
        loaded.predict(X.drop(columns="gap"))
    with pytest.raises(ArtifactError, match="another order: column 0 must be rsi, got fvg"):
        loaded.predict(X[X.columns[::-1]])


USER_MODULE = '''
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin


class Threshold:
    """A part of the user's own that is no estimator."""

    def __init__(self, value):
        self.value = value


class Sign(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_, self.n_features_in_ = np.unique(y), X.shape[1]
        self.threshold_ = Threshold(float(X[:, 0].mean()))
        return self

    def predict(self, X):
        return self.classes_[(X[:, 0] > self.threshold_.value).astype(int)]
'''


def test_a_class_of_the_users_own_needs_the_users_word(tmp_path, monkeypatch):
    (tmp_path / "desk_models.py").write_text(USER_MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    import desk_models  # type: ignore[import-not-found]

    X, y, _ = table()
    model = FoldPipeline(estimator=desk_models.Sign(), sampler=NoAugmentation()).fit(X.fillna(0.0), y)
    with pytest.raises(
        ArtifactError, match=r"unknown class: the model names desk_models.Sign.*SMC_ALLOW=desk_mod"
    ):
        artifact.save(model, tmp_path / "mine")
    monkeypatch.setenv("SMC_ALLOW", "other, desk_models")
    artifact.save(model, tmp_path / "mine")
    np.testing.assert_array_equal(artifact.load(tmp_path / "mine").predict(X), model.predict(X))
    monkeypatch.delenv("SMC_ALLOW")
    with pytest.raises(ArtifactError, match="unknown class"):
        artifact.load(tmp_path / "mine")
    sys.modules.pop("desk_models")


def reseal(folder, **changes) -> None:
    """Change the record, and seal it as an author of bad will would."""
    record = json.loads((folder / "model.json").read_text())
    record.pop("sha256")
    record.update(changes)
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "model.json"}
    (folder / "model.json").write_bytes(manifest.seal(record, files))


def test_missing_and_extra_files_are_named(saved):
    _, folder = saved("xgboost")
    with pytest.raises(ArtifactError, match=r"no saved model at .*nowhere"):
        artifact.load(folder / "nowhere")
    (folder / "notes.txt").write_text("x")
    with pytest.raises(ArtifactError, match=r"extra file: notes.txt is not part of the model"):
        artifact.load(folder)
    (folder / "notes.txt").unlink()
    (folder / "more").mkdir()
    with pytest.raises(ArtifactError, match="extra file: more is not part of the model"):
        artifact.load(folder)
    (folder / "more").rmdir()
    (folder / "estimator.ubj").rename(folder.parent / "away")
    with pytest.raises(ArtifactError, match=r"missing file: estimator.ubj"):
        artifact.load(folder)
    (folder / "model.json").unlink()
    with pytest.raises(ArtifactError, match=r"missing file: a saved model has a model.json"):
        artifact.load(folder)


def test_the_record_and_the_model_must_speak_of_the_same_features(saved):
    _, folder = saved()
    reseal(folder, feature_names=["rsi", "atr", "gap", "hour"])
    with pytest.raises(ArtifactError, match=r"model.json names 4 features, but the model learned 5"):
        artifact.load(folder)


def test_another_format_is_refused(saved, monkeypatch):
    _, folder = saved()
    monkeypatch.setattr(manifest, "FORMAT", 2)
    with pytest.raises(ArtifactError, match="incompatible version: format 1, this smc reads 2"):
        artifact.load(folder)


def test_another_library_version_is_accepted_if_the_golden_rows_agree(saved):
    _, folder = saved()
    written = artifact.describe(folder)["versions"]
    reseal(folder, versions=written | {"scikit-learn": "0.99.1"})
    assert artifact.load(folder).predict(table()[0]).shape == (N,)


def test_another_library_version_is_named_if_they_do_not(saved):
    _, folder = saved()
    with np.load(folder / "golden.npz") as rows:
        inputs, outputs = rows["inputs"], rows["outputs"]
    np.savez(folder / "golden.npz", inputs=inputs, outputs=outputs[::-1])
    reseal(folder)
    with pytest.raises(ArtifactError, match=r"^the model does not give the answers that were saved with it"):
        artifact.load(folder)
    written = artifact.describe(folder)["versions"]
    reseal(folder, versions=written | {"scikit-learn": "0.99.1"})
    with pytest.raises(
        ArtifactError, match=r"incompatible version: scikit-learn 0.99.1 wrote it, .* answers"
    ):
        artifact.load(folder)


def test_an_unfitted_model_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="not fitted"):
        artifact.save(FoldPipeline(estimator=Logistic(), sampler=NoAugmentation()), tmp_path / "m")
    assert issubclass(FeatureError, ArtifactError)
