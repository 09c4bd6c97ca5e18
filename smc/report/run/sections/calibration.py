"""Whether probabilities come true, before calibration and after it, and what is decided by them."""

from typing import Any

from smc.report.document import Section, Table
from smc.report.text import count, decimal, percent
from smc.report.view import PARTS, RunView

SCORES = {"ece": "ECE", "brier": "Brier", "log_loss": "log-loss"}


def section(view: RunView) -> Section | None:
    """Compare the same fits before and after calibration, and list what each fit learned."""
    calibration = view.record.get("calibration")
    if not calibration:
        return None
    scores = [
        (name, label, decimal(figures["before"][score]), decimal(figures["after"][score]))
        for part, name in PARTS.items()
        if (figures := calibration["parts"].get(part))
        for score, label in SCORES.items()
    ]
    learned = [
        (str(each["fit"]), _said(each["map"]), count(each["n_rows"]), decimal(each["threshold"]))
        for each in calibration["fits"]
    ]
    tables = [
        Table(("part", "score", "before", "after"), scores, n_text=2),
        Table(("fit", "map", "rows to learn from", "threshold"), learned, n_text=2),
    ]
    points = [
        f"{name}: nothing is traded on {percent(figures['abstained'])} of the events."
        for part, name in PARTS.items()
        if (figures := calibration["parts"].get(part)) and figures["abstained"]
    ]
    return Section("Calibration", points, tables)


def _said(learned: dict[str, Any]) -> str:
    """Write the map of a fit in a few words."""
    if not learned:
        return "none"
    if "temperature" in learned:
        return f"temperature {decimal(learned['temperature'])}"
    curves = learned["curves"]
    if "slope" in curves[0]:
        return ", ".join(f"slope {decimal(c['slope'])}, offset {decimal(c['offset'])}" for c in curves)
    return ", ".join(f"{len(c['at'])} points" for c in curves)
