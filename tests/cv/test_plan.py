import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.model_selection import KFold

from smc.cv.cpcv import CPCV
from smc.cv.fold import Fold
from smc.cv.plan import SplitPlan
from smc.cv.purged_kfold import PurgedKFold
from smc.cv.walk_forward import WalkForward
from smc.errors import LeakageError, SplitError


@pytest.fixture
def many() -> np.ndarray:
    """200 events on every other bar, labels of 1 to 20 bars."""
    starts = np.arange(1, 401, 2)
    return np.column_stack([starts, starts + np.random.default_rng(0).integers(0, 20, 200)])


def small(spans, cv=None, **arguments):
    return SplitPlan.from_spans(spans, cv, min_train_size=1, **arguments)


def test_the_outer_split_of_twelve_events(spans):
    """Shares are counted before purging: a quarter of 12 is 3, a third of the 9 before them is 3."""
    plan = small(spans, test_frac=0.25, val_frac=1 / 3)
    assert plan.test.tolist() == [9, 10, 11]
    assert plan.development.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert plan.val.tolist() == [6, 7]
    assert plan.train.tolist() == [0, 1, 2, 3, 4]


def test_the_gap_widens_both_outer_cuts(spans):
    plan = small(spans, test_frac=0.25, val_frac=1 / 3, gap_size=1)
    assert plan.development.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert plan.val.tolist() == [6]
    assert plan.train.tolist() == [0, 1, 2, 3]


def test_train_is_purged_against_the_val_events_that_are_left(spans):
    """Event 6 would open the val part at bar 7, but reaches into the test part; event 7 opens it at bar 8."""
    spans[6, 1] = 13
    spans[5, 1] = 7
    plan = small(spans, test_frac=0.25, val_frac=1 / 3)
    assert plan.val.tolist() == [7]
    assert plan.train.tolist() == [0, 1, 2, 3, 4, 5]


def test_the_account_adds_up(many):
    plan = SplitPlan.from_spans(many, PurgedKFold(4))
    account = plan.account
    assert account["events"] == 200
    assert account["test"] == 40
    assert account["development"] + account["purged_before_test"] == 160
    before_val = account["development"] - account["val"]
    assert account["train"] + account["purged_before_val"] == before_val
    for fold in plan.folds:
        lost = account["development"] - len(fold.train) - len(fold.test)
        assert account["purged_in_folds"][fold.name] == lost > 0


def test_a_forward_fold_counts_only_what_it_would_have_trained_on(spans):
    plan = small(spans, WalkForward(train_size=4, test_size=2), test_frac=0.25, val_frac=1 / 3)
    assert [(fold.train.tolist(), fold.test.tolist()) for fold in plan.folds] == [
        ([0, 1, 2], [4, 5]),
        ([2, 3, 4], [6, 7]),
    ]
    assert plan.account["purged_in_folds"] == {"fold 0": 1, "fold 1": 1}


def test_folds_stay_inside_the_development_part(many):
    many[10, 1] = 500
    plan = SplitPlan.from_spans(many, CPCV())
    assert 10 not in plan.development
    for fold in plan.folds:
        assert np.isin(np.concatenate([fold.train, fold.test]), plan.development).all()


def test_no_cross_validation_is_a_plan_without_folds(many):
    plan = SplitPlan.from_spans(many, None)
    assert plan.folds == ()
    assert len(plan.train) > 30


def test_a_small_fold_is_refused_by_name(many):
    with pytest.raises(SplitError, match="fold 0 has 25 training rows, needs 30"):
        SplitPlan.from_spans(many, WalkForward(3, train_size=30))
    with pytest.raises(SplitError, match="val split has 26 training rows, needs 30"):
        SplitPlan.from_spans(many[:50], PurgedKFold())


def test_eighty_events_are_enough_for_the_default_folds():
    starts = np.arange(1, 81) * 6
    plan = SplitPlan.from_spans(np.column_stack([starts, starts + 19]), WalkForward())
    assert min(len(fold.train) for fold in plan.folds) >= 30


def test_a_training_set_of_one_class_is_refused_by_name(many):
    plan = SplitPlan.from_spans(many, WalkForward(2, train_size=40))
    y = np.zeros(200, dtype=int)
    y[:45] = np.arange(45) % 2
    plan.check_classes(np.arange(200) % 2)
    with pytest.raises(SplitError, match=r"fold 1 has only class 0 in its \d+ training rows"):
        plan.check_classes(y)


def test_too_few_events_are_refused(spans):
    with pytest.raises(SplitError, match="a plan needs at least 3 events, got 2"):
        small(spans[:2])
    spans[:, 1] = 20
    with pytest.raises(SplitError, match="the test split has no training event left"):
        small(spans)


