"""Trees as flat arrays: the same trees come back, and nothing that is no tree becomes one."""

import io
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, RandomForestRegressor

from smc.errors import ModelError
from smc.model.array_archive import from_npz, to_npz
from smc.model.extra_trees import ExtraTrees
from smc.model.flat_trees import KINDS, flatten, unflatten
from smc.model.random_forest import RandomForest

N_FEATURES = 4
OF_THE_FIT = {"_n_samples_bootstrap", "_sample_weight"}


def table(seed: int, n_rows: int, n_classes: int):
    """Rows with missing cells, and a class or (of one class) a number each."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, N_FEATURES)).astype(np.float32)
    X[rng.random(X.shape) < 0.1] = np.nan
    noise = np.nan_to_num(X[:, 0]) + rng.normal(size=n_rows)
    return X, noise if n_classes == 1 else np.digitize(noise, np.linspace(-1, 1, n_classes - 1))


@pytest.fixture(scope="module")
def arrays():
    """Arrays of a small forest of two classes."""
    X, y = table(0, 60, 2)
    return flatten(RandomForestClassifier(4, random_state=0).fit(X, y).estimators_)


@given(
    st.integers(0, 10_000),
    st.integers(2, 120),
    st.sampled_from([1, 2, 3]),
    st.sampled_from([{}, {"max_leaf_nodes": 7}, {"max_depth": 2}, {"min_samples_leaf": 500}]),
)
@settings(max_examples=40, deadline=None)
def test_every_bit_of_every_tree_comes_back(seed, n_rows, n_classes, limits):
    X, y = table(seed, n_rows, n_classes)
    cls = (
        RandomForestRegressor if n_classes == 1 else (RandomForestClassifier, ExtraTreesClassifier)[seed % 2]
    )
    weight = np.random.default_rng(seed).uniform(0.1, 1.0, n_rows)
    forest = cls(3, random_state=seed, **limits).fit(X, y, weight)
    n_values = len(getattr(forest, "classes_", [0]))
    arrays = flatten(forest.estimators_)
    back = unflatten(from_npz(to_npz(arrays), KINDS), N_FEATURES, n_values)
    for tree, grown in zip(back, (each.tree_ for each in forest.estimators_), strict=True):
        state, expected = tree.__getstate__(), grown.__getstate__()
        assert state["nodes"].dtype == expected["nodes"].dtype
        for name in expected["nodes"].dtype.names:
            assert state["nodes"][name].tobytes() == expected["nodes"][name].tobytes(), name
        assert state["values"].tobytes() == expected["values"].tobytes()
        assert {key: state[key] for key in ("max_depth", "node_count")} == {
            key: expected[key] for key in ("max_depth", "node_count")
        }
        assert tree.__reduce__()[1][0] == N_FEATURES
        assert tree.predict(X).tobytes() == grown.predict(X).tobytes()


@pytest.mark.parametrize("cls", [RandomForest, ExtraTrees])
@pytest.mark.parametrize("n_classes", [1, 2, 3])
def test_a_forest_that_is_read_back_is_the_one_that_was_grown(cls, n_classes):
    X, y = table(1, 90, n_classes)
    grown = cls(n_estimators=7, max_depth=6, seed=3).fit(X, y)
    back = cls(**grown.get_params()).set_fitted(grown.get_fitted(), grown.to_bytes())
    ask = (lambda model: model.predict) if n_classes == 1 else (lambda model: model.predict_proba)
    for rows in (X, X[:1], X[-1:], X[5:7]):
        assert ask(back)(rows).tobytes() == ask(grown)(rows).tobytes()
        assert ask(back.model_)(rows).tobytes() == ask(grown.model_)(rows).tobytes()
    assert back.feature_importances_.tobytes() == grown.feature_importances_.tobytes()
    assert type(back.model_) is type(grown.model_)
    assert vars(back.model_).keys() == vars(grown.model_).keys() - OF_THE_FIT
    assert repr(back.model_.estimators_) == repr(grown.model_.estimators_)
    assert repr(back.model_.get_params()) == repr(grown.model_.get_params())
    first, expected = (vars(model.model_.estimators_[0]) for model in (back, grown))
    assert first.keys() == expected.keys() - {"max_features_"}
    assert back.to_bytes() == grown.to_bytes()
    assert back.set_fitted(back.get_fitted(), back.to_bytes()).to_bytes() == grown.to_bytes()


def test_neither_rows_nor_weights_are_saved():
    X, y = table(2, 50, 2)
    weight = np.random.default_rng(0).uniform(size=50)
    forest = RandomForest(n_estimators=2).fit(X, y, weight)
    assert set(from_npz(forest.to_bytes(), KINDS)) == set(KINDS)
    assert not any(isinstance(value, list) and len(value) == 50 for value in forest.get_fitted().values())


def changed(arrays, name, change):
    copied = {key: array.copy() for key, array in arrays.items()}
    copied[name] = change(copied[name])
    return copied


def put(place, value):
    def change(array):
        array[place] = value
        return array

    return change


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("left_steps", put(0, 0), "a child is no later node of its own tree"),
        ("right_steps", put(0, -1), "a child is no later node of its own tree"),
        ("right_steps", put(-1, 10**6), "a child is no later node of its own tree"),
        ("right_steps", put(0, 2**31 - 1), "a child is no later node of its own tree"),
        ("right_steps", put(0, 1), "a node has no parent, or more than one"),
        ("features", put(0, N_FEATURES), f"features holds {N_FEATURES}, for {N_FEATURES} features"),
        ("features", put(0, -2), "features holds -2"),
        ("thresholds", put(1, np.nan), "thresholds holds nan"),
        ("values", put((2, 1), np.inf), "values holds inf"),
        ("values", put((2, 1), np.nan), "values holds nan"),
        ("weights", put(0, np.nan), "weights holds nan"),
        ("impurity", put(0, np.inf), "impurity holds inf"),
        ("is_split", put(0, 2), "is_split holds 2"),
        ("is_split", put(0, 0), "left_steps must have"),
        ("missing_left", put(0, 7), "missing_left holds 7"),
        ("n_nodes", put(0, 0), "every tree must have a node"),
        ("n_nodes", put(0, -5), "every tree must have a node"),
        ("n_nodes", put(0, 2**31 - 1), "is_split must have 2147"),
        ("n_nodes", lambda array: array[:0], "every tree must have a node"),
        ("seeds", lambda array: array[:-1], "seeds must have 4 entries, got 3"),
        ("values", lambda array: array[:-1], "values must have"),
        ("values", lambda array: array[:, :1].copy(), "it answers with 1 values, not 2"),
        ("values", lambda array: array[:, 0], "values must be float64 of 2 dimension"),
        (
            "thresholds",
            lambda array: array.astype("<f4"),
            "thresholds must be float64 of 1 dimension.*float32",
        ),
        ("features", lambda array: array.astype("<i8"), "features must be int32"),
        ("left_steps", lambda array: array.astype(">i4"), "left_steps must be int32"),
        ("is_split", lambda array: array.astype(bool), "is_split must be uint8"),
    ],
)
def test_what_is_no_tree_is_refused_by_name(arrays, name, change, said):
    with pytest.raises(ModelError, match=f"a saved forest is damaged: .*{said}"):
        unflatten(changed(arrays, name, change), N_FEATURES, 2)


def test_trees_of_other_inputs_or_answers_are_refused(arrays):
    with pytest.raises(ModelError, match="for 1 features"):
        unflatten(arrays, 1, 2)
    with pytest.raises(ModelError, match="it answers with 2 values, not 3"):
        unflatten(arrays, N_FEATURES, 3)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_other_number_is_refused_or_makes_a_tree_that_answers(arrays, data):
    """The nodes that are let by are walked through, by rows that take every way: C would read beyond them."""
    name = data.draw(st.sampled_from(sorted(set(KINDS) - {"seeds", "n_rows"})))
    array = arrays[name].copy()
    bounds = (-(2**31), 2**31 - 1) if array.dtype.kind == "i" else (0, 255)
    near = st.integers(max(bounds[0], -3), 12)
    cell = st.floats() if array.dtype.kind == "f" else near | st.integers(*bounds)
    for _ in range(data.draw(st.integers(1, 3))):
        array.flat[data.draw(st.integers(0, array.size - 1))] = data.draw(cell)
    try:
        trees = unflatten({**arrays, name: array}, N_FEATURES, 2)
    except ModelError as error:
        assert "a saved forest is damaged" in str(error)  # noqa: PT017
        return
    X, _ = table(5, 200, 2)
    for tree in trees:
        assert tree.predict(X).shape == (200, 2)
        assert np.isfinite(tree.predict(X)).all()
        assert tree.apply(X).max() < tree.node_count
        assert tree.decision_path(X).shape == (200, tree.node_count)


@given(st.integers(0, 2**20), st.integers(0, 7), st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_other_byte_is_refused_or_means_the_same(arrays, place, bit, is_cut):
    data = bytearray(to_npz(arrays))
    place %= len(data)
    if is_cut:
        data = data[:place]
    else:
        data[place] ^= 1 << bit
    try:
        read = from_npz(bytes(data), KINDS)
    except ModelError:
        return
    assert not is_cut
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)


@pytest.mark.parametrize("data", [b"", b"PK", b"not an archive", b"\x93NUMPY"])
def test_what_is_no_archive_is_refused(data):
    with pytest.raises(ModelError, match="the arrays of a saved model are damaged"):
        from_npz(data, KINDS)


def test_only_the_arrays_asked_for_are_read():
    with pytest.raises(ModelError, match=r"needs the arrays a, b, got a$"):
        from_npz(to_npz({"a": np.zeros(1)}), ["a", "b"])
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(1))
    with pytest.raises(ModelError, match="got no archive"):
        from_npz(buffer.getvalue(), ["a"])


def test_equal_arrays_give_equal_bytes_at_any_time(arrays):
    data = to_npz(arrays)
    assert data == to_npz({name: array.copy() for name, array in arrays.items()})
    with ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
