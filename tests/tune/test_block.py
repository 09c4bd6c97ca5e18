"""The rows that parameters are chosen on, and those that are evidence, never meet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.cv.cpcv import CPCV
from smc.cv.expanding import Expanding
from smc.cv.holdout import Holdout
from smc.cv.plan import SplitPlan
from smc.cv.purged_kfold import PurgedKFold
from smc.cv.walk_forward import WalkForward
from smc.errors import SplitError
from smc.tune.block import LEAST_EVENTS, TuningBlock, inner_folds

FORWARD = [
    Expanding(8, initial_train_size=0.2, min_initial_size=44),
    Expanding(5),
    WalkForward(8),
    Holdout(),
]


@st.composite
def overlapping_spans(draw):
    """Labels of up to a dozen bars on events a few bars apart."""
    n_events = draw(st.integers(340, 500))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    start = rng.integers(1, 5, n_events).cumsum()
    return np.column_stack([start, start + rng.integers(0, 12, n_events)])


@given(overlapping_spans(), st.sampled_from(FORWARD))
def test_a_tuning_label_is_known_before_the_first_event_of_evidence(spans, cv):
    plan = SplitPlan.from_spans(spans, cv)
    block = TuningBlock.of(plan)
    tested = np.unique(np.concatenate([fold.test for fold in block.folds]))
    assert spans[block.events, 1].max() < spans[tested.min(), 0]
    assert not set(block.events) & set(tested)
    assert set(block.events) <= set(plan.development)
    assert not set(block.events) & set(plan.test)


@given(overlapping_spans(), st.sampled_from(FORWARD))
def test_the_block_is_the_longest_that_ends_with_a_test_block_within_its_share(spans, cv):
    plan = SplitPlan.from_spans(spans, cv)
    block = TuningBlock.of(plan)
    starts = sorted(np.searchsorted(plan.development, fold.test.min()) for fold in plan.folds)
    within = [start for start in starts if start <= 0.4 * len(plan.development)]
    first = np.searchsorted(plan.development, min(fold.test.min() for fold in block.folds))
    assert first == (max(within) if within else starts[0])
    assert [fold.name for fold in block.folds] == [
        fold.name for fold in plan.folds if np.searchsorted(plan.development, fold.test.min()) >= first
    ]


@given(overlapping_spans())
def test_inner_folds_are_purged_and_stay_inside(spans):
    own = spans[:120]
    for fold in inner_folds(own):
        assert own[fold.train, 1].max() < own[fold.test, 0].min()
        assert len(fold.test) >= 8
        assert max(fold.test) < len(own)


@pytest.mark.parametrize("cv", [PurgedKFold(5), CPCV()])
def test_folds_that_learn_from_later_events_are_refused(cv):
    spans = np.column_stack([np.arange(1, 401), np.arange(3, 403)])
    with pytest.raises(SplitError, match="train on events behind those that they test"):
        TuningBlock.of(SplitPlan.from_spans(spans, cv))


def test_a_plan_without_folds_is_refused():
    spans = np.column_stack([np.arange(1, 401), np.arange(3, 403)])
    with pytest.raises(SplitError, match="there are no folds"):
        TuningBlock.of(SplitPlan.from_spans(spans, None))


def test_too_few_events_are_told_with_the_number_that_is_needed():
    spans = np.column_stack([np.arange(1, 151), np.arange(3, 153)])
    with pytest.raises(SplitError, match=f"inner folds need {LEAST_EVENTS} events"):
        TuningBlock.of(SplitPlan.from_spans(spans, Expanding(8, initial_train_size=44)))
    assert len(inner_folds(spans[:LEAST_EVENTS])) == 4
    with pytest.raises(SplitError, match=f"of the {LEAST_EVENTS - 1} before"):
        inner_folds(spans[: LEAST_EVENTS - 1])
