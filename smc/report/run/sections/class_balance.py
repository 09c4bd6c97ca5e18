"""How often each class occurs, overall and by part."""

from smc.report.document import Section, Table
from smc.report.text import count, percent
from smc.report.view import PARTS, RunView


def section(view: RunView) -> Section | None:
    """Count the classes; None for a regression."""
    if not view.classes:
        return None
    overall = view.record.get("class_balance") or {}
    rows = []
    for name in view.classes:
        here = [(rows["label"] == name) for rows in view.parts.values()]
        shares = [f"{count(each.sum())} ({percent(each.mean())})" for each in here]
        rows.append((str(name), percent(overall.get(str(name))), *shares))
    columns = ("class", "all events", *(PARTS[part] for part in view.parts))
    return Section("Class balance", tables=[Table(columns, rows)])
