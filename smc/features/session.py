"""Family: hour and kill zones."""

from smc.features.family import MachineFamily, WarmUp
from smc.structure import columns


class Session(MachineFamily):
    """When the bar opened, in New York, daylight saving included; ``tz`` moves trading days, not these.

    ``ses_hour_sin``, ``ses_hour_cos``
        Minute of the day as an angle, so that midnight has no edge.
    ``ses_kz_london``, ``ses_kz_ny``
        1 from 02:00 to before 05:00, and from 07:00 to before 10:00.
    """

    names = columns.SESSION
    warm_up_rule = WarmUp()  # a bar's stamp needs no other bar
