"""Hand-computed answers for every rule of the state machine, with a swing size of 2."""

import numpy as np
import pandas as pd
import pytest
from numba import njit

from smc import structure
from smc.structure.state import empty_state
from smc.structure.zones import add_gap

# A break, its order block, a gap, a higher high, a second break, and a change of character.
STORY = (
    (10.0, 12.0, 10.0, 11.5),  # 20 closes above the high of the quiet bars, confirms the low of bar 18
    (11.5, 11.8, 11.0, 11.2),  # 21 leaves a gap above the high of bar 19
    (11.2, 11.6, 10.8, 11.0),  # 22 confirms the swing high of bar 20
    (11.0, 11.5, 10.4, 10.6),  # 23 trades into the block and through the gap
    (10.6, 11.4, 10.6, 11.3),  # 24
    (11.3, 12.5, 11.2, 12.3),  # 25 confirms the swing low of bar 23, closes above the high of bar 20
    (12.3, 12.4, 11.4, 11.6),  # 26 trades into the second block
    (11.6, 11.7, 10.3, 10.35),  # 27 through it, confirms the high of bar 25, closes below the low of bar 23
)


@njit
def close_gap_bar(side, core, atr):
    add_gap(side, core, atr)


def bar(middle, high=None, close=None):
    """Half a point on each side of the middle."""
    return (middle, high or middle + 0.5, middle - 0.5, close or middle)


@pytest.fixture(scope="module")
def story(follow):
    return follow(*STORY)


def test_equal_highs_the_first_is_the_swing(story):
    assert story["st_sh_age"].first_valid_index() == 5  # t = 3 L - 1
    assert story["st_sh_age"][5:22].tolist() == list(range(2, 19))  # bar 3, never replaced by its equals


def test_age_of_a_swing_has_no_cap_and_that_of_an_event_has(follow):
    rows = follow(*STORY[:1], *[(11.0, 11.4, 10.9, 11.0)] * 10, max_age=4)
    assert rows["st_sh_age"][5:22].tolist() == list(range(2, 19))
    assert rows["bos_age"][20:27].tolist() == [0, 1, 2, 3, 4, 4, 4]


def test_swings_of_alternating_sides_append(story):
    assert story["swing_high"][21:23].tolist() == [10.5, 12.0]
    assert story["st_sh_age"][22] == 2  # known swing_size bars later, not before
    assert story["swing_low"][19:26].tolist()[1:] == [9.5, 9.5, 9.5, 9.5, 9.5, 10.4]
    assert story["swing_high"][27] == 12.5
    assert story["st_hhll"][19:28].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]  # 12 over 10.5, then 10.4 over 9.5


RISING_LOWS = (
    (10.0, 12.0, 10.0, 11.5),  # 20 a high
    (11.5, 11.8, 10.2, 11.2),
    (11.2, 11.6, 10.4, 11.0),  # 22 confirms it
    (11.0, 11.7, 10.6, 11.5),
    (11.5, 12.5, 10.8, 12.3),  # 24 breaks it, a higher high without a low between
    (12.3, 12.4, 11.0, 12.2),
    (12.2, 12.3, 11.2, 12.2),  # 26 confirms that
    (12.2, 12.4, 11.4, 12.3),
    (12.3, 12.7, 11.6, 12.6),  # 28 breaks that
)


def test_a_more_extreme_swing_of_the_same_side_replaces_the_last_and_can_break_again(follow):
    rows = follow(*RISING_LOWS)
    assert rows["swing_high"][21:27].tolist() == [10.5, 12.0, 12.0, 12.0, 12.0, 12.5]
    assert rows["break_event"][20:29].tolist() == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    later = follow(*RISING_LOWS, *map(bar, (11.0, 10.0, 11.0, 11.7, 11.0, 10.5)))
    assert later["swing_high"][34] == 12.2
    assert later["st_hhll"][34] == -1  # 12.2 is under 12.7, over what that replaced; the lows are equal


def test_a_less_extreme_swing_of_the_same_side_is_ignored(follow):
    lower = (*RISING_LOWS[:4], (11.5, 11.9, 10.8, 11.8), *RISING_LOWS[5:7])
    rows = follow(*lower[:5], (11.8, 11.85, 11.0, 11.8), (11.8, 11.84, 11.2, 11.8))
    assert rows["swing_high"][26] == 12.0
    assert rows["st_sh_age"][26] == 6


