"""A model that cannot be saved is refused after its first fit, with the type at fault."""

import threading

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neural_network import MLPClassifier

from smc import artifact
from smc.artifact.trusted import locate
from smc.aug.none import NoAugmentation
from smc.errors import ArtifactError
from smc.pipeline import FoldPipeline

N = 60
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(N, 3)), np.arange(N) % 2


class HoldsALock(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.n_features_in_, self.classes_, self.lock_ = X.shape[1], np.unique(y), threading.Lock()
        return self

    def predict_proba(self, X):
        return np.full((len(X), 2), 0.5)


def fitted(estimator) -> FoldPipeline:
    return FoldPipeline(estimator=estimator, sampler=NoAugmentation()).fit(X, Y)


def test_the_type_at_fault_is_named_without_a_way_to_allow_it() -> None:
    with pytest.raises(ArtifactError, match=r"HoldsALock can be fitted, but not saved.*lock") as caught:
        artifact.check_can_be_saved(fitted(HoldsALock()))
    assert "SMC_ALLOW=_thread" not in str(caught.value)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.filterwarnings("ignore:.*iteration")
def test_networks_of_scikit_learn_can_be_saved(solver, tmp_path) -> None:
    model = fitted(MLPClassifier(hidden_layer_sizes=[4], solver=solver, max_iter=5))
    artifact.check_can_be_saved(model)
    artifact.save(model, tmp_path / "model")
    assert np.array_equal(artifact.load(tmp_path / "model").predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize(("path", "is_named"), [("os.system", False), ("my_models.Net", True)])
def test_only_packages_of_others_can_be_allowed(path, is_named) -> None:
    with pytest.raises(ArtifactError, match="unknown class") as caught:
        locate(path)
    assert ("SMC_ALLOW" in str(caught.value)) is is_named
