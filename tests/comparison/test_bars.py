"""Two states of one symbol's bars."""

import numpy as np

from smc.comparison.bars import changes


def test_equal_bars_have_no_changes(bars):
    with_gaps = bars.assign(volume=np.nan)
    assert changes(with_gaps, with_gaps.copy()) == []


def test_the_first_changed_cell_is_named(bars):
    after = bars.copy()
    after.iloc[7, after.columns.get_loc("low")] = 90.25
    after.iloc[9, after.columns.get_loc("open")] = 91.0
    (said,) = changes(bars, after)
    assert said.startswith(f"2 cells changed, the first at {bars.index[7]:%Y-%m-%d %H:%M} in `low`: ")
    assert said.endswith(" became 90.25")


def test_bars_that_came_and_went_are_counted(bars):
    said = changes(bars.iloc[:-2], bars.iloc[1:])
    assert said == [
        f"1 bar of then gone, the first of {bars.index[0]:%Y-%m-%d %H:%M}",
        f"2 bars new, the first of {bars.index[-2]:%Y-%m-%d %H:%M}",
    ]


def test_another_column_is_named(bars):
    assert "the columns are open, high, low, close, they were" in changes(bars, bars.iloc[:, :4])[0]