def test_breaks_of_structure_and_a_change_of_character(story):
    events = story["break_event"]
    assert events[events != 0].to_dict() == {20: 1.0, 25: 1.0, 27: -1.0}
    assert story["st_dir"][19:28].tolist() == [0, 1, 1, 1, 1, 1, 1, 1, -1]
    assert story["bos_age"][19:28].tolist() == [500, 0, 1, 2, 3, 4, 0, 1, 2]
    assert story["choch_age"][26:28].tolist() == [500, 0]


def test_a_level_breaks_once(follow):
    rows = follow(*STORY[:1], (11.5, 11.9, 11.0, 11.8), *STORY[2:6])
    assert rows["break_event"][20:26].tolist() == [1, 0, 0, 0, 0, 1]


def test_distances_are_in_units_of_atr(story):
    atr = story["atr"]
    assert atr[19] == 1.0
    assert atr[20] == pytest.approx((13 + 2.0) / 14)  # true range of bar 20: 12 - 10
    assert story["st_sh_dist_atr"][20] == pytest.approx((11.5 - 10.5) / atr[20])
    assert story["st_sl_dist_atr"][25] == pytest.approx((12.3 - 10.4) / atr[25])
    assert story["break_dist_atr"][26] == pytest.approx((11.6 - 12.0) / atr[26])
    assert story["atr_pct"][25] == pytest.approx(atr[25] / 12.3)


def test_order_block_is_the_last_lowest_bar_of_the_pull_back(story):
    atr = story["atr"]
    assert story["ob_bull_age"][20] == 0
    assert story["ob_bull_size_atr"][20] == pytest.approx(1.0 / atr[20])  # bar 19: [9.5, 10.5]
    assert story["ob_bull_dist_atr"][20] == pytest.approx((11.5 - 10.5) / atr[20])
    assert story["ob_bull_size_atr"][25] == pytest.approx(1.1 / atr[25])  # bar 23: [10.4, 11.5]
    assert story["ob_bear_dist_atr"][27] == pytest.approx((11.2 - 10.35) / atr[27])  # bar 25: [11.2, 12.5]
    assert story["ob_bull_volstr"][20] == 1.0


def test_order_block_is_mitigated_by_a_later_touch_only(story):
    assert story["ob_bull_mitigated"][20:24].tolist() == [0, 0, 0, 1]
    assert story["ob_bull_mitigated"][25:27].tolist() == [0, 1]
    assert story["ob_retest"][20:28].tolist() == [0, 0, 0, 1, 0, 0, 1, 0]


def test_order_block_traded_through_leaves_and_the_older_one_is_the_newest_again(story):
    assert story["ob_bull_active"][19:28].tolist() == [0, 1, 1, 1, 1, 1, 2, 2, 1]
    assert story["ob_bull_age"][27] == 7
    assert story["ob_bull_mitigated"][27] == 1


def test_order_block_expires(follow):
    rows = follow(*STORY[:3], *[(11.0, 11.4, 10.9, 11.0)] * 10, max_age=4)
    assert rows["ob_bull_active"][20:27].tolist() == [1, 1, 1, 1, 1, 0, 0]  # age 4 lives, 5 does not
    assert rows["bos_age"][20:27].tolist() == [0, 1, 2, 3, 4, 4, 4]


def test_fair_value_gap_forms_fills_and_closes(story):
    atr = story["atr"]
    assert story["fvg_bull_age"][20:24].tolist()[1:3] == [0, 1]
    assert story["fvg_bull_size_atr"][21] == pytest.approx(0.5 / atr[21])  # [10.5, 11.0]
    assert story["fvg_bull_fill"][21:23].tolist() == [0, pytest.approx(0.4)]
    assert story["fvg_bull_dist_atr"][22] == 0
    assert story["fvg_bull_age"][[20, 23]].isna().all()
    assert story["fvg_filled"][20:25].tolist() == [0, 0, 0, 1, 0]