def test_a_val_part_that_is_purged_away_is_refused(spans):
    spans[6:9, 1] = 20
    with pytest.raises(SplitError, match="no val event is left"):
        small(spans, test_frac=0.25, val_frac=1 / 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"test_frac": 1.0}, "`test_frac` must lie between 0 and 1, got 1.0"),
        ({"val_frac": 0.0}, "`val_frac` must lie between 0 and 1, got 0.0"),
        ({"gap_size": -1}, "`gap_size` must not be negative, got -1"),
    ],
)
def test_arguments_are_checked(spans, arguments, message):
    with pytest.raises(ValueError, match=message):
        small(spans, **arguments)


def test_a_splitter_that_does_not_purge_is_refused(many):
    with pytest.raises(LeakageError, match=r"KFold\(.*\) does not purge"):
        SplitPlan.from_spans(many, KFold())


def test_the_audit_finds_a_splitter_that_forgets_to_purge(many, monkeypatch):
    def forget(spans, window, tests, *, gap_size=0, embargo_size=0):
        tested = {position for block in tests for position in block}
        return np.array([position for position in window if position not in tested])

    monkeypatch.setattr("smc.cv.fold.purge", forget)
    with pytest.raises(LeakageError, match=r"test split: training event .* touches the label of test event"):
        SplitPlan.from_spans(many, PurgedKFold())


def test_the_audit_looks_at_every_split(many):
    plan = SplitPlan.from_spans(many, PurgedKFold())
    leaky = replace(plan.folds[4], train=plan.development[plan.development < plan.folds[4].test[0]])
    foreign = replace(plan.folds[3], train=np.append(plan.folds[3].train, plan.test[0]))
    with pytest.raises(LeakageError, match=r"fold 4: training event .* touches the label of test event"):
        replace(plan, folds=(*plan.folds[:4], leaky)).audit()
    with pytest.raises(LeakageError, match=f"fold 3: the training set .* event {plan.test[0]}"):
        replace(plan, folds=(*plan.folds[:3], foreign)).audit()
    with pytest.raises(LeakageError, match=r"the val split: training event .* touches"):
        replace(plan, val_split=replace(plan.val_split, train=np.arange(plan.val[0]))).audit()


def test_saving_and_loading_keeps_every_position_and_the_hash(many, tmp_path):
    plan = SplitPlan.from_spans(many, CPCV(4, 2))
    plan.save(tmp_path / "split.json")
    loaded = SplitPlan.load(tmp_path / "split.json")
    assert loaded.hash == plan.hash
    assert loaded.account == plan.account
    for fold, other in zip(plan.splits, loaded.splits, strict=True):
        assert np.array_equal(fold.train, other.train)
        assert np.array_equal(fold.test, other.test)
    loaded.audit()


def test_an_altered_file_is_refused(many, tmp_path):
    path = tmp_path / "split.json"
    SplitPlan.from_spans(many, PurgedKFold()).save(path)
    saved = json.loads(path.read_text())
    saved["plan"]["folds"][0]["train"][0][0] -= 1
    path.write_text(json.dumps(saved))
    with pytest.raises(SplitError, match="is not the plan that was saved"):
        SplitPlan.load(path)


def test_the_hash_names_the_split_and_nothing_else(many):
    plan = SplitPlan.from_spans(many, PurgedKFold())
    assert plan.hash == SplitPlan.from_spans(many.tolist(), PurgedKFold()).hash
    others = [
        SplitPlan.from_spans(many, PurgedKFold(4)),
        SplitPlan.from_spans(many, PurgedKFold(embargo_size=1)),
        SplitPlan.from_spans(many, PurgedKFold(), gap_size=1),
        SplitPlan.from_spans(many, PurgedKFold(), test_frac=0.3),
        SplitPlan.from_spans(many, PurgedKFold(), val_frac=0.3),
        SplitPlan.from_spans(many + 1, PurgedKFold()),
    ]
    assert len({plan.hash, *(other.hash for other in others)}) == 7


@pytest.mark.parametrize(
    ("train", "test", "two_sided"),
    [
        ([0, 1, 2], [3, 4], False),
        ([3, 4], [0, 1], True),
        ([2, 3], [0, 5], True),  # after one of its blocks, before the other
        ([0], [1, 5], False),
    ],
)
def test_folds_that_train_after_what_they_test_are_told(train, test, two_sided) -> None:
    spans = np.column_stack([np.arange(8), np.arange(8)])
    fold = Fold("fold 0", np.array(train), np.array(test), n_purged=0)
    first = Fold("fold 1", np.array([0]), np.array([1]), n_purged=0)
    outer = Fold("outer", np.array([0, 1]), np.array([7]), n_purged=0)
    assert SplitPlan(spans, outer, outer, (first, fold)).is_two_sided is two_sided
    assert not SplitPlan(spans, outer, outer, ()).is_two_sided
