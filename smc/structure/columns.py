"""The columns of the structure machine, by family, in their fixed order."""

import numpy as np

from smc.typing import FeatureKind


def _both(stem: str, *endings: str) -> tuple[str, ...]:
    return tuple(f"{stem}_{side}_{ending}" for side in ("bull", "bear") for ending in endings)


STRUCTURE = (
    "st_sh_dist_atr",
    "st_sl_dist_atr",
    "st_sh_age",
    "st_sl_age",
    "st_hhll",
    "st_dir",
    "bos_age",
    "choch_age",
    "break_dist_atr",
)
ORDER_BLOCKS = _both("ob", "age", "dist_atr", "size_atr", "volstr", "mitigated", "active")
FVG = _both("fvg", "age", "size_atr", "dist_atr", "fill")
LIQUIDITY = ("liq_above_dist_atr", "liq_below_dist_atr", "liq_sweep_high_age", "liq_sweep_low_age")
PREMIUM = ("pd_pos", "pd_prevday_pos")
SESSION = ("ses_hour_sin", "ses_hour_cos", "ses_kz_london", "ses_kz_ny")
MOMENTUM = ("rsi14", "macd_atr", "macd_hist_atr")
VOLATILITY = ("bb_pctb", "bb_bw", "atr_pct", "rvol20", "ret1", "ret5", "ret20", "vol_z20")
TREND = ("ema50_dist_atr", "ema100_dist_atr", "ema200_dist_atr", "ema50_slope_atr", "adx14")
TBM = ("tbm_risk_atr", "tbm_reward_atr", "tbm_rr")

#: Columns that are no features: prices; stop and target of a trade on either side; what happened at the close
#: of the bar (+1 bullish, -1 bearish).
LEVELS = ("atr", "swing_high", "swing_low")
BARRIERS = ("long_risk_atr", "long_reward_atr", "short_risk_atr", "short_reward_atr")
HAPPENINGS = ("break_event", "ob_retest", "fvg_filled", "liq_sweep")

FEATURES = (
    *STRUCTURE,
    *ORDER_BLOCKS,
    *FVG,
    *LIQUIDITY,
    *PREMIUM,
    *SESSION,
    *MOMENTUM,
    *VOLATILITY,
    *TREND,
    *TBM,
)
#: What values each feature takes.
KINDS: dict[str, FeatureKind] = {
    **dict.fromkeys(FEATURES, "continuous"),
    **dict.fromkeys(("ob_bull_mitigated", "ob_bear_mitigated", "ses_kz_london", "ses_kz_ny"), "flag"),
    **dict.fromkeys(("st_hhll", "st_dir"), "direction"),
    **dict.fromkeys(("st_sh_age", "st_sl_age", "bos_age", "choch_age"), "count"),
    **dict.fromkeys(_both("ob", "age", "active") + _both("fvg", "age"), "count"),
    **dict.fromkeys(("liq_sweep_high_age", "liq_sweep_low_age"), "count"),
    **dict.fromkeys(("ses_hour_sin", "ses_hour_cos"), "clock"),
}
COLUMNS = (*FEATURES, *LEVELS, *BARRIERS, *HAPPENINGS)

#: One row of the machine, as the compiled code writes it: every column by name.
ROW = np.dtype([(name, np.float64) for name in COLUMNS])