def test_fair_value_gap_needs_its_middle_bar_and_its_size(follow):
    down = follow((11.6, 12.0, 10.0, 11.5), *STORY[1:2])  # the middle bar closed below its open
    small = follow(*STORY[:1], (11.5, 11.8, 10.6, 11.2))  # 0.1 wide, ATR is above 1
    overlaps = follow(*STORY[:1], (11.5, 11.8, 10.5, 11.2))
    for rows in (down, small, overlaps):
        assert rows["fvg_bull_age"].isna().all()
    assert follow(*STORY[:1], (11.5, 11.8, 10.6, 11.2), min_gap_atr=0.05)["fvg_bull_age"][21] == 0


def test_bearish_gap_mirrors(follow):
    rows = follow((10.0, 10.2, 8.0, 8.5), (8.5, 9.0, 8.2, 8.4), (8.4, 9.25, 8.3, 9.1))
    assert rows["fvg_bear_size_atr"][21] == pytest.approx(0.5 / rows["atr"][21])  # [9.0, 9.5]
    assert rows["fvg_bear_fill"][22] == pytest.approx(0.5)
    assert rows["fvg_bear_dist_atr"][22] == pytest.approx((9.0 - 9.1) / rows["atr"][22])


# Two swing highs, 13.5 (bar 22) and 13.4 (bar 26), around a swing low.
POOL = tuple(map(bar, (11.0, 12.0, 13.0, 12.0, 11.0, 12.0, 12.9, 12.0, 11.5, 12.0)))


def test_two_near_highs_form_a_pool_at_the_higher(follow):
    rows = follow(*POOL)
    assert rows["liq_above_dist_atr"][:28].isna().all()
    assert rows["liq_above_dist_atr"][28] == pytest.approx((13.5 - 11.5) / rows["atr"][28])
    assert follow(*POOL, pool_tolerance_atr=0.01)["liq_above_dist_atr"].isna().all()


@pytest.mark.parametrize(
    ("last", "sweep", "left"),
    [
        (bar(13.0, high=14.0), -1, False),  # beyond, and back inside: a stop hunt
        (bar(13.0, high=14.0, close=13.8), 0, False),  # beyond, and accepted: the pool is gone
        (bar(13.0, high=13.5), 0, True),  # a touch is no sweep
    ],
)
def test_sweep_of_a_pool(follow, last, sweep, left):
    rows = follow(*POOL, last)
    assert rows["liq_sweep"][30] == sweep
    assert rows["liq_sweep_high_age"][30] == (0 if sweep else 500)
    assert rows["liq_above_dist_atr"].notna()[30] == left


def test_a_swept_level_forms_no_pool(follow):
    path = [*POOL[:6], bar(13.1), *POOL[7:]]  # the second high trades beyond the first
    assert follow(*path)["liq_above_dist_atr"].isna().all()


def test_pool_and_level_expire(follow):
    rest = [bar(12.0)] * 12
    assert follow(*POOL, *rest, max_age=3)["liq_above_dist_atr"].isna().all()  # the first level is too old
    rows = follow(*POOL, *rest, max_age=8)
    assert rows["liq_above_dist_atr"][28:37].notna().all()
    assert rows["liq_above_dist_atr"][37:].isna().all()


def test_premium_and_discount(story):
    assert story["pd_pos"][:20].isna().all()  # no swing low yet
    assert story["pd_pos"][22] == pytest.approx((11.0 - 9.5) / (12.0 - 9.5))
    assert story["pd_pos"][26] == pytest.approx((11.6 - 10.4) / (12.0 - 10.4))
    assert story["pd_pos"][25] == pytest.approx((12.3 - 10.4) / (12.0 - 10.4))


def test_premium_is_clipped(follow):
    rows = follow(*STORY[:6], (12.3, 30.0, 12.0, 29.0))
    assert rows["pd_pos"][26] == 2.0


