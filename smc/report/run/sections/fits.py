"""What the fits of a run learned: rows added, probabilities calibrated, features kept and leant on."""

from collections.abc import Callable, Iterator
from typing import Any

from smc.report.document import Section, Table
from smc.report.figures import Figures
from smc.report.text import count, decimal, is_number, percent
from smc.report.view import SPLIT_NAMES, RunView
from smc.results.record import Augmentation

#: Figures with and without augmentation: label, metric, how it is written.
CLASSIFICATION_SCORES: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("accuracy", "accuracy", percent),
    ("log-loss", "log_loss", decimal),
)
REGRESSION_SCORES: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("R²", "r2", decimal),
    ("RMSE", "rmse", lambda value: decimal(value, 6)),
)


def augmentation_section(view: RunView) -> Section | None:
    """Count the rows of each fit before and after, and compare with the model that had the former alone.

    None where no row was added and nothing is compared.
    """
    fits = view.record.get("augmentation") or []
    ablation = view.record.get("ablation")
    if not ablation and not any(fit.get("n_added") for fit in fits):
        return None
    tables = (
        [Table(("fit", "rows before", "rows after"), [_rows_before_and_after(fit) for fit in fits])]
        if fits
        else []
    )
    points = []
    if ablation:
        tables.append(Table(("", "with", "without"), list(_compared(view, Figures(ablation)))))
        points.append(
            "Without: the same model on the same folds, fitted to the rows before (aug.ablation=true)."
        )
    return Section("Augmentation", points, tables)


def _rows_before_and_after(fit: Augmentation) -> tuple[str, str, str]:
    before, added = fit.get("n_rows") or 0, fit.get("n_added") or 0
    return str(fit.get("fit")), count(before), count(before + added)


def _compared(view: RunView, without: Figures) -> Iterator[tuple[str, str, str]]:
    for split, name in SPLIT_NAMES.items():
        ours, theirs = view.figures.metrics(split), without.metrics(split)
        for label, metric, write in CLASSIFICATION_SCORES if view.classes else REGRESSION_SCORES:
            if metric in ours and metric in theirs:
                yield f"{name} {label}", write(ours[metric]), write(theirs[metric])


CALIBRATION_SCORES = {"ece": "ECE", "brier": "Brier", "log_loss": "log-loss"}


def calibration_section(view: RunView) -> Section | None:
    """Compare the same fits before and after calibration, and list what each fit learned."""
    calibration = view.record.get("calibration")
    if not calibration:
        return None
    scores = [
        (name, label, decimal(figures["before"][score]), decimal(figures["after"][score]))
        for split, name in SPLIT_NAMES.items()
        if (figures := calibration["parts"].get(split))
        for score, label in CALIBRATION_SCORES.items()
    ]
    learned = [
        (str(fit["fit"]), _learned_map(fit.get("map")), count(fit["n_rows"]), decimal(fit.get("threshold")))
        for fit in calibration["fits"]
    ]
    tables = [
        Table(("part", "score", "before", "after"), scores, n_text=2),
        Table(("fit", "map", "rows to learn from", "threshold"), learned, n_text=2),
    ]
    points = [
        f"{name}: nothing is traded on {percent(figures['abstained'])} of the events."
        for split, name in SPLIT_NAMES.items()
        if (figures := calibration["parts"].get(split)) and figures["abstained"]
    ]
    return Section("Calibration", points, tables)


def _learned_map(learned: Any) -> str:
    """Write the map of a fit in a few words; of a calibrator of one's own the numbers by name.

    >>> _learned_map({"mix": 0.25, "share": [0.4, 0.6]})
    'mix 0.250'
    """
    if not learned:
        return "none"
    if not isinstance(learned, dict):
        return "its own"
    if "temperature" in learned:
        return f"temperature {decimal(learned['temperature'])}"
    if "curves" not in learned:
        named = [f"{name} {decimal(value)}" for name, value in learned.items() if is_number(value)]
        return ", ".join(named) or "its own"
    curves = learned["curves"]
    if "slope" in curves[0]:
        return ", ".join(f"slope {decimal(c['slope'])}, offset {decimal(c['offset'])}" for c in curves)
    return ", ".join(f"{len(c['at'])} points" for c in curves)


N_KEPT_LISTED = 15


def feature_selection_section(view: RunView) -> Section | None:
    """Count the features of each fit, and list those that the folds keep most often."""
    selection = view.record.get("feature_selection")
    if not selection:
        return None
    rows = [
        (str(fit["fit"]), _names(fit["kept"]), str(fit["n_given"]), str(len(fit["kept"])))
        for fit in selection["fits"]
    ]
    tables = [Table(("fit", "kept features", "given", "kept"), rows, n_text=2)]
    frequent = [row for row in selection["folds"]["frequency"] if row["share"] > 0][:N_KEPT_LISTED]
    if frequent:
        shares = [(str(row["feature"]), percent(row["share"], 0)) for row in frequent]
        tables.append(Table(("feature", "kept in share of folds"), shares))
    return Section("Feature selection", [say_stability(selection["folds"]["stability"])], tables)


def say_stability(value: float | None) -> str:
    """Say how much the folds agree."""
    if value is None:
        return "The folds' choices cannot be compared: fewer than two folds, or none left a feature out."
    return f"Stability over the folds: {decimal(value, 2)} (1: all choose alike; 0: as if at random)."


def _names(kept: list[Any]) -> str:
    more = f" and {len(kept) - N_KEPT_LISTED} more" if len(kept) > N_KEPT_LISTED else ""
    return ", ".join(map(str, kept[:N_KEPT_LISTED])) + more


N_LISTED = 10


def importances_section(view: RunView) -> Section | None:
    """List the most important features."""
    features = ranked_importances(view)
    if not features:
        return None
    rows = [
        (str(place), name, percent(share)) for place, (name, share) in enumerate(features[:N_LISTED], start=1)
    ]
    table = Table(("", "feature", "share"), rows, n_text=2)
    return Section(
        "Feature importances", [f"{len(features)} features are in use by the saved model."], [table]
    )


def ranked_importances(view: RunView) -> list[tuple[str, float]]:
    """Features by their share of the total importance, largest first, without those that have none."""
    pairs = [
        (str(row.get("feature")), row.get("importance"))
        for row in view.record.get("feature_importance") or []
    ]
    sizes = {name: abs(value) for name, value in pairs if is_number(value) and value}
    total = sum(sizes.values())
    return sorted(
        ((name, size / total) for name, size in sizes.items()), key=lambda pair: (-pair[1], pair[0])
    )
