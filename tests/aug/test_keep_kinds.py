"""Made-up rows have none but real values of flags, directions, counts and hours."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.model_selection import cross_val_score
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from smc import structure
from smc.aug.adaptive import Adaptive
from smc.aug.aggressive import Aggressive
from smc.aug.block_bootstrap import BlockBootstrap
from smc.aug.discrete import is_discrete
from smc.aug.light import Light
from smc.aug.row_source import RowSource
from smc.aug.smote import Smote
from smc.config.compose import compose
from smc.pipeline import FoldPipeline
from smc.training.components import Components
from smc.windows import Windows

SAMPLERS = [Light(), Adaptive(), Aggressive(noise=0.5, dropout=0.5), Smote(), BlockBootstrap()]
FORMS = ("rows", "table", "sequences", "windows")
KINDS = {
    "mitigated": "flag",
    "dir": "direction",
    "hhll": "direction",
    "age": "count",
    "hour_sin": "clock",
    "hour_cos": "clock",
    "ret": "continuous",
    "whole": "continuous",
}
DISCRETE = np.array([kind != "continuous" for kind in KINDS.values()])
N, LOOKBACK = 180, 3

every_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda sampler: type(sampler).__name__)


def bars(n: int = N + LOOKBACK, missing: float = 0.0) -> pd.DataFrame:
    """A column of every kind, and one that is continuous though its values are whole."""
    rng = np.random.default_rng(0)
    angle = 2 * np.pi * rng.integers(0, 6, n) / 6 + 0.1
    columns = {
        "mitigated": rng.random(n) < 0.2,
        "dir": rng.choice([-1, 1], n, p=[0.4, 0.6]),
        "hhll": rng.choice([-2, 0, 1, 2], n),
        "age": rng.integers(0, 500, n),
        "hour_sin": np.sin(angle),
        "hour_cos": np.cos(angle),
        "ret": rng.normal(size=n),
        "whole": rng.integers(0, 9, n),
    }
    table = pd.DataFrame(columns).astype(float)
    return table.mask(rng.random(table.shape) < missing)


def given(form: str, table: pd.DataFrame):
    """The bars as rows or windows, and what gives them as they stood some bars before."""
    ends = np.arange(LOOKBACK, len(table))
    windows = Windows(table.to_numpy(), ends, LOOKBACK)
    X = {
        "rows": table.to_numpy()[ends],
        "table": table.iloc[ends],
        "sequences": np.asarray(windows),
        "windows": windows,
    }[form]

    def lagged_rows(rows, n_bars):
        moved = np.maximum(ends[rows] - n_bars, LOOKBACK - 1)
        return (
            table.to_numpy()[moved] if form in ("rows", "table") else Windows(windows.bars, moved, LOOKBACK)
        )

    return X, lagged_rows


def labels(n: int = N) -> np.ndarray:
    return (np.random.default_rng(1).random(n) < 0.3).astype(int)


def check_values(made: np.ndarray, real: np.ndarray, is_kept: np.ndarray) -> None:
    """Raise unless all made-up values of a column that is kept are real ones, bit for bit."""
    made, real = made.reshape(-1, made.shape[-1]), real.reshape(-1, real.shape[-1])
    for column in np.flatnonzero(is_kept):
        known = made[~np.isnan(made[:, column]), column]
        assert np.isin(known, real[:, column]).all(), column


@every_sampler
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_made_up_values_of_discrete_features_are_real_ones(sampler, form, missing):
    table = bars(missing=missing)
    X, lagged_rows = given(form, table)
    out, _ = sampler.fit_resample(X, labels(), lagged_rows, DISCRETE)
    made = np.asarray(out[N:])
    assert len(made) > 20
    check_values(made, table.to_numpy(), DISCRETE)
    if not isinstance(sampler, Aggressive):
        np.testing.assert_array_equal(np.isnan(made), np.isnan(np.asarray(X))[sampler.origin_[N:]])
    if not isinstance(sampler, BlockBootstrap):
        assert not np.isin(made[..., 7][~np.isnan(made[..., 7])], table["whole"]).all(), (
            "continuous if told so"
        )
    assert all(len(np.unique(made[..., column])) > 1 for column in range(len(KINDS)))


@every_sampler
@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_told_is_seen_in_the_values_scaled_or_not(sampler, form):
    table = bars(missing=0.1)
    scaled = pd.DataFrame(StandardScaler().fit_transform(table), columns=list(table))
    for told_by, of_table in (
        (["mitigated", "dir", "hhll", "age", "whole"], table),
        (["mitigated", "dir"], scaled),
    ):
        X, lagged_rows = given(form, of_table)
        out, _ = sampler.fit_resample(X, labels(), lagged_rows)
        check_values(np.asarray(out[N:]), of_table.to_numpy(), np.isin(list(table), told_by))


@pytest.mark.parametrize("sampler", [Light(), Adaptive(), Aggressive(shift=0), Smote()])
def test_kinds_that_are_not_kept_become_fractions(sampler):
    X, _ = given("rows", bars())
    out, _ = type(sampler)(**{**sampler.get_params(), "keep_kinds": False}).fit_resample(
        X, labels(), None, DISCRETE
    )
    assert (~np.isin(out[N:, :2], [-1, 0, 1])).any(axis=1).mean() > 0.4


@pytest.mark.parametrize("sampler", [Light(), Aggressive(shift=0), Smote()])
def test_continuous_features_are_made_up_as_they_are_without_kinds(sampler):
    X, _ = given("rows", bars())
    kept, _ = sampler.fit_resample(X, labels(), None, DISCRETE)
    free, _ = type(sampler)(**{**sampler.get_params(), "keep_kinds": False}).fit_resample(X, labels())
    np.testing.assert_array_equal(kept[:, ~DISCRETE], free[:, ~DISCRETE])


@pytest.mark.parametrize("sampler", [Light(), Aggressive(shift=0), Smote()], ids=lambda s: type(s).__name__)
@pytest.mark.filterwarnings("ignore:no bars before")
def test_a_tree_tells_no_made_up_row_of_a_class_by_its_flags(sampler):
    table = bars(4 * N)
    told = ["mitigated", "dir", "hhll", "hour_sin", "hour_cos"]
    X, y = table[[*told, "ret"]].to_numpy(), labels(4 * N)
    out, targets = sampler.fit_resample(X, y, None, [True] * 5 + [False])
    rows, is_made_up = out[targets == 1, :5], sampler.synthetic_[targets == 1]
    shuffled = np.random.default_rng(2).permutation(len(rows))
    tree = DecisionTreeClassifier(max_depth=4, random_state=0)
    auc = cross_val_score(tree, rows[shuffled], is_made_up[shuffled], cv=5, scoring="roc_auc").mean()
    assert auc < 0.58


def test_discrete_features_of_smote_come_from_the_nearer_row_together():
    rng = np.random.default_rng(0)
    place = rng.normal(size=40)
    X = np.column_stack([place, np.arange(40) * 1.0, -np.arange(40) * 1.0])
    sampler = Smote(k_neighbors=3)
    out, _ = sampler.fit_resample(np.concatenate([X, X + 50]), np.repeat([0, 1], [40, 40]))
    assert len(out) == 80
    out, _ = sampler.fit_resample(X[:30], np.repeat([0, 1], [9, 21]))
    made, base = out[30:], sampler.origin_[30:]
    taken = made[:, 1].astype(int)
    np.testing.assert_array_equal(made[:, 2], -made[:, 1])
    from_base, from_taken = np.abs(made[:, 0] - place[base]), np.abs(made[:, 0] - place[taken])
    assert (from_taken <= from_base + 1e-12).all()
    assert 0.2 < np.mean(taken == base) < 0.8


def test_a_whole_sequence_has_the_counts_of_one_row():
    count = np.arange(200.0)
    windows = Windows(
        np.column_stack([count, np.random.default_rng(0).normal(size=200)]), np.arange(3, 200), 3
    )
    out, _ = Smote().fit_resample(windows, labels(197))
    assert (np.diff(np.asarray(out)[..., 0], axis=1) == 1).all()


def test_the_mean_of_a_discrete_feature_is_the_nearest_value_of_it():
    rows = np.array([[0, 1, 0.5, np.nan], [1, 7, 0.1, np.nan], [1, 9, 0.2, np.nan], [np.nan, 9, 0.9, np.nan]])
    source = RowSource(rows, discrete=[True, True, False, True])
    np.testing.assert_allclose(source.center, [1, 7, 0.425, 0])
    np.testing.assert_array_equal(source.spread > 0, [False, False, True, False])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 1, 1, 0], True),
        ([-0.4, 2.3, -0.4, 2.3], True),
        ([-1.5, 0.2, 1.1, 0.2], True),
        ([-1.5, 0.2, 1.1, 0.3], False),
        ([-1.5, 0.2, 1.1, 0.3, 0.3], False),
        ([0.5, 0.1], False),
        ([3, 17, 500], True),
        ([3, 17, 500.5, 2], False),
        ([np.nan, 1, np.nan, 0], True),
        ([np.nan, np.nan], False),
        ([], False),
    ],
)
def test_what_is_discrete(values, expected):
    assert is_discrete(np.array(values, dtype=float)) == expected


class Keeper(BaseEstimator):
    """Keeps the rows that it is fitted on; looks back over ``lookback`` bars."""

    def __init__(self, lookback: int = 1, *, takes_missing: bool = True) -> None:
        self.lookback, self.takes_missing = lookback, takes_missing
        self.needs_windows = lookback > 1

    def fit(self, X, y, sample_weight=None):
        self.X_, self.classes_ = np.asarray(X), np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.takes_missing
        return tags


@pytest.mark.parametrize("lookback", [1, LOOKBACK])
@pytest.mark.parametrize("takes_missing", [True, False])
@pytest.mark.parametrize("sampler", SAMPLERS[:4], ids=lambda sampler: type(sampler).__name__)
def test_in_a_fit_scaled_values_stay_those_of_real_rows(sampler, takes_missing, lookback):
    table = bars(missing=0.2)
    X, lagged_rows = given("table", table)
    if lookback > 1:
        _, lagged_rows = given("windows", table)
        X = Windows(table.to_numpy(), np.arange(LOOKBACK, len(table)), lookback, names=list(table))
    estimator = Keeper(lookback, takes_missing=takes_missing)
    model = FoldPipeline(estimator=estimator, sampler=sampler, kinds=KINDS).fit(
        X, labels(), lagged_rows=lagged_rows
    )
    scaled = model.preprocess_.transform(table.to_numpy()).astype(model.estimator_.X_.dtype)
    is_kept = np.concatenate([DISCRETE, np.ones(len(model.preprocess_.flagged_), dtype=bool)])
    check_values(model.estimator_.X_[N:], scaled, is_kept)
    assert not np.isin(model.estimator_.X_[N:, ..., 7], scaled[:, 7]).all()


class Chosen(BaseEstimator):
    """Selects some columns, whatever they hold."""

    def __init__(self, support):
        self.support = support

    def fit(self, X, y):
        return self

    def get_support(self):
        return np.array(self.support)


def test_in_a_fit_kinds_follow_the_columns_that_are_selected():
    X, _ = given("table", bars())
    support = [False, True] * 4
    pipeline = FoldPipeline(estimator=Keeper(), sampler=Light(), selector=Chosen(support), kinds=KINDS)
    made = pipeline.fit(X, labels()).estimator_.X_[N:]
    scaled = pipeline.preprocess_.transform(X.to_numpy())[:, support]
    check_values(made, scaled, DISCRETE[support])
    assert not np.isin(made[:, 3], scaled[:, 3]).all()


def test_in_a_fit_columns_that_nothing_is_told_of_are_seen_before_they_are_scaled():
    X, _ = given("rows", bars())
    X[0, 6] = 1.0
    model = FoldPipeline(estimator=Keeper(), sampler=Smote()).fit(X, labels())
    scaled, made = model.preprocess_.transform(X), model.estimator_.X_[N:]
    check_values(made, scaled, np.array([True, True, True, True, False, False, False, True]))
    assert not np.isin(made[:, 6], scaled[:, 6]).any()


def test_in_a_fit_with_a_scaler_of_ones_own_the_sampler_looks_itself():
    X, _ = given("table", bars())
    pipeline = FoldPipeline(estimator=Keeper(), sampler=Smote(), preprocess=StandardScaler(), kinds=KINDS)
    model = pipeline.fit(X, labels())
    scaled = model.preprocess_.transform(X.to_numpy())
    check_values(model.estimator_.X_[N:], scaled, np.isin(list(KINDS), ["mitigated", "dir"]))


class Old(BaseEstimator):
    """One's own sampler, which knows nothing of kinds."""

    def fit_resample(self, X, y):
        self.origin_ = np.arange(len(X))
        return X, y


