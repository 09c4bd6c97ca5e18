"""What a run warns of."""

from smc.report.document import Section, Table
from smc.report.notices import notices
from smc.report.view import RunView


def section(view: RunView) -> Section:
    """List the warnings with their reason codes."""
    found = notices(view.record)
    if not found:
        return Section("Warnings", ["None."])
    return Section("Warnings", tables=[Table(("reason", "what it means"), found, n_text=2)])
