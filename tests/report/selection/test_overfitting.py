"""The overfitting analysis, against figures by hand and another library."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from smc.report.document import Section
from smc.report.selection import save_selection_report
from smc.report.selection.overfitting import overfitting_sections, ranked_section
from smc.report.selection.rank_agreement import pooled_correlation, rank_correlation
from smc.report.selection.sweep import profile_pairs, sweep_table
from smc.report.text import DASH


def test_rank_correlation_is_scipys_with_ties_and_gaps():
    rng = np.random.default_rng(0)
    one = rng.integers(0, 8, 60).astype(float)
    other = one + rng.normal(0, 3, 60)
    one[[3, 9]] = np.nan
    found = rank_correlation(one, other)
    assert found.value == pytest.approx(stats.spearmanr(one, other, nan_policy="omit").statistic)
    assert found.n == 58
    assert found.low < found.value < found.high


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng, truth = np.random.default_rng(1), 0.5
    slope = 2 * np.sin(np.pi * truth / 6)  # Pearson's of a normal pair whose Spearman's is `truth`
    held = 0
    for _ in range(400):
        one = rng.normal(size=40)
        other = slope * one + np.sqrt(1 - slope**2) * rng.normal(size=40)
        found = rank_correlation(one, other)
        held += found.low <= truth <= found.high
    assert 0.91 < held / 400 < 0.985


@pytest.mark.parametrize(
    "values", [[1.0, 2.0, 3.0], [1.0, 1.0, 1.0, 1.0, 1.0], [1.0, np.nan, 2.0, np.nan, 3.0]]
)
def test_too_few_runs_or_equal_ones_have_no_order(values):
    assert rank_correlation(np.array(values), np.arange(float(len(values)))) is None


def test_symbols_are_put_together_by_their_runs():
    small = rank_correlation(np.arange(5.0), np.array([1.0, 0, 2, 3, 4]))
    large = rank_correlation(np.arange(50.0), -np.arange(50.0) + 10 * np.sin(np.arange(50.0)))
    both = pooled_correlation([small, large])
    assert both.n == 55
    assert both.value < 0
    assert pooled_correlation([]) is None


def test_pairs_differ_in_their_profile_alone(make_manifest):
    table = sweep_table(make_manifest(n_runs=16))
    pairs = profile_pairs(table, "baseline", "strong")
    assert len(pairs) == len(table) // 2
    key = ("EURUSD", "xgboost", "adaptive", "walk_forward", 0)
    own = table[(table["symbol"] == key[0]) & (table["model"] == key[1]) & (table["seed"] == 0)]
    gaps = own.set_index("profile")["train_val_gap"]
    assert pairs.loc[key, "train_val_gap"] == pytest.approx(gaps["strong"] - gaps["baseline"])


def test_the_analysis_says_what_regularisation_did(make_manifest):
    manifest = make_manifest(n_runs=16)
    gaps, regularised, orders, _, overfitted = overfitting_sections(manifest)
    assert len(gaps.tables[0].rows) == 8
    pairs = profile_pairs(sweep_table(manifest), "baseline", "strong")["train_val_gap"]
    (row,) = (row for row in regularised.tables[0].rows if row[0] == "train-validation gap")
    bounds = stats.t.interval(0.95, len(pairs) - 1, pairs.mean(), stats.sem(pairs))
    assert row == (
        row[0],
        "24",
        f"{100 * pairs.mean():.1f}",
        f"[{100 * bounds[0]:.1f}, {100 * bounds[1]:.1f}]",
    )
    assert {row[3] for row in orders.tables[0].rows} == {"48"}
    assert len(overfitted.tables[0].rows) == 3


def test_nothing_is_made_up_where_figures_are_missing(make_manifest):
    names = (
        "test_accuracy",
        "train_val_gap",
        "train_accuracy",
        "val_accuracy",
        "out_of_fold_accuracy",
        "evidence",
    )
    manifest = make_manifest(changes={**dict.fromkeys(names), "profile": None})
    gaps, regularised, orders, ranked, _ = overfitting_sections(manifest)
    assert gaps == Section("Gaps by model and profile", ["No run has a gap of accuracies to compare."])
    assert "No two runs differ" in regularised.points[0]
    assert not orders.tables
    assert "test accuracies are known" in orders.points[0]
    assert not ranked.tables
    assert "there are 3 and 0" in ranked.points[0]


def test_configurations_are_ranked_over_the_symbols_as_scipy_ranks_them():
    rng = np.random.default_rng(2)
    names = [(model, profile) for model in ("mlp", "logistic") for profile in ("baseline", "strong", "tiny")]
    scores = rng.normal(size=(9, len(names)))
    scores[:, names.index(("logistic", "tiny"))] += 4
    table = pd.DataFrame(
        [
            {"symbol": f"S{row}", "model": model, "profile": profile, "evidence": scores[row, column]}
            for row in rng.permutation(9)
            for column, (model, profile) in enumerate(names)
        ]
    )
    ranked = ranked_section(table)
    rows = ranked.tables[0].rows
    mean_ranks = dict(zip(names, stats.rankdata(-scores, axis=1).mean(axis=0), strict=True))
    assert rows[0] == ("logistic", "tiny", "1.00", "")
    assert [(row[0], row[1]) for row in rows] == sorted(sorted(names), key=mean_ranks.get)
    assert [row[2] for row in rows] == [f"{rank:.2f}" for rank in sorted(mean_ranks.values())]
    apart = stats.studentized_range.ppf(0.95, 6, np.inf) / np.sqrt(2) * np.sqrt(6 * 7 / (6 * 9))
    assert [bool(row[3]) for row in rows] == [float(row[2]) - 1 > apart for row in rows]
    assert any(row[3] for row in rows)


def test_a_configuration_that_some_symbol_lacks_is_not_ranked(make_manifest):
    table = sweep_table(make_manifest(n_runs=16))
    missing = (table["symbol"] == "EURUSD") & (table["model"] == "xgboost") & (table["profile"] == "strong")
    all_rows, fewer = (ranked_section(each).tables[0].rows for each in (table, table[~missing]))
    assert {(row[0], row[1]) for row in all_rows} - {(row[0], row[1]) for row in fewer} == {
        ("xgboost", "strong")
    }


def test_the_markdown_names_pictures_that_are_there(make_run, make_manifest, tmp_path):
    make_run(skill=0.8)
    folder = save_selection_report(make_manifest(), tmp_path / "outputs").parent
    pages = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert set(pages) == {"overfitting", "EURUSD", "GBPUSD", "XAUUSD"}
    shown = [
        name for text in pages.values() for name in (part.split(")")[0] for part in text.split("](")[1:])
    ]
    assert sorted(shown) == sorted(path.name for path in folder.glob("*.svg"))
    assert len(shown) == 6 + 3
    for title in ("Recommendation", "What was tried", "Confusion matrix", "Feature importances", "Warnings"):
        assert f"## {title}\n" in pages["EURUSD"]
    assert "☐ to do by a person" in pages["EURUSD"]


def test_a_column_that_no_run_fills_is_left_out_and_a_gap_in_another_is_a_dash(make_manifest):
    manifest = make_manifest(changes={"test_accuracy": None})
    rows = manifest["selections"]["EURUSD"]["comparison"]
    for entry in manifest["selections"].values():
        for row in entry["comparison"]:
            row["val_accuracy"] = None if row["model"] == rows[0]["model"] else row["val_accuracy"]
    table = overfitting_sections(manifest)[0].tables[0]
    assert "test" not in table.columns
    place = list(table.columns).index("validation")
    assert {row[place] == DASH for row in table.rows if row[0] == rows[0]["model"]} == {True}
    assert DASH not in {row[place] for row in table.rows if row[0] != rows[0]["model"]}
