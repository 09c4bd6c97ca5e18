"""What a report says of an explanation."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from smc.errors import ResultsError
from smc.explanation.folder import SavedExplanation, folder_of, read_saved
from smc.report.document import Section, Table
from smc.report.text import count, decimal, general, interval
from smc.results import Run

#: Features that other pages list.
N_LISTED = 10


def section_of(run: Run) -> Section | None:
    """Tell of the explanation that stands beside a run; None if there is none."""
    root = run.path.parent
    if root.name != "runs":
        return None
    try:
        saved = read_saved(folder_of(root.parent, run.run_id) / "model")
    except ResultsError as error:
        return Section("Explanation", [f"It cannot be shown: {error}."])
    if saved is None:
        return None
    more = f"The page with all features and pictures: {saved.path / 'index.html'}"
    table = ranking_table(saved.table("importance"), n_listed=N_LISTED)
    return Section("Explanation", [*points(saved.record), more], [table])


def model_section(saved: SavedExplanation) -> Section:
    """Lay out a model's explanation for people."""
    table = ranking_table(saved.table("importance"), n_listed=N_LISTED)
    where = f"{saved.path}: index.html, pictures and tables"
    return Section(f"Explanation: {saved.record['title']}", [*points(saved.record), where], [table])


def decision_section(saved: SavedExplanation) -> Section:
    """Lay out a decision's explanation for people."""
    record, table = saved.record, saved.table("contributions")
    output = record["outputs"][-1]
    rows = pd.DataFrame(table[table["output"] == output]).head(N_LISTED)
    lines = [
        (
            str(row["feature"]),
            str(row["condition"]),
            general(row["value"]),
            general(row["contribution"]),
            general(row["surrogate_weight"]),
        )
        for row in rows.to_dict("records")
    ]
    before = ", before calibration" if record["before_calibration"] else ""
    sentences = [
        f"{output[0].upper()}{output[1:]}{before}: {general(record['explained'][-1])}, of which "
        f"{general(record['base'][-1])} without any feature. {record['adds_up'][0].upper()}"
        f"{record['adds_up'][1:]}: {general(record['answer'][-1])}.",
        f"The linear model of the neighbourhood explains {decimal(record['surrogate']['fit'][-1], 2)} of it.",
        f"{saved.path}: decision.png and tables",
    ]
    columns = ("feature", "lies", "value", "contribution", "linear model")
    return Section(f"One decision: {record['title']}", sentences, [Table(columns, lines, n_text=2)])


def points(record: Mapping[str, Any]) -> list[str]:
    """Say what was explained and how."""
    what = " and ".join(record["outputs"])
    before = ", before calibration" if record["before_calibration"] else ""
    sentences = [
        f"Explained is the {what}{before}, for {count(record['n_events'])} events.",
        record["method_in_words"],
        record["terms"],
        f"Sums are checked: {record['adds_up']}, to {record['largest_miss']:.1g} at worst "
        f"({record['tolerance']:g} is allowed).",
    ]
    if record["importance"] is not None:
        sentences.append(record["importance"]["rule"])
    return [*sentences, record["dependence"]]


def ranking_table(ranked: pd.DataFrame, *, n_listed: int) -> Table:
    """List the features with mean absolute contribution and, where there are folds, importance."""
    has_folds = "importance" in ranked
    rows = []
    for place, row in enumerate(ranked.head(n_listed).to_dict("records"), start=1):
        lost = [general(row["importance"]), interval((row["low"], row["high"]), general)] if has_folds else []
        rows.append((str(place), str(row["feature"]), *lost, general(row["mean_abs_shap"])))
    lost = ("importance", "interval") if has_folds else ()
    return Table(("", "feature", *lost, "mean |contribution|"), rows, n_text=2)
