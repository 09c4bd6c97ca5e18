"""Family: premium and discount."""

from smc.features.family import MachineFamily, WarmUp
from smc.structure import columns


class Premium(MachineFamily):
    """Where the close stands in a range: 0 at its low, 1 at its high; above a half is premium.

    ``pd_pos``
        In the range of the last swing low and high, clipped to [-1, 2]; NaN where the low is not below it.
    ``pd_prevday_pos``
        In the range of the last completed trading day (``tz``, ``day_start``) that has bars; NaN in the first
        day. With bars of a minute the warm-up is shorter than two days: there, the first day may be a part
        of one.
    """

    names = columns.PREMIUM
    warm_up_rule = WarmUp(bars=200, swing_sizes=30)