def test_previous_day_ends_at_five_in_new_york(draw):
    bars = draw(freq="1h")  # from Monday 2024-01-01 00:00 UTC; 17:00 New York is 22:00 UTC
    bars.loc["2024-01-01 21:00":"2024-01-01 21:59", ["high", "close"]] = 12.0
    bars = bars.reindex(pd.date_range("2024-01-01", periods=48, freq="1h", tz="UTC"), method="ffill")
    bars.loc["2024-01-01 12:00", "high"] = 12.0
    rows = structure.compute(bars)["pd_prevday_pos"]
    assert rows[:22].isna().all()
    assert rows.iloc[22:46].tolist() == [pytest.approx((10 - 9.5) / (12.0 - 9.5))] * 24
    assert rows.iloc[46] == pytest.approx(0.5)  # the second day's range is [9.5, 10.5]


def test_previous_day_of_daily_bars_before_1970():
    """Day numbers are negative then, and 1969-12-31 is -1."""
    time = pd.date_range("1950-01-01", "1970-02-01", freq="D", tz="UTC", name="time")
    close = pd.Series(10 + np.arange(len(time)) % 7 / 7, time)
    bars = pd.DataFrame({"open": close, "high": close + 1, "low": close - 0.5, "close": close, "volume": 1.0})
    expected = (close - bars["low"].shift()) / 1.5
    found = structure.compute(bars)["pd_prevday_pos"]
    pd.testing.assert_series_equal(found, expected, check_names=False)
    assert found.isna().sum() == 1


def test_zone_and_day_start_move_trading_days_alone(draw):
    bars = draw(*[(10.0, 10.5 + hour % 5, 9.5, 10.0) for hour in range(60)], freq="1h")
    rows = structure.compute(bars)
    for rules in ({"tz": "Europe/London"}, {"tz": "Asia/Tokyo"}, {"day_start": "00:00"}):
        moved = structure.compute(bars, **rules)
        differing = [name for name in rows if not rows[name].equals(moved[name])]
        assert differing == ["pd_prevday_pos"], rules


def test_kill_zones_are_hours_of_new_york_whatever_the_zone(draw):
    summer = draw().set_index(pd.date_range("2024-07-01", periods=20, freq="1h", tz="UTC", name="time"))
    rows = structure.compute(summer, tz="Europe/London")
    assert np.flatnonzero(rows["ses_kz_london"]).tolist() == [6, 7, 8]  # UTC; 02:00 to 05:00 New York
    assert np.flatnonzero(rows["ses_kz_ny"]).tolist() == [11, 12, 13]
    assert rows["ses_hour_cos"].idxmax() == pd.Timestamp("2024-07-01 04:00", tz="UTC")  # midnight


def test_barriers_from_block_and_swing(story):
    atr, t = story["atr"], 26  # long; block bottom 10.4, no pool, swing high 12.0
    risk = (11.6 - 10.4) / atr[t] + 0.1
    assert story["tbm_risk_atr"][t] == pytest.approx(risk)
    assert story["tbm_reward_atr"][t] == pytest.approx(2 * risk)  # the high is nearer than the stop
    assert story["tbm_rr"][t] == pytest.approx(2.0)
    short = 27  # block top 12.5, swing low 10.4 is above the close
    assert story["tbm_risk_atr"][short] == pytest.approx((12.5 - 10.35) / atr[short] + 0.1)
    assert story["tbm_risk_atr"][19] == 1.5  # no block yet
    assert story["tbm_reward_atr"][19] == 3.0


def test_barriers_take_the_pool_before_the_swing(follow):
    rows = follow(*POOL, bar(11.0))
    assert rows["swing_high"][30] == 13.4
    assert rows["tbm_risk_atr"][30] == pytest.approx((11.0 - 9.5) / rows["atr"][30] + 0.1)
    assert rows["tbm_reward_atr"][30] == pytest.approx((13.5 - 11.0) / rows["atr"][30])


@pytest.mark.parametrize(("min_gap_atr", "n_gaps"), [(0.5, 1), (0.75, 0)])
def test_a_gap_as_large_as_the_smallest_that_counts_is_one(min_gap_atr, n_gaps):
    core, sides = empty_state(5, 500, min_gap_atr, 0.25)
    core["t"] = 2
    sides["hi"][0, 0], sides["lo"][0, 2] = 10.0, 11.0  # a gap of 1, half of an ATR of 2
    sides["prev_open"][0], sides["prev_close"][0] = 10.0, 11.0
    close_gap_bar(sides[0], core[0], 2.0)
    assert sides["n_gaps"][0] == n_gaps
