"""Every picture is drawn from what a run holds, or says why it is not."""

import io
import struct

import numpy as np
import pytest

from smc.report import overview, save_report
from smc.report.run.pictures import PICTURES
from smc.report.style import DPI, NothingToDrawError, save, styled
from smc.report.view import RunView

#: These runs looked for no parameters: `test_search_pictures` draws that of a search.
BOTH = {name for name, (_, _, task) in PICTURES.items() if task is None} - {"search"}


def size(path):
    """Width and height of a PNG, in pixels."""
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG")
    return struct.unpack(">II", data[16:24])


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("binary", {"calibration", "confusion"}),
        ("three", {"calibration", "confusion"}),
        ("regression", {"realised"}),
    ],
)
def test_each_task_has_its_pictures(make_run, tmp_path, kind, own):
    saved = save_report(make_run(kind), tmp_path / "report")
    assert {path.stem for path in saved.pictures.values()} == BOTH | own
    assert list(saved.left_out) == ["Search for parameters"]
    for path in saved.pictures.values():
        width, height = size(path)
        assert 5 * DPI < width < 8 * DPI
        assert height > 1.5 * DPI
        assert f"({path.name})" in saved.page.read_text(encoding="utf-8")
    assert {path.name for path in (tmp_path / "report").iterdir()} == {
        "report.md",
        "report.html",
        *(path.name for path in saved.pictures.values()),
    }


def picture(run, name):
    """The bytes of one PNG."""
    file = io.BytesIO()
    with styled():
        save(PICTURES[name][1](RunView(run)), file)
    return file.getvalue()


@pytest.mark.parametrize("name", ["equity", "folds", "calibration", "confusion"])
def test_pictures_follow_the_data_and_nothing_else(make_run, name):
    one, two = make_run(run_id="one"), make_run(run_id="two", seed=1)
    assert picture(one, name) == picture(one, name)
    assert picture(one, name) != picture(two, name)


def test_what_a_run_does_not_hold_is_named_in_the_place_of_its_picture(make_run, tmp_path):
    def change(record):
        return {**record, "feature_importance": [{"feature": "a", "importance": np.nan}]}

    def idle(table):
        return table.assign(position=0.0, gross=0.0, net=0.0)

    def unfolded(rows):
        return rows[rows["part"] != "out_of_fold"]

    saved = save_report(
        make_run(change=change, change_returns=idle, change_events=unfolded, has_curves=False),
        tmp_path / "report",
    )
    assert saved.left_out == {
        "Equity after costs": "no position was ever taken, so nothing was earned or lost",
        "Fold scores": "no fold has a score: cross-validation failed",
        "Feature importances": "the model gives no importance to any feature",
        "Search for parameters": "parameters are looked for on request: tune=tpe",
        "Loss curves": "this model tells nothing while it is fitted",
        "Learning curve": "it is made on request: monitor.learning_curve=true",
    }
    assert {path.stem for path in saved.pictures.values()} == {
        "overview",
        "calibration",
        "confusion",
        "feature_selection",
    }
    page = saved.page.read_text(encoding="utf-8")
    assert all(f"### {caption}\n\nNot drawn: {reason}." in page for caption, reason in saved.left_out.items())


@pytest.mark.parametrize("name", ["equity", "calibration", "confusion"])
def test_a_run_without_rows_is_named_too(make_run, name):
    run = make_run(
        change_events=lambda rows: rows[rows["part"].isin(["train", "val"])],
        change_returns=lambda table: table.iloc[:0],
    )
    with pytest.raises(NothingToDrawError):
        picture(run, name)


@pytest.mark.parametrize("name", ["confusion", "calibration", "folds"])
def test_one_predicted_class_is_drawn(make_run, name):
    assert picture(make_run(change_events=lambda rows: rows.assign(prediction=1, p_0=0.4, p_1=0.6)), name)


@pytest.mark.parametrize("n_folds", [2, 15, 120])
def test_few_and_many_folds_are_drawn(make_run, n_folds):
    def refold(rows):
        number = np.arange(len(rows)) * n_folds // len(rows)
        return rows.assign(fold=np.where(rows["part"] == "out_of_fold", number, np.nan))

    assert picture(make_run(change_events=refold), "folds")


def test_an_undefined_fold_is_no_obstacle(make_run):
    def change(record):
        record["history"]["cv_fold_accuracies"][0] = np.nan
        record["test_metrics"]["accuracy"] = np.nan
        return record

    assert picture(make_run(change=change), "folds") != picture(make_run(run_id="other"), "folds")


def test_the_overview_is_drawn_alone(make_run, tmp_path):
    path = overview(make_run(), tmp_path / "overview.png")
    assert size(path)[0] > size(path)[1]
    assert [each.name for each in tmp_path.glob("*.png")] == ["overview.png"]
