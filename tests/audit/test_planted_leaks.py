"""A matrix of planted leaks: each is found by the check that should find it, and names what is at fault."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

from smc.audit import CHECKS, AuditedRun, Finding
from smc.audit.procedure import Scored
from smc.cv.purged_kfold import PurgedKFold
from smc.events.every import Every
from smc.features.feature_set import FeatureSet
from smc.features.momentum import Momentum
from smc.labels.direction import Direction

MakeAuditedRun = Callable[..., AuditedRun]


def looked(name: str, audited: AuditedRun) -> Finding:
    return CHECKS[name].run(audited, lambda _: None)


def named(finding: Finding) -> str:
    return " ".join(fault.sentence for fault in finding.faults)


# Features


class Family:
    """A family of one column."""

    names = ("mine",)
    warm_up = 100

    def __init__(self, formula: Callable[[pd.DataFrame], pd.Series]) -> None:
        self.formula = formula

    def compute(self, bars: pd.DataFrame) -> pd.DataFrame:
        return self.formula(bars).astype(float).to_frame("mine")


def features(formula: Callable[[pd.DataFrame], Any]) -> FeatureSet:
    return FeatureSet({"momentum": Momentum(), "mine": Family(formula)}, max_age=100)


def change(bars: pd.DataFrame) -> pd.Series:
    return np.log(bars["close"]).diff().fillna(0.0)


def gappy(bars: pd.DataFrame) -> pd.Series:
    """A column that is known on one bar in three only."""
    return change(bars).where(np.arange(len(bars)) % 3 == 0)


def resampled(bars: pd.DataFrame) -> pd.Series:
    """The day's change, read before the day is over."""
    day = bars["close"].resample("1D").last()
    return day.pct_change().reindex(bars.index, method="ffill").fillna(0.0)


def time_to_outcome(bars: pd.DataFrame) -> pd.Series:
    """Bars until the close is half a percent away."""
    close = np.append(bars["close"].to_numpy(), np.full(20, np.nan))
    later = np.lib.stride_tricks.sliding_window_view(close, 21)[: len(bars)]
    away = np.abs(later / later[:, :1] - 1) > 0.005
    return pd.Series(np.where(away.any(axis=1), away.argmax(axis=1), 21), index=bars.index)


FEATURE_LEAKS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "shift(-1)": lambda bars: change(bars).shift(-1).fillna(0.0),
    "centred smoother": lambda bars: change(bars).rolling(5, center=True).mean(),
    "centred smoother with min_periods": lambda bars: change(bars).rolling(9, 1, center=True).mean(),
    "back-fill": lambda bars: gappy(bars).bfill().fillna(0.0),
    "interpolation": lambda bars: gappy(bars).interpolate(),
    "whole-file z-score": lambda bars: (bars["close"] - bars["close"].mean()) / bars["close"].std(),
    "whole-file rank": lambda bars: bars["volume"].rank(pct=True),
    "the day's volume before its end": lambda bars: (
        bars["volume"] / bars["volume"].groupby(bars.index.floor("1D")).transform("sum")
    ),
    "a maximum to come": lambda bars: bars["close"] / bars["high"][::-1].cummax()[::-1],
    "a higher time frame before its close": resampled,
    "time to the outcome": time_to_outcome,
}


@pytest.mark.parametrize("leak", FEATURE_LEAKS)
def test_a_feature_that_sees_later_bars_is_found_and_named(
    leak: str, make_audited_run: MakeAuditedRun
) -> None:
    found = looked("future", make_audited_run(features=features(FEATURE_LEAKS[leak])))
    assert found.verdict == "fail"
    assert found.figures["columns"] == ["mine"]
    assert found.faults[0].what == "`mine`"
    assert "row" in found.faults[0].where
    assert found.remedy


