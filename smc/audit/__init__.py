"""The leakage audit of a composed run: python -m smc.audit model=xgboost features=mine --config-dir my_conf

No single check finds every leak, so there are nine, a class each: what sees the future of the bars
(`future`, `labels`), what the split lets through (`split`), what learns outside its rows (`fold`), what the
whole pipeline makes of nothing (`null`, `random_walk`), and three that raise suspicion (`lag`,
`single_feature_leakage`, `adversarial`).
"""

from smc.audit.audit import CHECKS, audit
from smc.audit.audited_run import AuditedRun, load_audited_run
from smc.audit.check import Finding
from smc.laws.fault import Fault

__all__ = ["CHECKS", "AuditedRun", "Fault", "Finding", "audit", "load_audited_run"]
