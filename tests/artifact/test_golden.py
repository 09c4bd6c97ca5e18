"""How near the answers of a loaded model must come to those that were saved with it."""

import io

import numpy as np
import pytest

from smc.artifact.golden import check_golden, dump_golden
from smc.errors import ArtifactError
from smc.model.logistic import Logistic


@pytest.fixture
def model() -> Logistic:
    X = np.random.default_rng(0).normal(size=(60, 3))
    return Logistic().fit(X, (X[:, 0] > 0).astype(int))


def moved(golden: bytes, share: float) -> bytes:
    """Golden rows whose answers are larger by a share."""
    with np.load(io.BytesIO(golden)) as rows:
        inputs, outputs = rows["inputs"], rows["outputs"]
    buffer = io.BytesIO()
    np.savez(buffer, inputs=inputs, outputs=outputs * (1 + share))
    return buffer.getvalue()


@pytest.mark.parametrize("share", [0.1, 1e-3, 1e-5])
def test_other_answers_are_refused(model, share):
    with pytest.raises(ArtifactError, match="does not give the answers"):
        check_golden(model, moved(dump_golden(model), share), exact=False)


def test_what_another_processor_rounds_is_let_by_unless_the_bits_are_asked_for(model):
    golden = dump_golden(model)
    check_golden(model, golden, exact=True)
    check_golden(model, moved(golden, 1e-8), exact=False)
    with pytest.raises(ArtifactError, match="does not give the answers"):
        check_golden(model, moved(golden, 1e-8), exact=True)
