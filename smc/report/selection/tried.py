"""What was tried for a symbol, and what its candidate's run shows, as sections."""

from collections.abc import Mapping
from typing import Any

from smc.evaluation.predictions import share_weights
from smc.metrics import confusion_matrix
from smc.report.document import Section, Table, filled
from smc.report.selection.candidate_run import IDLE, CandidateRun
from smc.report.text import DASH, count, decimal, interval, is_number, percent
from smc.report.view import SPLIT_NAMES

#: Runs and features that a page lists.
N_RUNS, N_FEATURES = 30, 10


def tried_section(entry: Mapping[str, Any]) -> Section:
    """List the best-ranked runs of a symbol."""
    rows = entry["comparison"]
    columns = (
        "run",
        "model",
        "profile",
        "augmentation",
        "seed",
        "events",
        "out-of-fold",
        "train",
        "validation",
        "gap",
        "test",
    )
    listed = [
        (
            str(row["run_id"]),
            str(row["model"]),
            *(str(row[name] or DASH) for name in ("profile", "aug")),
            str(row["seed"]),
            count(row.get("n_events")),
            *(
                percent(row.get(name))
                for name in (
                    "out_of_fold_accuracy",
                    "train_accuracy",
                    "val_accuracy",
                    "train_val_gap",
                    "test_accuracy",
                )
            ),
        )
        for row in rows[:N_RUNS]
    ]
    points = [f"{count(len(rows))} runs; the best-ranked {count(len(listed))}, in the selection's order."]
    return Section("What was tried", points, [filled(Table(columns, listed, n_text=4))])


def run_sections(candidate_run: CandidateRun) -> list[Section]:
    """Write what the candidate's run shows: result and gap, confusion, importances, warnings."""
    sections = [
        _result(candidate_run),
        _confusion(candidate_run),
        _importances(candidate_run),
        _warnings(candidate_run),
    ]
    return [section for section in sections if section is not None]


def _result(candidate_run: CandidateRun) -> Section:
    rows = []
    for split in candidate_run.splits:
        accuracy = candidate_run.accuracy(split)
        baseline = percent(candidate_run.figures.baseline(split).get("accuracy"))
        if accuracy:
            share, bounds, n_events = accuracy
            rows.append(
                (SPLIT_NAMES[split], count(n_events), percent(share), interval(bounds, percent), baseline)
            )
    history = candidate_run.figures.history
    points = [f"Run {candidate_run.run_id}."]
    if is_number(history.get("train_val_gap")):
        ends = percent(history.get("train_accuracy")), percent(history.get("val_accuracy"))
        gap = decimal(100 * history["train_val_gap"], 1)
        points.append(f"Train accuracy {ends[0]}, validation {ends[1]}: a gap of {gap} points.")
    if not candidate_run.sees_test:
        points.append("The test part is not shown: the verdict did not come to it.")
    if candidate_run.is_idle:
        points.append(f"{IDLE}.")
    columns = ("part", "events", "accuracy", f"{100 * candidate_run.confidence:g} % interval", "baseline")
    return Section("The candidate's run", points, [Table(columns, rows)] if rows else [])


def _confusion(candidate_run: CandidateRun) -> Section | None:
    if not candidate_run.classes:
        return None
    tables = []
    for split in candidate_run.splits:
        rows = candidate_run.rows(split)
        counts = confusion_matrix(
            rows["label"],
            rows["prediction"],
            classes=candidate_run.classes,
            sample_weight=share_weights(rows),
        )
        lines = [
            (f"{name} came true", *map(count, row))
            for name, row in zip(candidate_run.classes, counts.tolist(), strict=True)
        ]
        tables.append(
            Table((SPLIT_NAMES[split], *(f"{name} predicted" for name in candidate_run.classes)), lines)
        )
    return Section("Confusion matrix", [f"Events of run {candidate_run.run_id}."], tables)


def _importances(candidate_run: CandidateRun) -> Section | None:
    pairs = [
        (abs(row["importance"]), str(row["feature"]))
        for row in candidate_run.record.get("feature_importance") or []
        if is_number(row.get("importance")) and row["importance"]
    ]
    if not pairs:
        return None
    total = sum(size for size, _ in pairs)
    rows = [(name, percent(size / total)) for size, name in sorted(pairs, reverse=True)[:N_FEATURES]]
    points = [f"The first {count(len(rows))} of {count(len(pairs))} features in use, by share of the total."]
    return Section("Feature importances", points, [Table(("feature", "share"), rows)])


def _warnings(candidate_run: CandidateRun) -> Section:
    if not candidate_run.warnings:
        return Section("Warnings", ["None."])
    return Section("Warnings", tables=[Table(("reason", "what it means"), candidate_run.warnings, n_text=2)])
