"""Preprocess on tables small enough to compute by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import StandardScaler

from smc.pipeline import Preprocess

NAN = np.nan


def test_a_column_is_centred_and_scaled_and_a_hole_becomes_the_median_with_a_flag():
    rows = np.array([[1.0, 10.0], [2.0, NAN], [6.0, 30.0], [NAN, 80.0]])
    found = Preprocess().fit_transform(rows)
    first = (np.array([1, 2, 6]) - 3) / np.sqrt(14 / 3)
    second = (np.array([10, 30, 80]) - 40) / np.sqrt(2600 / 3)
    np.testing.assert_allclose(found[:, 0], [*first, first[1]])
    np.testing.assert_allclose(found[:, 1], [second[0], second[1], second[1], second[2]])
    np.testing.assert_array_equal(found[:, 2:], [[0, 0], [0, 1], [0, 0], [1, 0]])


def test_missing_stays_missing_for_a_model_that_takes_it():
    rows = np.array([[1.0], [NAN], [3.0]])
    np.testing.assert_array_equal(Preprocess(impute=False).fit_transform(rows), [[-1.0], [NAN], [1.0]])


@pytest.mark.parametrize("silent", [5.0, NAN])
def test_a_column_that_says_nothing_becomes_zero_whatever_comes_later(silent):
    rows = np.array([[1.0, silent], [3.0, silent]])
    model = Preprocess().fit(rows)
    assert model.transform([[2.0, 1e9]]).tolist() == [[0.0, 0.0]]
    assert model.transform([[2.0, NAN]]).tolist() == [[0.0, 0.0]]
    assert model.source_.tolist() == [0, 1]


def test_a_constant_but_for_rounding_says_nothing():
    noise = 0.1 + np.array([0.0, 1e-17, 2.8e-17, -1e-17])
    assert Preprocess().fit(noise[:, None]).factor_.tolist() == [0.0]
    assert Preprocess().fit([[1.0850], [1.0851]]).factor_[0] > 0


def test_a_flag_is_given_only_where_a_value_was_missing_when_learning():
    model = Preprocess().fit(np.array([[1.0, NAN], [3.0, 1.0], [5.0, 2.0]]))
    assert model.transform([[NAN, NAN]]).tolist() == [[0.0, 0.0, 1.0]]
    assert model.get_feature_names_out(["rsi", "atr"]).tolist() == ["rsi", "atr", "atr_missing"]


def test_full_columns_are_those_of_a_standard_scaler():
    rows = np.random.default_rng(0).normal(50, 7, size=(40, 3))
    np.testing.assert_allclose(Preprocess().fit_transform(rows), StandardScaler().fit_transform(rows))


@given(
    arrays(np.float64, (6, 3), elements=st.one_of(st.floats(-1e6, 1e6), st.just(NAN))),
    arrays(np.float64, (4, 3), elements=st.one_of(st.floats(-1e6, 1e6), st.just(NAN))),
)
def test_what_comes_out_is_finite(learned, asked):
    assert np.isfinite(Preprocess().fit(learned).transform(asked)).all()


@given(arrays(np.float64, (8, 2), elements=st.integers(-1000, 1000).map(float)), st.sampled_from([0.25, 8.0]))
def test_the_unit_of_a_feature_does_not_matter(rows, unit):
    np.testing.assert_allclose(
        Preprocess().fit_transform(rows * unit), Preprocess().fit_transform(rows), atol=1e-9
    )


@pytest.mark.parametrize("n_cells", [1, 500, 10**6])
@pytest.mark.parametrize("impute", [True, False])
def test_a_column_is_learned_as_if_it_stood_alone(monkeypatch, impute, n_cells):
    monkeypatch.setattr("smc.pipeline.preprocess.N_CELLS", n_cells)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(173, 23)) * 10.0 ** rng.integers(-9, 9, 23) + 10.0 ** rng.integers(-3, 6, 23)
    X[rng.random(X.shape) < 0.02] = np.nan
    X[:, 4], X[:, 5], X[:, 6] = 7.0, np.nan, rng.normal(size=173)
    together = Preprocess(impute=impute).fit(X)
    for column in range(23):
        alone = Preprocess(impute=impute).fit(X[:, [column]].copy())
        for name in ("center_", "factor_", "median_"):
            assert getattr(together, name)[[column]].tobytes() == getattr(alone, name).tobytes()
        assert (column in together.flagged_) == (0 in alone.flagged_)
    known = X[:, 6]
    assert together.center_[6] == known.mean()
    assert together.factor_[6] == 1 / np.sqrt(np.mean((known - known.mean()) ** 2))


def test_columns_that_lack_as_many_values_and_others_are_learned_as_if_they_stood_alone():
    rows = np.random.default_rng(0).normal(size=(40, 9))
    for column, n_missing in enumerate((0, 3, 3, 1, 0, 40, 40, 39, 3)):
        rows[np.random.default_rng(column).permutation(40)[:n_missing], column] = np.nan
    together = Preprocess().fit(rows)
    for column in range(rows.shape[1]):
        alone = Preprocess().fit(rows[:, [column]])
        for name in ("center_", "factor_", "median_"):
            assert getattr(together, name)[column] == getattr(alone, name)[0], (name, column)


@pytest.mark.parametrize("n_columns", [1, 2, 4])
def test_another_number_of_columns_is_refused(n_columns):
    scaler = Preprocess().fit(np.eye(3))
    with pytest.raises(ValueError, match=f"X has {n_columns} features, but Preprocess is expecting 3"):
        scaler.transform(np.ones((2, n_columns)))
