"""How even the folds of cross-validation are."""

from smc.report.document import Section, Table
from smc.report.run.fold_scores import fold_scores
from smc.report.text import count, decimal, interval, percent
from smc.report.view import RunView

SCORE_NAMES = {"accuracy": "accuracy", "r2": "R²"}


def section(view: RunView) -> Section:
    """List the folds, their mean, spread and stability."""
    scores = fold_scores(view)
    if not scores:
        return Section("Folds", ["There are no folds: cross-validation failed, or was not possible."])
    name, write = view.score_name, percent if view.classes else decimal
    history = view.figures.history
    stable = {True: "stable", False: "not stable", None: "stability unknown"}[history.get("cv_is_stable")]
    mean, spread = history.get(f"cv_mean_{name}"), history.get(f"cv_std_{name}")
    point = f"Mean {write(mean)}, standard deviation {write(spread)}" + (
        f": {stable}." if view.classes else "."
    )
    width = 4 if any(each.interval for each in scores) else 3
    rows = [
        (str(each.number), count(each.n_events), write(each.value), interval(each.interval, write))[:width]
        for each in scores
    ]
    return Section("Folds", [point], [Table(("fold", "events", SCORE_NAMES[name], view.level)[:width], rows)])