def test_columns_chosen_by_what_followed_are_found(make_audited_run: MakeAuditedRun) -> None:
    """Selection of features outside the folds, by a feature class: of 60 noisy columns those that fit best."""

    class Chosen(FeatureSet):
        def compute(self, bars: pd.DataFrame) -> pd.DataFrame:
            table = super().compute(bars)
            noise = np.random.default_rng(0).standard_normal((len(bars), 60))
            later = change(bars).rolling(5).sum().shift(-5).fillna(0.0).to_numpy()
            best = np.argsort(-np.abs(noise.T @ later))[:5]
            return table.assign(**{f"noise_{rank}": noise[:, at] for rank, at in enumerate(best)})

    audited = make_audited_run(
        features=Chosen({"momentum": Momentum()}, max_age=100), labels=Direction(5), side="long"
    )
    found = looked("future", audited)
    assert found.verdict == "fail"
    assert set(found.figures["columns"]) <= {f"noise_{rank}" for rank in range(5)}


def test_what_knows_the_outcome_earns_on_random_walks(make_audited_run: MakeAuditedRun) -> None:
    audited = make_audited_run(
        features=features(FEATURE_LEAKS["shift(-1)"]), labels=Direction(3), side="long"
    )
    found = looked("random_walk", audited)
    assert found.verdict == "fail"
    assert "random walks" in named(found)


def test_a_cliff_in_the_lag_curve_is_named(make_audited_run: MakeAuditedRun) -> None:
    audited = make_audited_run(
        features=features(FEATURE_LEAKS["shift(-1)"]), labels=Direction(1), side="long"
    )
    found = looked("lag", audited)
    assert found.verdict == "warn"
    assert "`mine`" in named(found)


def test_a_feature_that_is_too_good_is_named(make_audited_run: MakeAuditedRun) -> None:
    audited = make_audited_run(
        features=features(FEATURE_LEAKS["shift(-1)"]), labels=Direction(1), side="long"
    )
    found = looked("single_feature_leakage", audited)
    assert found.verdict == "fail"
    assert "`mine`" in named(found)
    assert "importance" in named(found)


def test_bars_that_are_written_into_are_named(make_audited_run: MakeAuditedRun) -> None:
    def filled(bars: pd.DataFrame) -> pd.Series:
        bars["volume"] = bars["volume"].clip(upper=500.0)
        return bars["volume"] * 0.0

    found = looked("future", make_audited_run(features=features(filled)))
    assert found.verdict == "fail"
    assert "['volume']" in named(found)


def test_a_counter_is_a_warning_of_the_adversarial_check(make_audited_run: MakeAuditedRun) -> None:
    counter = features(lambda bars: pd.Series(np.arange(len(bars), dtype=float), bars.index))
    found = looked("adversarial", make_audited_run(features=counter))
    assert found.verdict == "warn"
    assert "`mine`" in named(found)


@pytest.mark.parametrize("name", ["adversarial", "fold"])
def test_a_feature_that_no_event_knows_is_looked_past(name: str, make_audited_run: MakeAuditedRun) -> None:
    unknown = features(lambda bars: change(bars) * np.nan)
    assert looked(name, make_audited_run("events.last=150", features=unknown)).verdict == "pass"


# Events and labels


def test_events_chosen_by_what_followed_are_found(make_audited_run: MakeAuditedRun) -> None:
    class Moves(Every):
        def compute(self, bars: pd.DataFrame, features: pd.DataFrame | None = None) -> np.ndarray:
            later = change(bars).rolling(5).sum().shift(-5).abs()
            return np.flatnonzero(later > later.rolling(200).quantile(0.8))

    found = looked("future", make_audited_run(events=Moves()))
    assert found.verdict == "fail"
    assert found.figures["columns"] == ["events"]


class LabelOf(Direction):
    """A label with its table altered."""

    def __init__(self, alter: Callable[[pd.DataFrame, pd.DataFrame, np.ndarray], pd.DataFrame]) -> None:
        super().__init__(horizon=5)
        self.alter = alter

    def compute(self, bars: pd.DataFrame, events: np.ndarray, side: np.ndarray) -> pd.DataFrame:
        table = super().compute(bars, events, side)
        signs = pd.Series(side, index=events)[table.index].to_numpy()
        return self.alter(bars, table, signs)


