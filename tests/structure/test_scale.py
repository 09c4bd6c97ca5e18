"""A range that has collapsed is no unit: what is measured in it is missing, and nothing else changes."""

import numpy as np
import pandas as pd
import pytest

from smc import structure
from smc.data.files import Files
from smc.labels.triple_barrier import TripleBarrier

PRICES = ["open", "high", "low", "close"]
AGES = [name for name in structure.FEATURES if name.endswith("age")]


def suspended(bars: pd.DataFrame, first: int, n_bars: int) -> pd.DataFrame:
    """Let prices stand still, as fillers of a table do, and take up where they were."""
    still = bars.copy()
    still.iloc[first : first + n_bars, :4] = bars["close"].iloc[first - 1]
    still.iloc[first : first + n_bars, 4] = 0.0
    factor = bars["close"].iloc[first - 1] / bars["open"].iloc[first + n_bars]
    still.iloc[first + n_bars :, :4] *= factor
    return still


def first_without_scale(bars: pd.DataFrame, first: int) -> int:
    return int(structure.compute(bars)["ema50_dist_atr"].iloc[first:].isna().argmax())


@pytest.mark.parametrize("n_bars", [40, 200, 1000])
def test_prices_that_stand_still_give_no_scale_until_they_move_again(bars, n_bars):
    table = suspended(bars, 1000, n_bars)
    rows = structure.compute(table)
    missing = rows["ema50_dist_atr"].isna().to_numpy()
    assert 15 <= first_without_scale(table, 1000) <= 40
    assert missing[1045 : 1000 + n_bars].all()
    assert not missing[1000 + n_bars + 5 :].any(), "five bars that move are a scale again"
    assert rows["atr"].isna().to_numpy()[500:].tolist() == missing[500:].tolist()
    values = rows.drop(columns=[*AGES, "atr"])[700:]
    usual = structure.compute(bars).drop(columns=[*AGES, "atr"])[700:]
    assert values.abs().max().max() <= 15 * usual.abs().max().max()


@pytest.mark.parametrize("n_bars", [1, 4, 12])
def test_a_few_flat_bars_are_a_scale_as_before(bars, n_bars):
    assert not structure.compute(suspended(bars, 1000, n_bars))["atr"].iloc[20:].isna().any()


@pytest.mark.parametrize("share", [0.5, 0.75])
def test_a_market_in_which_most_bars_are_flat_has_its_own_scale(bars, share):
    rng = np.random.default_rng(3)
    table = bars.copy()
    close = table["close"].to_numpy().copy()
    for row in np.flatnonzero(rng.random(len(bars)) < share)[1:]:
        table.iloc[row, :4] = close[row] = close[row - 1]
    assert structure.compute(table)["atr"].iloc[50:].isna().mean() < 0.03


def test_an_atr_of_bars_that_all_move_is_the_usual_range(bars):
    calm = bars.copy()
    calm.iloc[1000:, :4] = 100 + (calm.iloc[1000:, :4] - 100) * 1e-4  # as calm as a peg, and yet it moves
    assert not structure.compute(calm)["atr"].iloc[14:].isna().any()


def test_a_day_of_one_tick_is_no_range_to_stand_in(bars):
    table = bars.copy()
    day = table.index.normalize() == table.index[1200].normalize()
    table.loc[day, PRICES] = table["close"].iloc[1190]
    table.iloc[np.flatnonzero(day)[-1], 1] *= 1 + 1e-9
    before, after = (
        structure.compute(one, tz="UTC", day_start="00:00")["pd_prevday_pos"] for one in (bars, table)
    )
    following = table.index.normalize() == table.index[1200].normalize() + pd.Timedelta(days=1)
    assert before[following].notna().all()
    assert after[following].isna().all()
    assert after[~following & ~day].equals(before[~following & ~day])


def test_no_barrier_lies_where_there_is_no_scale(bars):
    table = suspended(bars, 1000, 300)
    events = np.array([900, 1100, 1200, 1500])
    for rule in ({"stop_atr": 1.0, "target_atr": 1.0}, {}):
        labels = TripleBarrier(**rule).compute(table, events, np.ones(4, dtype=int))
        assert labels.index.tolist() == [900, 1500]
        assert labels.attrs["dropped"]["no_barrier"] == 2


def test_bar_by_bar_is_the_same_to_the_bit_through_a_suspension(bars):
    table = suspended(bars, 300, 100)[:600]
    machine = structure.Machine()
    live = [
        machine.update({"time": time, **bar})
        for time, bar in zip(table.index, table.to_dict("records"), strict=True)
    ]
    np.testing.assert_array_equal(np.array(live), structure.compute(table).to_numpy())


def test_a_stock_that_was_suspended_for_years_has_no_value_out_of_all_measure(shared_data):
    folder = shared_data / "cases" / "suspended-stock" / "data"
    if not folder.is_dir():
        pytest.skip(f"no case at {folder}")
    rows = structure.compute(Files(folder, tz="Asia/Shanghai").load("000038.SZ"), max_age=100)[700:]
    assert rows["atr"].isna().sum() == pytest.approx(1378, abs=15)
    assert rows.drop(columns=AGES).abs().max().max() < 300
