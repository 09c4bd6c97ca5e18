"""Two runs of one configuration, part by part."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from smc.comparison.outputs import (
    DIFFERENT,
    IDENTICAL,
    WITHIN,
    _carried_out,
    changes,
    compare,
    worst,
)
from smc.results import RunStore, load_run


@pytest.fixture
def twins(tmp_path):
    """Commit a small run twice; what a change does to the second is applied before its commit."""

    def make(change=lambda folder: None, tolerance=1e-9):
        runs = []
        for name, edit in (("one", lambda folder: None), ("other", change)):
            with RunStore(tmp_path / name).claim("0" * 16) as claim:
                table = pd.DataFrame({"event": [1, 2], "p_1": [0.25, 0.5], "ret": [0.1, np.nan]})
                table.to_parquet(claim.staging / "predictions.parquet")
                (claim.staging / "splits.json").write_text("{}")
                (claim.staging / "model").mkdir()
                (claim.staging / "model" / "weights").write_bytes(b"w")
                claim.save_record(
                    {
                        "timestamp": name,
                        "history": {"folds": [0.5, 0.75]},
                        "importance": [{"f": "a", "i": 0.5}],
                    }
                )
                edit(claim.staging)
                runs.append(load_run(claim.commit()))
        return {finding.part: finding for finding in compare(*runs, tolerance=tolerance)}

    yield make
    shutil.rmtree(tmp_path)


def prediction(place, value):
    def change(folder):
        table = pd.read_parquet(folder / "predictions.parquet")
        table.loc[place, "p_1"] = value
        table.to_parquet(folder / "predictions.parquet")

    return change


def said(**fields):
    def change(folder):
        record = json.loads((folder / "run.json").read_text())
        (folder / "run.json").write_text(json.dumps({**record, **fields}))

    return change


def test_the_same_run_twice_is_identical(twins):
    found = twins()
    assert set(found) == {"predictions", "splits", "model", "figures"}
    assert worst(list(found.values())) == IDENTICAL


def test_a_difference_in_the_last_bits_is_within_tolerance(twins):
    found = twins(prediction(1, 0.5 + 1e-12))
    assert found["predictions"].verdict == WITHIN
    assert found["predictions"].detail == "largest difference 1.0e-12"
    assert worst(list(found.values())) == WITHIN


def test_a_tolerance_of_nothing_lets_equal_numbers_by(twins):
    assert worst(list(twins(tolerance=0.0).values())) == IDENTICAL


def test_a_tolerance_of_nothing_lets_no_other_number_by(twins):
    found = twins(said(history={"folds": [0.5, 0.75 + 1e-12]}), tolerance=0.0)
    assert found["figures"].verdict == DIFFERENT


@pytest.mark.parametrize(("steps", "verdict"), [(1, WITHIN), (2, DIFFERENT)])
def test_a_difference_as_large_as_the_tolerance_is_within_it(twins, steps, verdict):
    step = 2.0**-10  # exact in binary

    def change(folder):
        prediction(1, 0.5 + steps * step)(folder)
        said(history={"folds": [0.5, 0.75 + steps * step]})(folder)

    verdicts = twins(change, tolerance=step)
    assert (verdicts["predictions"].verdict, verdicts["figures"].verdict) == (verdict, verdict)


def test_the_largest_difference_of_all_columns_and_figures_is_named(twins):
    def change(folder):
        table = pd.read_parquet(folder / "predictions.parquet")
        table.loc[0, "p_1"] += 1e-10
        table.loc[0, "ret"] += 1e-12
        table.to_parquet(folder / "predictions.parquet")
        said(history={"folds": [0.5 + 1e-10, 0.75]}, importance=[{"f": "a", "i": 0.5 + 1e-12}])(folder)

    verdicts = twins(change)
    assert verdicts["predictions"].detail == "largest difference 1.0e-10"
    assert verdicts["figures"].detail == "largest difference 1.0e-10"


@pytest.mark.parametrize("value", [0.51, np.nan])
def test_a_changed_prediction_is_named(twins, value):
    found = twins(prediction(1, value))
    assert found["predictions"].verdict == DIFFERENT
    assert found["predictions"].detail == f"row 1, `p_1`: 0.5 became {value}"


def test_a_table_of_another_shape_is_different(twins):
    found = twins(lambda folder: pd.DataFrame({"event": [1]}).to_parquet(folder / "predictions.parquet"))
    assert found["predictions"].detail == "2 rows of event, p_1, ret became 1 rows of event"


def test_a_changed_weight_is_named_by_its_file(twins):
    found = twins(lambda folder: (folder / "model" / "weights").write_bytes(b"v"))
    assert (found["model"].verdict, found["model"].detail) == (DIFFERENT, "model/weights")


def test_a_table_that_only_the_rebuilt_run_has_is_news_of_another_version(twins):
    found = twins(lambda folder: pd.DataFrame({"fit": ["fold 0"]}).to_parquet(folder / "curves.parquet"))
    assert set(found) == {"predictions", "splits", "model", "figures"}


def test_a_table_that_is_lost_is_a_difference(twins):
    found = twins(lambda folder: (folder / "predictions.parquet").unlink())["predictions"]
    assert found.verdict == DIFFERENT
    assert found.detail.startswith("no predictions.parquet in ")


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"history": {"folds": [0.5, 0.75 + 1e-12]}}, WITHIN),
        ({"history": {"folds": [0.5, 0.8]}}, DIFFERENT),
        ({"history": {"folds": [0.5]}}, DIFFERENT),
        ({"history": {}}, DIFFERENT),
        ({"importance": [{"f": "b", "i": 0.5}]}, DIFFERENT),
        ({"news": 1}, IDENTICAL),
    ],
)
def test_figures_are_compared_to_the_last_number(twins, fields, verdict):
    assert twins(said(**fields))["figures"].verdict == verdict


def test_equal_bars_have_no_changes(bars):
    with_gaps = bars.assign(volume=np.nan)
    assert changes(with_gaps, with_gaps.copy()) == []


def test_the_first_changed_cell_is_named(bars):
    after = bars.copy()
    after.iloc[7, after.columns.get_loc("low")] = 90.25
    after.iloc[9, after.columns.get_loc("open")] = 91.0
    (said,) = changes(bars, after)
    assert said.startswith(f"2 cells changed, the first at {bars.index[7]:%Y-%m-%d %H:%M} in `low`: ")
    assert said.endswith(" became 90.25")


def test_bars_that_came_and_went_are_counted(bars):
    said = changes(bars.iloc[:-2], bars.iloc[1:])
    assert said == [
        f"1 bar of then gone, the first of {bars.index[0]:%Y-%m-%d %H:%M}",
        f"2 bars new, the first of {bars.index[-2]:%Y-%m-%d %H:%M}",
    ]


def test_another_column_is_named(bars):
    assert "the columns are open, high, low, close, they were" in changes(bars, bars.iloc[:, :4])[0]


@pytest.mark.parametrize(
    ("n_original", "n_rebuilt", "verdict"),
    [(4, 4, IDENTICAL), (4, 3, IDENTICAL), (4, 2, IDENTICAL), (4, 1, DIFFERENT), (3, 4, DIFFERENT)],
)
def test_iterations_behind_the_kept_ones_that_are_not_carried_out_any_more_are_no_difference(
    n_original, n_rebuilt, verdict
):
    """Two of four are kept."""
    course = {"iteration": range(4), "val_loss": [0.7, 0.6, 0.8, 0.9], "kept": [True, True, False, False]}
    both = [pd.DataFrame({"fit": "train fit", **course}).head(n) for n in (n_original, n_rebuilt)]
    cut = _carried_out(*both)
    assert cut.equals(both[1]) == (verdict == IDENTICAL)
    assert _carried_out(both[0], both[1].assign(val_loss=0.0)).equals(cut), "values are compared afterwards"