def from_close(bars: pd.DataFrame, table: pd.DataFrame, side: np.ndarray) -> pd.DataFrame:
    """Count returns from the close of the event's bar."""
    close, at = np.log(bars["close"].to_numpy()), table.index.to_numpy()
    return table.assign(ret=side * (close[table["end"]] - close[at]))


def best_price(bars: pd.DataFrame, table: pd.DataFrame, side: np.ndarray) -> pd.DataFrame:
    """Leave at the best price of the day after the end."""
    high, opened = np.log(bars["high"].to_numpy()), np.log(bars["open"].to_numpy())
    return table.assign(ret=side * (high[table["end"]] + 0.05 - opened[table["start"]]))


def by_quantile(bars: pd.DataFrame, table: pd.DataFrame, side: np.ndarray) -> pd.DataFrame:
    """Call a return good if it beats the median of the whole file."""
    return table.assign(label=(table["ret"] > table["ret"].median()).astype(int))


def already_known(bars: pd.DataFrame, table: pd.DataFrame, side: np.ndarray) -> pd.DataFrame:
    """Label by the bars before the event."""
    before = np.log(bars["close"]).diff(5).fillna(0.0).to_numpy()[table.index]
    return table.assign(label=(before > 0).astype(int), ret=before)


def at_end(shift: int) -> Callable[[pd.DataFrame, pd.DataFrame, np.ndarray], pd.DataFrame]:
    return lambda bars, table, side: table.assign(end=table["end"] + shift)


LABEL_LEAKS = {
    "end understated": (at_end(-3), "stated as bar"),
    "end before start": (at_end(-9), "ends before it starts"),
    "start one bar late": (
        lambda bars, table, side: table.assign(start=table["start"] + 1),
        "must start at the bar after",
    ),
    "returns from the event's own close": (from_close, "no longer be traded"),
    "an exit at a price that was not there": (best_price, "no price of its span"),
    "a threshold over the whole file": (by_quantile, "behind its span"),
    "known at the decision": (already_known, "no outcome"),
    "events labelled twice": (
        lambda bars, table, side: pd.concat([table, table]).sort_index(kind="stable"),
        "labelled twice",
    ),
}


@pytest.mark.parametrize("leak", LABEL_LEAKS)
def test_a_label_that_breaks_its_contract_is_found(leak: str, make_audited_run: MakeAuditedRun) -> None:
    alter, words = LABEL_LEAKS[leak]
    found = looked("labels", make_audited_run(labels=LabelOf(alter), side="long"))
    assert found.verdict == "fail"
    assert words in named(found)


def test_events_without_a_choice_gain_on_random_walks_if_their_labels_are_chosen(
    make_audited_run: MakeAuditedRun,
) -> None:
    def winners(bars: pd.DataFrame, table: pd.DataFrame, side: np.ndarray) -> pd.DataFrame:
        return table[(table["ret"] > 0) | (np.arange(len(table)) % 3 == 0)]

    found = looked("random_walk", make_audited_run(labels=LabelOf(winners)))
    assert found.verdict == "fail"
    assert "risk / (risk + reward)" in named(found)


def test_spans_that_are_too_short_reach_into_test_blocks(make_audited_run: MakeAuditedRun) -> None:
    """The splitter purges by what labels say; the audit by what they do."""
    audited = make_audited_run(labels=LabelOf(at_end(-4)), events=Every(), cv=PurgedKFold(5))
    assert looked("split", audited).verdict == "fail"
    assert (
        looked("split", make_audited_run(labels=Direction(5), events=Every(), cv=PurgedKFold(5))).verdict
        == "pass"
    )


# Splits


def overlapping(make_audited_run: MakeAuditedRun, cv: Any) -> AuditedRun:
    """Labels of 20 bars at every third bar, and a model that can remember its neighbours."""
    overrides = ("model=random_forest", "model.n_estimators=15")
    return make_audited_run(*overrides, labels=Direction(20), cv=cv, side="long", events=Every(3), draws=10)


class AfterTest(PurgedKFold):
    """Trains right behind the test labels."""

    def margins(self, spans: np.ndarray) -> tuple[int, int]:
        return 0, 0


