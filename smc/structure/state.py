"""What the structure machine remembers between two bars: plain records of fixed size."""

import numpy as np
import numpy.typing as npt

Records = npt.NDArray[np.void]

RING = 256  # bars of highs and lows kept: two swing sizes must fit
SHORT_RING = 32  # bars of closes, returns and volumes kept: the 20-bar windows must fit
SLOTS = 32  # zones or levels kept on each side, of each kind; the oldest makes room
MAX_SWING_SIZE = RING // 2
NO_DAY = np.iinfo(np.int64).min  # days before 1970 have negative numbers, so -1 is one of them

BLOCK = np.dtype(
    [
        ("top", "f8"),
        ("bottom", "f8"),
        ("row", "i8"),  # bar that created it
        ("size_atr", "f8"),
        ("volstr", "f8"),
        ("mitigated", "i8"),  # 1 once a later bar has touched it
    ]
)
GAP = np.dtype(
    [
        ("top", "f8"),
        ("bottom", "f8"),
        ("row", "i8"),
        ("size_atr", "f8"),
        ("deepest", "f8"),  # how far price has come back into it
    ]
)
LEVEL = np.dtype([("price", "f8"), ("row", "i8")])

#: One side of the market. Side 0 holds prices as they are, side 1 negated: a low is then a high, a bearish
#: block a bullish one, and each rule is written once. Negation is exact, so both sides agree to the bit.
SIDE = np.dtype(
    [
        ("hi", "f8", (RING,)),
        ("lo", "f8", (RING,)),
        ("open", "f8"),
        ("close", "f8"),
        ("prev_open", "f8"),
        ("prev_close", "f8"),
        ("level", "f8"),  # last live swing
        ("row", "i8"),  # its bar, -1: none yet
        ("prev_level", "f8"),  # the last final swing before it
        ("broken", "i8"),
        ("pull_lo", "f8"),  # the last bar with the lowest low since the swing
        ("pull_hi", "f8"),
        ("sweep_row", "i8"),
        ("n_blocks", "i8"),
        ("n_gaps", "i8"),
        ("n_levels", "i8"),
        ("n_pools", "i8"),
        ("blocks", BLOCK, (SLOTS,)),
        ("gaps", GAP, (SLOTS,)),
        ("levels", LEVEL, (SLOTS,)),
        ("pools", LEVEL, (SLOTS,)),
    ]
)

CORE = np.dtype(
    [
        ("swing_size", "i8"),
        ("max_age", "i8"),
        ("min_gap_atr", "f8"),
        ("pool_tolerance_atr", "f8"),
        ("t", "i8"),  # position of the current bar
        ("swing_side", "i8"),  # side of the last swing, -1: none yet
        ("dir", "i8"),
        ("bos_row", "i8"),
        ("choch_row", "i8"),
        ("broken_level", "f8"),
        ("day", "i8"),  # NO_DAY: none yet
        ("day_high", "f8"),
        ("day_low", "f8"),
        ("prev_day_high", "f8"),
        ("prev_day_low", "f8"),
        ("high", "f8"),
        ("low", "f8"),
        ("close", "f8"),
        ("closes", "f8", (SHORT_RING,)),
        ("returns", "f8", (SHORT_RING,)),
        ("volumes", "f8", (SHORT_RING,)),
        ("ema50s", "f8", (8,)),
        ("atr", "f8"),
        ("usual_range", "f8"),
        ("n_moves", "i8"),  # bars in which prices moved
        ("gain", "f8"),
        ("loss", "f8"),
        ("plus_dm", "f8"),
        ("minus_dm", "f8"),
        ("adx", "f8"),
        ("ema12", "f8"),
        ("ema26", "f8"),
        ("signal", "f8"),
        ("ema50", "f8"),
        ("ema100", "f8"),
        ("ema200", "f8"),
    ]
)

_NONE_YET = {SIDE: ("row", "sweep_row"), CORE: ("t", "swing_side", "bos_row", "choch_row")}
_UNKNOWN = {
    SIDE: ("prev_open", "prev_close", "level", "prev_level", "pull_lo", "pull_hi"),
    CORE: ("broken_level", "prev_day_high", "prev_day_low"),
}


def empty_state(
    swing_size: int, max_age: int, min_gap_atr: float, pool_tolerance_atr: float
) -> tuple[Records, Records]:
    """Return the records of a machine that has seen no bar: one CORE, two SIDEs."""
    core, sides = np.zeros(1, CORE), np.zeros(2, SIDE)
    for records in (core, sides):
        for name in _NONE_YET[records.dtype]:
            records[name] = -1
        for name in _UNKNOWN[records.dtype]:
            records[name] = np.nan
    core["swing_size"], core["max_age"] = swing_size, max_age
    core["day"] = NO_DAY
    core["min_gap_atr"], core["pool_tolerance_atr"] = min_gap_atr, pool_tolerance_atr
    return core, sides
