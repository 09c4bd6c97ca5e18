"""Which features were kept, and how much the folds agree on them."""

from typing import Any

from smc.report.document import Section, Table
from smc.report.text import decimal, percent
from smc.report.view import RunView

N_LISTED = 15


def section(view: RunView) -> Section | None:
    """Count the features of each fit, and list those that the folds keep most often."""
    selection = view.record.get("feature_selection")
    if not selection:
        return None
    rows = [
        (str(each["fit"]), _names(each["kept"]), str(each["n_given"]), str(len(each["kept"])))
        for each in selection["fits"]
    ]
    tables = [Table(("fit", "kept features", "given", "kept"), rows, n_text=2)]
    frequent = [each for each in selection["folds"]["frequency"] if each["share"] > 0][:N_LISTED]
    if frequent:
        told = [(str(each["feature"]), percent(each["share"], 0)) for each in frequent]
        tables.append(Table(("feature", "kept in share of folds"), told))
    return Section("Feature selection", [say_stability(selection["folds"]["stability"])], tables)


def say_stability(value: float | None) -> str:
    """Say how much the folds agree."""
    if value is None:
        return "The folds' choices cannot be compared: fewer than two folds, or none left a feature out."
    return f"Stability over the folds: {decimal(value, 2)} (1: all choose alike; 0: as if at random)."


def _names(kept: list[Any]) -> str:
    more = f" and {len(kept) - N_LISTED} more" if len(kept) > N_LISTED else ""
    return ", ".join(map(str, kept[:N_LISTED])) + more
