"""The leakage audit of a composed run: python -m smc.audit model=xgboost features=mine --config-dir my_conf

No single check finds every leak, so there are nine, a class each: what sees the future of the bars
(`future`, `labels`), what the split lets through (`split`), what learns outside its rows (`fold`), what the
whole pipeline makes of nothing (`null`, `walk`), and three that raise suspicion (`lag`, `plausible`,
`adversarial`).
"""

from smc.audit.audit import CHECKS, audit
from smc.audit.audited_run import Subject, read_subject
from smc.audit.finding import Fault, Finding

__all__ = ["CHECKS", "Fault", "Finding", "Subject", "audit", "read_subject"]
