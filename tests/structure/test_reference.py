"""The machine against a slow reference that follows the definitions word by word, with lists and no mirror."""

import math
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from smc import structure
from smc.structure import columns

NAN = float("nan")
NEW_YORK = ZoneInfo("America/New_York")


class Reference:
    """The definitions, one after the other, over the whole history that a real machine must not keep."""

    def __init__(self, bars, *, L=5, max_age=500, min_gap=0.1, tol=0.25):
        self.t = -1
        self.L, self.max_age, self.min_gap, self.tol = L, max_age, min_gap, tol
        self.o, self.h, self.lo, self.c, self.v = (
            bars[name].tolist() for name in ("open", "high", "low", "close", "volume")
        )
        self.stamps = list(bars.index)
        self.zigzag = []  # (side, row, level), oldest first; the last one is live
        self.broken = {"high": False, "low": False}
        self.direction, self.bos, self.choch, self.broken_level = 0, None, None, NAN
        self.blocks = {"bull": [], "bear": []}
        self.gaps = {"bull": [], "bear": []}
        self.levels = {"high": [], "low": []}
        self.pools = {"high": [], "low": []}
        self.sweep = {"high": None, "low": None}
        self.days = []  # (day, high, low)
        self.wilder = NAN

    # ------------------------------------------------------------------ the scale
    def atr(self):
        t = self.t
        ranges = [
            max(self.h[i] - self.lo[i], abs(self.h[i] - self.c[i - 1]), abs(self.c[i - 1] - self.lo[i]))
            for i in range(1, t + 1)[-14:]
        ]
        if t == 14:
            self.wilder = sum(ranges) / 14
        elif t > 14:
            self.wilder = (self.wilder * 13 + ranges[-1]) / 14
        return self.wilder

    # ------------------------------------------------------------------ 1 swings
    def live(self, side, back=0):
        found = [swing for swing in self.zigzag if swing[0] == side]
        return found[-1 - back] if len(found) > back else None

    def confirm(self):
        t, L = self.t, self.L
        if t < 3 * L - 1:
            return None
        s = t - L
        window = slice(s - L + 1, t + 1)
        if self.h[s] == max(self.h[window]):
            side, level = "high", self.h[s]
        elif self.lo[s] == min(self.lo[window]):
            side, level = "low", self.lo[s]
        else:
            return None
        if self.zigzag and self.zigzag[-1][0] == side:
            last = self.zigzag[-1][2]
            more_extreme = level > last if side == "high" else level < last
            if not more_extreme:
                return None
            self.zigzag.pop()
        self.zigzag.append((side, s, level))
        self.broken[side] = False
        return side

    # ------------------------------------------------------------------ 2 what was made before t
    def update_blocks(self):
        t, touched = self.t, {"bull": 0, "bear": 0}
        for side, gone in (
            ("bull", lambda b: self.lo[t] < b["bottom"]),
            ("bear", lambda b: self.h[t] > b["top"]),
        ):
            left = []
            for block in self.blocks[side]:
                if gone(block) or t - block["t"] > self.max_age:
                    continue
                inside = self.lo[t] <= block["top"] if side == "bull" else self.h[t] >= block["bottom"]
                if inside and not block["mitigated"]:
                    block["mitigated"] = touched[side] = 1
                left.append(block)
            self.blocks[side] = left
        return touched["bull"] - touched["bear"]

    def update_gaps(self):
        t, filled = self.t, {"bull": 0, "bear": 0}
        for side in ("bull", "bear"):
            left = []
            for gap in self.gaps[side]:
                gap["min_low"] = min(gap["min_low"], self.lo[t])
                gap["max_high"] = max(gap["max_high"], self.h[t])
                full = gap["min_low"] <= gap["bottom"] if side == "bull" else gap["max_high"] >= gap["top"]
                if full:
                    filled[side] = 1
                elif t - gap["t"] <= self.max_age:
                    left.append(gap)
            self.gaps[side] = left
        return filled["bull"] - filled["bear"]

    def update_pools(self):
        t, swept = self.t, {"high": 0, "low": 0}
        for side in ("high", "low"):
            beyond = (lambda p: self.h[t] > p) if side == "high" else (lambda p: self.lo[t] < p)
            inside = (lambda p: self.c[t] < p) if side == "high" else (lambda p: self.c[t] > p)
            for store in (self.levels, self.pools):
                young = [(price, row) for price, row in store[side] if t - row <= self.max_age]
                store[side] = [(price, row) for price, row in young if not beyond(price)]
                if store is self.pools and any(beyond(price) and inside(price) for price, _ in young):
                    self.sweep[side], swept[side] = t, 1
        return swept["low"] - swept["high"]

    # ------------------------------------------------------------------ 3, 4 breaks and blocks
    def break_structure(self):
        t, high, low = self.t, self.live("high"), self.live("low")
        if high and not self.broken["high"] and self.c[t] > high[2]:
            event, side, swing = 1, "high", high
        elif low and not self.broken["low"] and self.c[t] < low[2]:
            event, side, swing = -1, "low", low
        else:
            return 0
        if self.direction == -event:
            self.choch = t
        else:
            self.bos = t
        self.direction, self.broken[side], self.broken_level = event, True, swing[2]
        self.add_block(event, swing[1])
        return event

    def add_block(self, event, s):
        t, rows = self.t, range(s + 1, self.t)
        if event == 1:
            i = max(rows, key=lambda j: (-self.lo[j], j))
        else:
            i = max(rows, key=lambda j: (self.h[j], j))
        mean3 = sum(self.v[t - 2 : t + 1]) / 3
        mean20 = sum(self.v[t - 19 : t + 1]) / 20 if t >= 19 else NAN
        block = {
            "t": t,
            "bottom": self.lo[i],
            "top": self.h[i],
            "size": (self.h[i] - self.lo[i]) / self.A,
            "volstr": mean3 / mean20 if mean20 > 0 else NAN,
            "mitigated": 0,
        }
        side = "bull" if event == 1 else "bear"
        self.blocks[side] = (self.blocks[side] + [block])[-32:]

    # ------------------------------------------------------------------ 5 gaps
    def add_gaps(self):
        t = self.t
        if t < 2:
            return
        if self.h[t - 2] < self.lo[t] and self.c[t - 1] > self.o[t - 1]:
            self.add_gap("bull", self.h[t - 2], self.lo[t])
        if self.lo[t - 2] > self.h[t] and self.c[t - 1] < self.o[t - 1]:
            self.add_gap("bear", self.h[t], self.lo[t - 2])

    def add_gap(self, side, bottom, top):
        if top - bottom >= self.min_gap * self.A:
            gap = {"t": self.t, "bottom": bottom, "top": top, "size": (top - bottom) / self.A}
            gap |= {"min_low": math.inf, "max_high": -math.inf}
            self.gaps[side] = (self.gaps[side] + [gap])[-32:]

    # ------------------------------------------------------------------ 6 pools
    def add_pool(self, side):
        level = self.zigzag[-1][2]
        if self.levels[side]:
            nearest = min(self.levels[side], key=lambda stored: abs(stored[0] - level))[0]
            if abs(nearest - level) <= self.tol * self.A:
                outer = max(nearest, level) if side == "high" else min(nearest, level)
                self.pools[side] = (self.pools[side] + [(outer, self.t)])[-32:]
        self.levels[side] = (self.levels[side] + [(level, self.t)])[-32:]

    # ------------------------------------------------------------------ columns
    def age(self, row):
        return min(self.t - row, self.max_age) if row is not None else self.max_age

    def step(self):
        self.t += 1
        t, close = self.t, self.c[self.t]
        self.A = self.atr()
        row = {"atr": self.A}
        swing = self.confirm()
        row["ob_retest"], row["fvg_filled"] = self.update_blocks(), self.update_gaps()
        row["liq_sweep"] = self.update_pools()
        row["break_event"] = self.break_structure()
        self.add_gaps()
        if swing:
            self.add_pool(swing)
        high, low = self.live("high"), self.live("low")
        SH, SL = (high[2] if high else NAN), (low[2] if low else NAN)
        row["swing_high"], row["swing_low"] = SH, SL
        row["st_sh_dist_atr"], row["st_sl_dist_atr"] = (close - SH) / self.A, (close - SL) / self.A
        row["st_sh_age"] = t - high[1] if high else NAN
        row["st_sl_age"] = t - low[1] if low else NAN
        row["break_dist_atr"] = (close - self.broken_level) / self.A
        if t >= max(3 * self.L - 1, 14):
            row |= self.ready_columns()
        for side in ("bull", "bear"):
            row |= self.zone_columns(side)
        above, below = [p for p, _ in self.pools["high"]], [p for p, _ in self.pools["low"]]
        row["liq_above_dist_atr"] = (min(above) - close) / self.A if above else NAN
        row["liq_below_dist_atr"] = (close - max(below)) / self.A if below else NAN
        row["pd_pos"] = min(max((close - SL) / (SH - SL), -1), 2) if SH > SL else NAN
        row |= self.clock_columns()
        return row

    def ready_columns(self):
        row = {"st_dir": self.direction, "bos_age": self.age(self.bos), "choch_age": self.age(self.choch)}
        row["st_hhll"] = 0
        for side in ("high", "low"):
            now, before = self.live(side), self.live(side, 1)
            if now and before:
                row["st_hhll"] += (now[2] > before[2]) - (now[2] < before[2])
        row["liq_sweep_high_age"] = self.age(self.sweep["high"])
        row["liq_sweep_low_age"] = self.age(self.sweep["low"])
        row["ob_bull_active"], row["ob_bear_active"] = len(self.blocks["bull"]), len(self.blocks["bear"])
        return row | self.barrier_columns()

    def barrier_columns(self):
        (long_risk, long_reward), (short_risk, short_reward) = self.barriers(True), self.barriers(False)
        risk, reward = self.barriers(self.direction >= 0)
        return {
            "long_risk_atr": long_risk,
            "long_reward_atr": long_reward,
            "short_risk_atr": short_risk,
            "short_reward_atr": short_reward,
            "tbm_risk_atr": risk,
            "tbm_reward_atr": reward,
            "tbm_rr": reward / risk,
        }

    def barriers(self, long):
        close = self.c[self.t]
        blocks = self.blocks["bull" if long else "bear"]
        risk = 1.5
        if blocks:
            edge = blocks[-1]["bottom"] if long else blocks[-1]["top"]
            stop = abs(close - edge) / self.A + 0.1 if (edge <= close) == long or edge == close else NAN
            risk = stop if 0.5 <= stop <= 4 else 1.5
        pools = [price for price, _ in self.pools["high" if long else "low"]]
        swing = self.live("high" if long else "low")
        target = swing[2] if swing else NAN
        if pools:
            target = min(pools) if long else max(pools)
        reward = (target - close) / self.A if long else (close - target) / self.A
        if not reward >= risk:
            reward = 2 * risk
        return risk, min(reward, 8)

    def zone_columns(self, side):
        row, close, bull = {}, self.c[self.t], side == "bull"
        if self.blocks[side]:
            block = self.blocks[side][-1]
            row[f"ob_{side}_age"] = self.t - block["t"]
            distance = close - block["top"] if bull else block["bottom"] - close
            row[f"ob_{side}_dist_atr"] = distance / self.A
            row[f"ob_{side}_size_atr"], row[f"ob_{side}_volstr"] = block["size"], block["volstr"]
            row[f"ob_{side}_mitigated"] = block["mitigated"]
        if self.gaps[side]:
            gap = self.gaps[side][-1]
            width = gap["top"] - gap["bottom"]
            row[f"fvg_{side}_age"], row[f"fvg_{side}_size_atr"] = self.t - gap["t"], gap["size"]
            distance = close - gap["top"] if bull else gap["bottom"] - close
            row[f"fvg_{side}_dist_atr"] = distance / self.A
            came_back = gap["top"] - gap["min_low"] if bull else gap["max_high"] - gap["bottom"]
            row[f"fvg_{side}_fill"] = max(0.0, came_back / width)
        return row

    def clock_columns(self):
        t, local = self.t, self.stamps[self.t].to_pydatetime().astimezone(NEW_YORK)
        minute = local.hour * 60 + local.minute
        day = local.date().toordinal() + (minute >= 17 * 60)
        if self.days and self.days[-1][0] == day:
            _, high, low = self.days.pop()
            self.days.append((day, max(high, self.h[t]), min(low, self.lo[t])))
        else:
            self.days.append((day, self.h[t], self.lo[t]))
        row = {"ses_hour_sin": math.sin(2 * math.pi * minute / 1440)}
        row["ses_hour_cos"] = math.cos(2 * math.pi * minute / 1440)
        row["ses_kz_london"], row["ses_kz_ny"] = 120 <= minute < 300, 420 <= minute < 600
        if len(self.days) > 1:
            _, high, low = self.days[-2]
            row["pd_prevday_pos"] = (self.c[t] - low) / (high - low) if high > low else NAN
        return row


