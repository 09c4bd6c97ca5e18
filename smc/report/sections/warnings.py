"""What a run warns of, in words."""

from smc.report.document import Section, Table
from smc.report.view import RunView


def section(view: RunView) -> Section:
    """List the warnings with their reason codes."""
    warnings = view.record.get("warnings") or []
    if not warnings:
        return Section("Warnings", ["None."])
    rows = []
    for each in warnings:
        sentence = each.get("sentence") or each.get("message") or ""
        symbol = f"{each['symbol']}: " if each.get("symbol") else ""
        rows.append((str(each.get("reason")), f"{symbol}{sentence}"))
    return Section("Warnings", tables=[Table(("reason", "what it means"), rows, n_text=2)])
