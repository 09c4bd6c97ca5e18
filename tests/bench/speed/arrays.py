"""Imports of the commands, compiled kernels, labels, features and the split plan."""

import sys
from pathlib import Path

from speed.row import Row, cpu_seconds

sys.path.insert(0, str(Path(__file__).parents[1]))


def audited_plan(_: Path) -> float:
    """Split 100,000 events into 17 splits and audit each."""
    from bench_cv import events

    from smc.cv.cpcv import CPCV
    from smc.cv.plan import SplitPlan

    spans = events(100_000)
    return cpu_seconds(lambda: SplitPlan.from_spans(spans, CPCV()), rounds=5)


ROWS = [
    Row("an audited plan of 100,000 events", "s", 0.1, audited_plan),
]