def test_shuffled_folds_without_a_purge(make_audited_run: MakeAuditedRun) -> None:
    audited = overlapping(make_audited_run, KFold(5, shuffle=True, random_state=0))
    found = looked("split", audited)
    assert found.verdict == "fail"
    assert "their labels share bars" in named(found)
    assert "does not purge" in named(found)
    assert looked("null", audited).verdict == "fail"


def test_small_contiguous_folds_without_a_purge(make_audited_run: MakeAuditedRun) -> None:
    assert looked("split", overlapping(make_audited_run, KFold(45))).verdict == "fail"


def test_no_embargo_behind_the_test_labels_is_a_suspicion(make_audited_run: MakeAuditedRun) -> None:
    found = looked("split", overlapping(make_audited_run, AfterTest(5)))
    assert found.verdict == "warn"
    assert "after the end of a test label; the longest has 20" in named(found)


def test_training_behind_the_test_block_without_a_purge(make_audited_run: MakeAuditedRun) -> None:
    class NextBlock(KFold):
        def split(self, X: Any, y: Any = None, groups: Any = None) -> Any:
            for train, test in super().split(X, y, groups):
                yield train[train > test[-1]] if test[-1] < len(X) - 1 else train, test

    found = looked("split", overlapping(make_audited_run, NextBlock(4)))
    assert found.verdict == "fail"


def test_a_clean_run_on_overlapping_labels_passes(make_audited_run: MakeAuditedRun) -> None:
    audited = overlapping(make_audited_run, PurgedKFold(5))
    assert [looked(name, audited).verdict for name in ("split", "null", "fold")] == ["pass"] * 3


# Steps of the pipeline


class OwnSteps:
    """A pipeline of one's own: something that learns from rows, then a logistic regression a fold."""

    def __init__(self, prepare: Callable[..., Any], inside: bool) -> None:
        self.prepare, self.inside = prepare, inside

    def predict(self, data: Any, plan: Any) -> list[Scored]:
        rows = data.bars.iloc[data.rows].filter(like="noise").to_numpy(dtype=float)
        labels, found = data.events["label"].to_numpy(), []
        everything = np.arange(len(rows))
        for fold in (*plan.folds, plan.val_split, plan.test_split):
            fitted = self.prepare(rows, labels, fold.train if self.inside else everything, fold.train)
            learned, targets, transform = fitted
            model = LogisticRegression(C=1.0, max_iter=200).fit(learned, targets)
            scores = model.predict_proba(transform(rows[fold.test]))[:, 1]
            found.append(Scored(fold.name, fold.test, scores))
        return found


class Noise:
    """Columns that know nothing."""

    names = tuple(f"noise_{number}" for number in range(60))
    warm_up = 100

    def compute(self, bars: pd.DataFrame) -> np.ndarray:
        return np.random.default_rng(7).standard_normal((len(bars), len(self.names)))


def selection(rows: np.ndarray, labels: np.ndarray, seen: np.ndarray, train: np.ndarray) -> Any:
    """Choose the 10 columns that fit the labels of the rows seen."""
    centred = rows[seen] - rows[seen].mean(axis=0)
    fit = np.abs(centred.T @ (labels[seen] - labels[seen].mean())) / (centred.std(axis=0) + 1e-9)
    best = np.argsort(-fit)[:10]
    return rows[train][:, best], labels[train], lambda given: given[:, best]


def scaling(rows: np.ndarray, labels: np.ndarray, seen: np.ndarray, train: np.ndarray) -> Any:
    scaler = StandardScaler().fit(rows[seen])
    return scaler.transform(rows[train]), labels[train], scaler.transform


def target_encoding(rows: np.ndarray, labels: np.ndarray, seen: np.ndarray, train: np.ndarray) -> Any:
    """Replace a column of many categories by the mean label of its category among the rows seen."""
    category = (np.abs(rows[:, -1]) * 1000).astype(int) % 150
    counts = np.bincount(category[seen], minlength=150)
    means = (np.bincount(category[seen], labels[seen], minlength=150) + 0.5) / (counts + 1.0)
    encode = lambda given: means[(np.abs(given[:, -1]) * 1000).astype(int) % 150][:, None]  # noqa: E731
    return encode(rows[train]), labels[train], encode