def compare(bars, **rules):
    """Compare every cell of the columns that the reference computes; return how many cells there were."""
    names = {"L": "swing_size", "max_age": "max_age", "min_gap": "min_gap_atr", "tol": "pool_tolerance_atr"}
    reference = Reference(bars, **rules)
    expected = pd.DataFrame([reference.step() for _ in range(len(bars))], index=bars.index).astype(float)
    got = structure.compute(bars, **{names[name]: value for name, value in rules.items()})[expected.columns]
    pd.testing.assert_frame_equal(got, expected, rtol=1e-9, atol=1e-9)
    return expected


def walk(n_bars, seed, *, drift=0.0, tick=None, jumps=0.0, freq="1h"):
    """Random bars; a coarse tick makes equal highs and lows, jumps make gaps, drift keeps them open."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(drift, 0.001, (n_bars, 6)).cumsum(axis=1)
    gap = rng.normal(0, 0.001, n_bars) * (rng.random(n_bars) < jumps)
    opens = 100 * np.exp((np.concatenate([[0.0], steps[:-1, -1]]) + gap).cumsum())
    path = opens[:, None] * np.exp(np.column_stack([np.zeros(n_bars), steps]))
    path = np.round(path / tick) * tick if tick else path
    index = pd.date_range("2021-03-01", periods=n_bars, freq=freq, tz="UTC", name="time")
    prices = {"open": path[:, 0], "high": path.max(1), "low": path.min(1), "close": path[:, -1]}
    return pd.DataFrame({**prices, "volume": rng.integers(0, 50, n_bars).astype(float)}, index=index)


@pytest.mark.parametrize(
    ("market", "rules"),
    [
        ({"seed": 1}, {}),
        ({"seed": 2, "tick": 0.25}, {}),  # equal highs and lows
        ({"seed": 3, "tick": 0.25, "jumps": 0.3}, {"max_age": 30, "tol": 1.0}),
        ({"seed": 4, "jumps": 0.5}, {"L": 2, "max_age": 7, "min_gap": 0.0}),
        ({"seed": 5, "jumps": 0.3, "freq": "7min"}, {"L": 1, "tol": 0.5}),
        ({"seed": 9, "tick": 0.25, "jumps": 0.3}, {"min_gap": 0.0}),  # the outer bars meet in one price
        ({"seed": 6}, {"L": 12, "max_age": 60}),
        ({"seed": 7, "drift": 3e-4, "jumps": 0.5}, {"L": 2}),  # more than 32 blocks and gaps stay open
        ({"seed": 8, "drift": -3e-4, "jumps": 0.5}, {"L": 2, "tol": 3.0}),
    ],
)
def test_machine_agrees_with_the_reference_in_every_cell(market, rules):
    compare(walk(1500, **market), **rules)


def test_every_column_has_an_oracle():
    """The classic indicators are compared with TA-Lib, in test_indicators."""
    indicators = {*columns.MOMENTUM, *columns.VOLATILITY, *columns.TREND}
    assert {*compare(walk(600, seed=0)).columns, *indicators} == {*structure.COLUMNS}


def test_the_hard_markets_are_hard():
    strong = structure.compute(walk(1500, seed=7, drift=3e-4, jumps=0.5), swing_size=2)
    assert strong["ob_bull_active"].max() == 32  # slots run out
    level = walk(1500, seed=2, tick=0.25)["high"]
    assert (level.diff() == 0).mean() > 0.1  # ties


@pytest.mark.parametrize("name", ["EURUSD_H4_ejtrader", "EURUSD_H1_lean_oanda", "BTCUSD_H1_gymtradingenv"])
def test_machine_agrees_with_the_reference_on_real_bars(shared_data, name):
    bars = pd.read_parquet(shared_data / "data" / "bars" / f"{name}.parquet").set_index("timestamp")[:5000]
    expected = compare(bars)
    assert expected["liq_sweep"].abs().sum() > 5
    assert expected["choch_age"].eq(0).sum() > 20
