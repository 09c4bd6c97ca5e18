"""Which events parameters may be chosen on, and which folds are evidence afterwards."""

from dataclasses import dataclass

import numpy as np

from smc.cv.expanding import Expanding
from smc.cv.fold import Fold
from smc.cv.plan import SplitPlan
from smc.errors import SplitError
from smc.typing import IntArray, Spans

#: Largest share of the development events that are given up for tuning, if the first window is not larger.
SHARE = 0.4
#: Inner folds, the fewest events in each, and the fewest before the first.
N_FOLDS, LEAST_BLOCK, LEAST_WINDOW = 4, 8, 30
#: Fewest events that inner folds can be cut from.
LEAST_EVENTS = LEAST_WINDOW + N_FOLDS * LEAST_BLOCK
#: Why there is no first block for some splitters.
TWO_SIDED = (
    "tune.scope=first_block: folds of this cv train on events behind those that they test, the first block "
    "among them; take cv=expanding or cv=walk_forward, or tune.scope=fold"
)


@dataclass(frozen=True, eq=False)
class TuningBlock:
    """The first events of the development part, and the folds that test none of them.

    Attributes
    ----------
    events
        Positions of the events whose labels end before the first event of ``folds`` is decided on.
    folds
        Of the plan, those behind the block: the evidence.
    """

    events: IntArray
    folds: tuple[Fold, ...]

    @classmethod
    def of(cls, plan: SplitPlan) -> "TuningBlock":
        """Cut a plan at the last start of a test block at or under `SHARE` of the development events.

        Where the first test block starts later than that, it is cut there.

        Raises
        ------
        SplitError
            Folds learn from each other, there are none, or too few events lie before them.

        Examples
        --------
        >>> spans = np.column_stack([np.arange(1, 301), np.arange(3, 303)])
        >>> plan = SplitPlan.from_spans(spans, Expanding(8, initial_train_size=0.2))
        >>> block = TuningBlock.of(plan)
        >>> len(plan.development), len(block.events), [fold.name for fold in block.folds]
        (238, 75, ['fold 1', 'fold 2', 'fold 3', 'fold 4', 'fold 5', 'fold 6', 'fold 7'])
        """
        if plan.is_two_sided:
            raise SplitError(TWO_SIDED)
        starts = sorted({int(fold.test.min()) for fold in plan.folds})
        if not starts:
            raise SplitError("tune.scope=first_block: there are no folds, so that nothing would be evidence")
        limit = SHARE * len(plan.development)
        early = [start for start in starts if np.searchsorted(plan.development, start) <= limit]
        boundary = early[-1] if early else starts[0]
        before = plan.development[plan.development < boundary]
        events = before[plan.spans[before, 1] < plan.spans[boundary, 0]]
        check_enough(len(events), len(before))
        return cls(events, tuple(fold for fold in plan.folds if fold.test.min() >= boundary))


def check_enough(n_events: int, n_before: int) -> None:
    """Refuse to tune on too few events.

    Raises
    ------
    SplitError
        With the number that inner folds need.
    """
    if n_events < LEAST_EVENTS:
        raise SplitError(
            f"tune: inner folds need {LEAST_EVENTS} events to choose on, and of the {n_before} before the "
            f"evidence {n_events} are known by then; use more events, a larger cv.initial_train_size, or "
            "tune=none"
        )


def inner_folds(spans: Spans) -> tuple[Fold, ...]:
    """Cut purged, expanding folds inside some rows.

    Parameters
    ----------
    spans
        First and last bar of each label (n, 2), in time order.

    Raises
    ------
    SplitError
        There are fewer than `LEAST_EVENTS`, or nothing is left to learn from once overlaps are purged.
    """
    check_enough(len(spans), len(spans))
    window = max(LEAST_WINDOW, int(np.ceil(SHARE * len(spans))))
    return tuple(Expanding(N_FOLDS, initial_train_size=window).folds(spans))