def test_a_sampler_of_ones_own_need_not_take_them():
    X, _ = given("table", bars())
    assert (
        FoldPipeline(estimator=Keeper(), sampler=Old(), kinds=KINDS).fit(X, labels()).sampler_error_ is None
    )


def test_a_run_tells_its_pipeline_the_kinds_of_its_features():
    components = Components.from_config(compose([]))
    kinds = {name: structure.KINDS[name] for name in components.features.names}
    assert components.pipeline.kinds == kinds


@pytest.mark.parametrize("support", [[True] * 16, [True, False] * 7 + [True, True]], ids=["all", "selected"])
@pytest.mark.parametrize("lookback", [1, LOOKBACK])
@pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda sampler: type(sampler).__name__)
def test_in_a_fit_what_is_flagged_as_missing_is_the_median_in_made_up_rows_too(sampler, lookback, support):
    table = bars(missing=0.2)
    windows = Windows(table.to_numpy(), np.arange(LOOKBACK, len(table)), LOOKBACK, names=list(table))
    X, lagged_rows = given("table" if lookback == 1 else "windows", table)
    estimator = Keeper(lookback, takes_missing=False)
    pipeline = FoldPipeline(estimator=estimator, sampler=sampler, selector=Chosen(support), kinds=KINDS)
    model = pipeline.fit(X if lookback == 1 else windows, labels(), lagged_rows=lagged_rows)
    kept, made = list(np.flatnonzero(support)), model.estimator_.X_[N:]
    flags = [flag for flag in range(8, 16) if flag in kept and flag - 8 in kept]
    assert len(flags) >= 4
    for flag in flags:
        is_missing = made[..., kept.index(flag)] == 1
        assert 0 < is_missing.mean() < 1
        median = model.preprocess_.median_[flag - 8].astype(made.dtype)
        assert (made[..., kept.index(flag - 8)][is_missing] == median).all(), flag
        assert not (made[..., kept.index(flag - 8)][~is_missing] == median).all(), flag


def test_kinds_that_are_not_kept_leave_a_mean_where_a_value_is_missing():
    X, _ = given("table", bars(missing=0.2))
    sampler = Aggressive(noise=0.0, dropout=0.5, shift=0, keep_kinds=False)
    pipeline = FoldPipeline(estimator=Keeper(takes_missing=False), sampler=sampler, kinds=KINDS)
    model = pipeline.fit(X, labels())
    made = model.estimator_.X_[N:]
    assert (made[made[:, 14] == 1, 6] != model.preprocess_.median_[6]).any()
