"""What is taken as it is, is what scikit-learn would have handed back."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_sample_weight, validate_data

from smc.model.logistic import Logistic
from smc.model.plain_arrays import checked_weights, is_plain_column, is_plain_table
from smc.model.random_forest import RandomForest

SHAPES = [(), (0,), (3,), (0, 3), (3, 0), (1, 1), (3, 2), (2, 1, 2)]
CELLS = [0.0, -0.0, 1.5, -2.0, np.nan, np.inf, -np.inf, 5e-324, 1.7e308]


@st.composite
def arrays(draw) -> object:
    """Arrays, and what looks like them."""
    shape = draw(st.sampled_from(SHAPES))
    cells = draw(st.lists(st.sampled_from(CELLS), min_size=12, max_size=12))
    array = np.array(cells)[: int(np.prod(shape))].reshape(shape)
    change = draw(
        st.sampled_from(
            [
                lambda X: X,
                lambda X: np.asfortranarray(X),
                lambda X: np.repeat(X, 2, axis=-1)[..., ::2] if X.ndim else X,
                lambda X: X.astype(">f8"),
                lambda X: X.astype(np.float32),
                lambda X: np.nan_to_num(X, posinf=1, neginf=1).clip(-9, 9).astype(int),
                lambda X: X > 0,
                lambda X: X.astype(object),
                lambda X: X + 1j,
                lambda X: np.ma.masked_invalid(X),
                lambda X: X.view(type("Own", (np.ndarray,), {})),
                lambda X: X.tolist(),
                lambda X: pd.DataFrame(X) if X.ndim in (1, 2) else X,
            ]
        )
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return change(array)


@given(arrays(), st.booleans())
@settings(max_examples=250, deadline=None)
def test_a_plain_table_is_handed_back_by_scikit_learn(X, allow_nan):
    if is_plain_table(X, allow_nan=allow_nan):
        finite = "allow-nan" if allow_nan else True
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            checked = validate_data(BaseEstimator(), X, dtype=np.float64, order="C", ensure_all_finite=finite)
        assert checked is X


@given(arrays())
@settings(max_examples=200, deadline=None)
def test_a_plain_column_is_taken_by_scikit_learn_as_it_is(y):
    if is_plain_column(y, 3):
        rows = np.eye(3)
        _, checked = validate_data(BaseEstimator(), rows, y)
        assert checked.dtype == y.dtype
        assert checked.tobytes() == y.tobytes()


@given(arrays() | st.none() | st.floats(-1, 2))
@settings(max_examples=200, deadline=None)
def test_weights_are_those_of_scikit_learn_and_refused_where_it_refuses(weights):
    def ask(check):
        try:
            answer = check(weights, np.eye(3))
        except (ValueError, TypeError) as error:
            return type(error), str(error)
        return answer.dtype, answer.tobytes()

    def of_sklearn(weights, rows):
        return _check_sample_weight(weights, rows, dtype=np.float64, ensure_non_negative=True)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert ask(checked_weights) == ask(of_sklearn)


@pytest.mark.parametrize("weights", [[1.0, -1.0, 2.0], [0.0, 0.0, 0.0]])
def test_impossible_weights_are_refused(weights):
    with pytest.raises(ValueError, match=r"[Nn]egative|non-zero"):
        checked_weights(np.array(weights), np.eye(3))


def test_tables_of_every_kind_are_told():
    table = np.array([[1.0, np.nan], [0.0, 2.0]])
    assert is_plain_table(table, allow_nan=True)
    assert not is_plain_table(table, allow_nan=False)
    assert not is_plain_table(np.full((2, 2), np.inf), allow_nan=True)
    assert not is_plain_table(table.T, allow_nan=True)
    assert not is_plain_table(table[:0], allow_nan=True)
    assert is_plain_column(np.array([1, 0]), 2)
    assert not is_plain_column(np.array([1, 0]), 3)
    assert not is_plain_column(np.array([1.0, np.nan]), 2)


@pytest.mark.parametrize("model", [Logistic(), RandomForest(n_estimators=3)])
def test_a_model_of_arrays_refuses_other_columns_and_a_model_of_names_asks_for_them(model):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), np.arange(40) % 2
    model.fit(X, y)
    with pytest.raises(ValueError, match=r"X has 2 features, but .* is expecting 3 features"):
        model.predict(X[:, :2].copy())
    with pytest.raises(ValueError, match="infinity"):
        model.predict(np.where(X > 1, np.inf, X))
    answers = model.predict_proba(X)
    assert model.predict_proba(np.asfortranarray(X)).tobytes() == answers.tobytes()
    assert model.predict_proba(X.tolist()).tobytes() == answers.tobytes()
    assert np.vstack([model.predict_proba(X[[row]]) for row in range(40)]).tobytes() == answers.tobytes()
    model.fit(pd.DataFrame(X, columns=["a", "b", "c"]), y)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(X)
    model.fit(X, y)
    assert not hasattr(model, "feature_names_in_")
    assert model.predict_proba(X).tobytes() == answers.tobytes()
