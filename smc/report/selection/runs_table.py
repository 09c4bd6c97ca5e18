"""All runs of a manifest as one table that can be sorted and filtered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smc.report.beside import Beside
from smc.report.html.markup import Html, joined, tag
from smc.report.text import DASH, count, decimal, is_number, p_value, percent, two_digits


@dataclass(frozen=True)
class Column:
    """A figure of the comparison: its key, its heading, how it is written; text if that is None."""

    key: str
    name: str
    write: Callable[[Any], str] | None = None


COLUMNS = (
    Column("symbol", "symbol"),
    Column("model", "model"),
    Column("profile", "profile"),
    Column("standing", "standing"),
    Column("run_id", "run"),
    Column("out_of_fold_accuracy", "out-of-fold", percent),
    Column("baseline_accuracy", "baseline", percent),
    Column("evidence", "evidence", decimal),
    Column("lower_bound", "lower bound", decimal),
    Column("corrected_p_value", "p, corrected", p_value),
    Column("score", "score", decimal),
    Column("train_val_gap", "gap", percent),
    Column("train_val_r2_gap", "gap of R2", decimal),
    Column("train_accuracy", "train", percent),
    Column("val_accuracy", "validation", percent),
    Column("test_accuracy", "test", percent),
    Column("sharpe", "Sharpe ratio", two_digits),
    Column("n_events", "events", count),
    Column("aug", "augmentation"),
    Column("cv", "cv"),
    Column("seed", "seed", count),
    Column("notes", "notes"),
)
#: The column whose cells lead to the page of the run.
RUN = "run_id"
#: Columns that have a list to choose from.
CHOICES = ("symbol", "model", "profile", "standing")


def runs_table(manifest: Mapping[str, Any], beside: Beside) -> Html:
    """Return the table with its filters; without a script it is whole, and in the selection's order."""
    rows = list(_rows(manifest))
    columns = [
        column for column in COLUMNS if not rows or any(row.get(column.key) not in (None, "") for row in rows)
    ]
    head = tag("tr", *(_heading(column) for column in columns))
    body = tag("tbody", *(_row(row, columns, beside) for row in rows))
    about = f"{count(len(rows))} runs; a run of a pool stands once for each symbol. {DASHES}"
    caption = tag("caption", about)
    table = tag("table", caption, tag("thead", head), body, id="runs")
    return joined(
        [
            _filters(rows, columns),
            tag("div", table, class_="scroll", tabindex="0", role="group", aria_label="all runs"),
            tag("button", "Show all", type="button", id="more", hidden=True),
        ]
    )


def _rows(manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for symbol, entry in manifest["selections"].items():
        named = entry["candidate"] or {}
        for row in entry["comparison"]:
            is_named = row["run_id"] == named.get("run_id")
            standing = ("selected" if entry["selected_model"] else "candidate") if is_named else "other"
            notes = ", ".join(note.replace("_", " ") for note in row.get("notes") or [])
            yield {**row, "symbol": symbol, "standing": standing, "notes": notes}


def _heading(column: Column) -> Html:
    """Return a heading; a script makes a button of it."""
    kind = "text" if column.write is None else "number"
    return tag("th", column.name, scope="col", data_kind=kind, data_key=column.key)


#: What a cell without a figure means.
DASHES = "A dash stands for what was not measured, or is of a test part that is sealed."


def _row(row: Mapping[str, Any], columns: Sequence[Column], beside: Beside) -> Html:
    cells = (
        tag("td", beside.run(str(row[RUN]))) if column.key == RUN else _cell(column, row.get(column.key))
        for column in columns
    )
    return tag("tr", *cells, class_=None if row["standing"] == "other" else "chosen")


def _cell(column: Column, value: Any) -> Html:
    """Return a cell; a figure keeps its value beside its text, for sorting. One that is missing has none."""
    if column.write is None:
        return tag("td", DASH if value is None else str(value))
    written = column.write(value) if is_number(value) else DASH
    return tag("td", written, data_v=repr(float(value)) if is_number(value) else "")


def _filters(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> Html:
    lists = [
        tag(
            "label",
            column.name,
            tag(
                "select",
                tag("option", "all", value=""),
                *(tag("option", name) for name in sorted({str(row.get(column.key) or DASH) for row in rows})),
                data_key=column.key,
            ),
        )
        for column in columns
        if column.key in CHOICES
    ]
    search = tag("label", "any text", tag("input", type="search", id="search", autocomplete="off"))
    shown = tag("output", "", id="shown", aria_live="polite")
    return tag("form", *lists, search, shown, id="filters", hidden=True)
