"""Family: barriers of a trade."""

from smc.features.family import MachineFamily, WarmUp
from smc.structure import columns


class TBM(MachineFamily):
    """Stop and target of a trade on the side of the last break, placed by the labels' own rule.

    `smc.structure.barriers.place` is that rule; it sees what is known at the close, never how the trade ends.

    ``tbm_risk_atr``
        Distance of the stop, in ATR: beyond the newest active block on the trade's side, else 1.5.
    ``tbm_reward_atr``
        Distance of the target, in ATR: the nearest pool ahead, else the last swing, else twice the risk.
    ``tbm_rr``
        Reward over risk.
    """

    names = columns.TBM
    warm_up_rule = WarmUp(bars=200, swing_sizes=30, ages=2)  # a level, then its pool
