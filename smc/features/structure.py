"""Family: swings, and breaks of structure."""

from smc.features.family import MachineFamily, WarmUp
from smc.structure import columns


class Structure(MachineFamily):
    """Where price stands to the last swings, and which way structure broke last.

    ``st_sh_dist_atr``, ``st_sl_dist_atr``
        Close less the last swing high / low, in ATR(14).
    ``st_sh_age``, ``st_sl_age``
        Bars since that swing, without a cap; at least ``swing_size``, for a swing is known only then.
    ``st_hhll``
        +1 for a higher high, +1 for a higher low, -1 for each lower one: -2 to 2.
    ``st_dir``
        Direction of the last break: a close beyond a swing that was not broken before; 0 before the first.
    ``bos_age``, ``choch_age``
        Bars since the last break with (break of structure) and against (change of character) the direction,
        at most ``max_age``.
    ``break_dist_atr``
        Close less the last broken level, in ATR.
    """

    names = columns.STRUCTURE
    warm_up_rule = WarmUp(bars=200, swing_sizes=30, ages=1)
