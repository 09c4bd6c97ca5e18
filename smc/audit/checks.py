"""Carry out the checks, one after another."""

from collections.abc import Sequence

from smc.audit.adversarial import Adversarial
from smc.audit.audited_run import AuditedRun
from smc.audit.check import Check, Finding
from smc.audit.fold import InsideFold
from smc.audit.future import Future
from smc.audit.labels import Labels
from smc.audit.lag import Lag
from smc.audit.null import Null
from smc.audit.random_walk import RandomWalk
from smc.audit.single_feature_leakage import SingleFeatureLeakage
from smc.audit.split import Split
from smc.config.suggest import suggest
from smc.errors import ConfigError
from smc.laws.fault import Fault
from smc.typing import OnProgress
from smc.usage.audit import FORMER_NAMES

#: Every check by name, those that prove a leak first.
CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Future(),
        Labels(),
        Split(),
        InsideFold(),
        Null(),
        RandomWalk(),
        Lag(),
        SingleFeatureLeakage(),
        Adversarial(),
    )
}


def audit(
    audited: AuditedRun, only: Sequence[str] | None = None, on_progress: OnProgress = lambda _: None
) -> list[Finding]:
    """Return what each check found, in the order of `CHECKS`.

    A class of your own that fails on altered bars or labels leaves that check undone; the others go on.

    Parameters
    ----------
    only
        Names of the checks; None: all.

    Raises
    ------
    ConfigError
        There is no check of such a name.
    """
    names = None if only is None else [FORMER_NAMES.get(name, name) for name in only]
    unknown = [name for name in names or () if name not in CHECKS]
    if unknown or names == []:
        near = suggest(unknown[0], CHECKS) if unknown else ""
        raise ConfigError(f"--only {','.join(unknown)}: no such check{near} (checks: {', '.join(CHECKS)})")
    return [
        _run(check, audited, on_progress) for name, check in CHECKS.items() if names is None or name in names
    ]


def _run(check: Check, audited: AuditedRun, on_progress: OnProgress) -> Finding:
    try:
        return check.run(audited, lambda what: on_progress(f"{check.name}: {what}"))
    except Exception as error:  # noqa: BLE001 - whatever a class of one's own raises, the other checks go on
        why = Fault(type(error).__name__, "", str(error) or "no message")
        return Finding(
            check.name, "not done", "it ended with an error", [why], "Mend this, then audit again."
        )
