"""The leakage audit of a composed run: python -m smc.audit model=xgboost features=mine --config-dir my_conf

No single check finds every leak, so there are nine, a class each: what sees the future of the bars
(`future`, `labels`), what the split lets through (`split`), what learns outside its rows (`fold`), what the
whole pipeline makes of nothing (`null`, `random_walk`), and three that raise suspicion (`lag`,
`single_feature_leakage`, `adversarial`).

What a check needs is imported once one is asked for; the command line's help is not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smc.audit.audited_run import AuditedRun, load_audited_run
    from smc.audit.check import Finding
    from smc.audit.checks import CHECKS, audit
    from smc.laws.fault import Fault

__all__ = ["CHECKS", "AuditedRun", "Fault", "Finding", "audit", "load_audited_run"]

#: Module that holds each of them.
PLACES = {
    "CHECKS": "smc.audit.checks",
    "AuditedRun": "smc.audit.audited_run",
    "Fault": "smc.laws.fault",
    "Finding": "smc.audit.check",
    "audit": "smc.audit.checks",
    "load_audited_run": "smc.audit.audited_run",
}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(PLACES[name]), name)
