"""Carry out the checks, one after another."""

from collections.abc import Callable, Sequence

from smc.audit.adversarial import Adversarial
from smc.audit.audited_run import Subject
from smc.audit.check import Check
from smc.audit.finding import Fault, Finding
from smc.audit.fold import InsideFold
from smc.audit.future import Future
from smc.audit.labels import Labels
from smc.audit.lag import Lag
from smc.audit.null import Null
from smc.audit.random_walk import Walk
from smc.audit.single_feature_leakage import Plausible
from smc.audit.split import Split
from smc.errors import ConfigError

#: Every check by name, those that prove a leak first.
CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Future(),
        Labels(),
        Split(),
        InsideFold(),
        Null(),
        Walk(),
        Lag(),
        Plausible(),
        Adversarial(),
    )
}


def audit(
    subject: Subject, only: Sequence[str] | None = None, step: Callable[[str], None] = lambda _: None
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
    unknown = [name for name in only or () if name not in CHECKS]
    if unknown or only == []:
        raise ConfigError(f"--only {','.join(unknown)}: no such check; there are {', '.join(CHECKS)}")
    return [_looked(check, subject, step) for name, check in CHECKS.items() if only is None or name in only]


def _looked(check: Check, subject: Subject, step: Callable[[str], None]) -> Finding:
    try:
        return check.look(subject, lambda what: step(f"{check.name}: {what}"))
    except Exception as error:  # noqa: BLE001 - whatever a class of one's own raises, the other checks go on
        why = Fault(type(error).__name__, "", str(error) or "no message")
        return Finding(
            check.name, "not done", "it ended with an error", [why], "Mend this, then audit again."
        )
