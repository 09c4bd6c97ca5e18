"""What a report says of runs of every kind, as Markdown and on a terminal."""

import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from smc.evaluation.predictions import n_events
from smc.outside.escape import markdown as literal
from smc.report import markdown
from smc.report.run.contents import sections
from smc.report.terminal_page import show
from smc.report.view import RunView

KINDS = ("binary", "three", "regression")


def printed(run, **options):
    file = io.StringIO()
    show(sections(RunView(run), **options), file)
    return file.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_no_figure_is_cut_at_80_columns(make_run, kind, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    run = make_run(kind)
    text = printed(run, full_config=True)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert "\x1b" not in text
    for section in sections(RunView(run)):
        for table in section.tables:
            for row in table.rows:
                assert all(cell in text for cell in row[table.n_text :])


def test_an_old_encoding_loses_no_figure(make_run):
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    show(sections(RunView(make_run("regression"))), file)
    file.seek(0)
    text = file.read()
    assert "R?" in text
    assert "n/a" not in text
    assert "95 % interval" in text


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_holds_every_section_and_cell(make_run, kind):
    run = make_run(kind)
    page = markdown(run)
    for section in sections(RunView(run), full_config=True):
        assert f"## {section.title}\n" in page
        for table in section.tables:
            assert all(literal(cell) in page for row in table.rows for cell in row)
    n_cells = {line.count(" | ") for line in page.splitlines() if line.startswith("| 95 %")}
    assert n_cells == {3}


@pytest.mark.parametrize(
    ("kind", "said", "unsaid"),
    [
        ("binary", ["log-loss skill", "MCC", "balanced accuracy", "Class balance"], ["R²"]),
        ("three", ["AUC", "| -1 |", "Class balance"], ["R²"]),
        (
            "regression",
            ["R²", "squared-error skill", "MAE, basis points"],
            ["Class balance", "AUC", "log-loss"],
        ),
    ],
)
def test_each_task_has_its_own_metrics(make_run, kind, said, unsaid):
    page = markdown(make_run(kind))
    assert all(words in page for words in said)
    assert not any(words in page for words in unsaid)


def test_figures_are_those_of_the_record(make_run):
    run = make_run()
    test, financial = run.record["test_metrics"], run.record["test_financial_metrics"]
    rows = {row[0]: row[-1] for section in sections(RunView(run))[1:2] for row in section.tables[0].rows}
    assert rows["accuracy"] == f"{100 * test['accuracy']:.1f} %"
    assert rows["log-loss"] == f"{test['log_loss']:.3f}"
    assert rows["baseline's log-loss"] == f"{run.record['baseline_metrics']['test']['log_loss']:.3f}"
    assert rows["net Sharpe ratio"] == f"{financial['sharpe']:.2f}"


def test_what_is_undefined_is_named_and_never_printed_as_a_number(make_run):
    def change(record):
        record["test_metrics"] |= {"auc": np.nan, "log_loss": np.inf}
        record["history"]["cv_fold_accuracies"][1] = np.nan
        return record

    text = printed(make_run(change=change))
    assert " nan" not in text.lower().replace("nan)", "")
    assert "None" not in text.replace("None.", "")
    assert "n/a" in text
    assert "3 undefined figures, saved as null" in " ".join(text.split())


def test_warnings_are_given_in_words_with_their_symbol(make_run):
    gap = {"reason": "overfitting_detected", "sentence": "The gap is wide.", "symbol": "GBPUSD"}
    text = printed(make_run(change=lambda record: {**record, "warnings": [gap]}))
    assert "overfitting_detected  GBPUSD: The gap is wide." in text
    assert "1 warning, in words below." in text


def test_a_sealed_test_part_and_failed_folds_leave_the_rest(make_run):
    def hide(rows):
        return rows[rows["part"].isin(["train", "val"])]

    text = printed(make_run(change_events=hide))
    assert "There are no folds" in text
    assert "Test accuracy" not in text
    assert "validation" in text


def test_the_funnel_follows_every_event(make_run):
    funnel = next(each for each in sections(RunView(make_run())) if each.title == "Sample loss")
    left = {label: (kept, lost) for label, kept, lost in funnel.tables[0].rows}
    assert left["after the features' warm-up"] == ("5,800", "200")
    assert left["after the warm-up"] == ("310", "20")
    assert left["label resolved by the last bar"] == ("300", "10")
    assert "EURUSD, as read: rows 6,012, gaps 143, dropped for stamp order 12." in funnel.points
    assert "Purged from the training rows of each fold: 2, 4." in funnel.points


def test_every_value_stands_beside_its_source(make_run):
    run = make_run()
    short, full = printed(run), printed(run, full_config=True)
    assert "model.max_depth          3" in short
    assert "reg/strong.yaml" not in short
    assert "learning_rate  0.1" in full
    assert "reg/strong.yaml" in full
    assert "command line: model.max_depth=3" in " ".join(full.split())


def test_an_event_that_several_folds_tested_counts_once(make_run):
    def repeat(rows):
        again = rows[rows["part"] == "out_of_fold"]
        return pd.concat([rows, again.assign(fold=again["fold"] + 5)], ignore_index=True)

    view = RunView(make_run(change_events=repeat))
    assert (view.run.predictions["part"] == "out_of_fold").sum() == 400
    assert n_events(view.splits["out_of_fold"]) == 200
    assert "200" in printed(view.run).partition("out-of-fold events")[2][:8]


def test_a_page_loads_no_drawing():
    code = "import sys, smc.report; assert not {'matplotlib', 'rich', 'hydra'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def with_steps(record):
    """The same record, of a model that forecast two steps."""
    splits = ("out_of_fold", "val", "test")
    metrics = {split: {**record[f"{split}_metrics"], "r2": 0.123} for split in splits}
    return {
        **record,
        "metrics_by_step": {"20": {split: record[f"{split}_metrics"] for split in splits}, "5": metrics},
        "baseline_metrics_by_step": {"5": record["baseline_metrics"]},
        "intervals_by_step": {"5": {"val": {"r2": {"estimate": 0.123, "low": -0.456, "high": 0.789}}}},
    }


def test_every_step_ahead_has_its_figures(make_run):
    run = make_run("regression", change=with_steps)
    (section,) = (one for one in sections(RunView(run)) if one.title == "Steps ahead")
    assert [table.columns[0] for table in section.tables] == ["out-of-fold", "validation", "test"]
    _, val, _ = section.tables
    assert [row[0] for row in val.rows] == ["5 bars", "  95 %", "20 bars"]
    assert (val.rows[0][2], val.rows[1][2]) == ("0.123", "[-0.456, 0.789]")
    assert val.rows[0][3] == f"{run.record['baseline_metrics']['val']['r2']:.3f}"
    assert val.rows[2][3] == "n/a"
    lines = printed(run).splitlines()
    assert any(line.split()[:3] == ["5", "bars", "60"] for line in lines), "whole lines at 80 columns"


def test_a_sealed_test_part_has_no_table_of_steps(make_run):
    def sealed(record):
        record = with_steps(record)
        by_step = {step: {"val": table["val"]} for step, table in record["metrics_by_step"].items()}
        return {**record, "metrics_by_step": by_step}

    (section,) = (
        one for one in sections(RunView(make_run("regression", change=sealed))) if one.title == "Steps ahead"
    )
    assert [table.columns[0] for table in section.tables] == ["validation"]


def test_a_model_with_one_answer_for_many_steps_says_so(make_run):
    def many(events):
        return events.assign(label_5=events["label"], label_20=events["label"])

    (section,) = (
        one
        for one in sections(RunView(make_run("regression", change_events=many)))
        if one.title == "Steps ahead"
    )
    assert "this model learns the longest alone" in section.points[0]
    assert not section.tables


def test_a_run_of_one_step_has_no_such_section(make_run):
    for kind in KINDS:
        assert "Steps ahead" not in [
            one.title for one in sections(RunView(make_run(kind, run_id=f"{kind:0<16}")))
        ]