STEPS = {"selection of columns": selection, "scaling": scaling, "target encoding": target_encoding}


def own_steps(make_audited_run: MakeAuditedRun, name: str, inside: bool) -> AuditedRun:
    features = FeatureSet({"noise": Noise()}, max_age=100)
    return make_audited_run(pipeline=OwnSteps(STEPS[name], inside), events=Every(5), features=features)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("inside", [True, False])
def test_what_is_fitted_outside_the_folds_is_traced(
    name: str, inside: bool, make_audited_run: MakeAuditedRun
) -> None:
    audited = own_steps(make_audited_run, name, inside)
    found = looked("fold", audited)
    assert found.verdict == ("pass" if inside else "fail")
    if not inside:
        assert "fold 0" in named(found)


@pytest.mark.parametrize("name", ["selection of columns", "target encoding"])
def test_what_learns_labels_outside_the_folds_scores_on_shifted_labels(
    name: str, make_audited_run: MakeAuditedRun
) -> None:
    assert looked("null", own_steps(make_audited_run, name, inside=False)).verdict == "fail"
    assert looked("null", own_steps(make_audited_run, name, inside=True)).verdict == "pass"


class SmoteFirst:
    """Synthesise rows of the rarer class from all rows, then split the lot at random."""

    def predict(self, data: Any, plan: Any) -> list[Scored]:
        rows = np.nan_to_num(data.bars.iloc[data.rows].to_numpy(dtype=float))
        rows = (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-9)
        labels = data.events["label"].to_numpy()
        rng, rare = np.random.default_rng(0), np.flatnonzero(labels == labels.max())
        distance = ((rows[rare][:, None] - rows[rare][None]) ** 2).sum(axis=2)
        near = rare[np.argsort(distance, axis=1)[:, 1:4]]
        pick = rng.integers(0, len(rare), 3 * len(rare))
        mate, share = near[pick, rng.integers(0, 3, len(pick))], rng.random((len(pick), 1))
        synthetic = rows[rare[pick]] + share * (rows[mate] - rows[rare[pick]])
        found = []
        for fold in (*plan.folds, plan.val_split, plan.test_split):
            model = RandomForestClassifier(15, max_features=3, random_state=0)
            learned = np.vstack([rows[fold.train], synthetic])
            targets = np.append(labels[fold.train], np.full(len(synthetic), labels.max()))
            model.fit(learned, targets)
            found.append(Scored(fold.name, fold.test, model.predict_proba(rows[fold.test])[:, 1]))
        return found


def test_smote_before_the_split(make_audited_run: MakeAuditedRun) -> None:
    audited = make_audited_run(pipeline=SmoteFirst(), events=Every(10), draws=5)
    assert looked("fold", audited).verdict == "fail"
    assert looked("null", audited).verdict == "fail"


def test_rows_that_were_copied_before_the_split(make_audited_run: MakeAuditedRun) -> None:
    """A feature that repeats a bar's row later on: the same row is trained on and tested."""

    class Repeated(FeatureSet):
        def compute(self, bars: pd.DataFrame) -> pd.DataFrame:
            table = super().compute(bars)
            return table.iloc[np.arange(len(table)) % 1000].set_axis(table.index)

    audited = make_audited_run(features=Repeated({"momentum": Momentum()}, max_age=100), events=Every(2))
    found = looked("single_feature_leakage", audited)
    assert found.verdict == "fail"
    assert "among the training rows" in named(found)


def test_a_pipeline_that_is_not_repeatable_is_said_so(make_audited_run: MakeAuditedRun) -> None:
    class Dice:
        rng = np.random.default_rng(0)

        def predict(self, data: Any, plan: Any) -> list[Scored]:
            splits = (*plan.folds, plan.val_split, plan.test_split)
            return [Scored(each.name, each.test, self.rng.random(len(each.test))) for each in splits]

    found = looked("fold", make_audited_run(pipeline=Dice()))
    assert found.verdict == "not done"
    assert "something else each time" in named(found)
