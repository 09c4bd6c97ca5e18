"""Runs side by side: python -m smc.runs, api.runs and what a sweep shows when it ends."""

import errno
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from smc import api, train
from smc.errors import ConfigError
from smc.launcher.leaderboard import leaderboard
from smc.report.run_table import Condition, sorted_by
from smc.runs import main, runs

MARKET = (
    "data=simulated",
    "data.n_bars=2500",
    "data.n_symbols=2",
    "events.last=150",
    "aug=none",
    "monitor=none",
)
ASKED = (
    ("model=baseline", "symbol=S01", "run.name=floor", "run.tags=[plain,h4]"),
    ("model=logistic", "symbol=S01", "reg=tiny", "model.C=0.5"),
    ("model=logistic", "symbol=S02", "reg=strong", "evaluation.test=recorded"),
)


@pytest.fixture(scope="module")
def output(tmp_path_factory) -> str:
    """Three runs, and a folder that is none any more."""
    place = tmp_path_factory.mktemp("runs")
    for words in ASKED:
        run = api.train([*MARKET, "cv=holdout", *words, f"paths.output={place}"])
    broken = run.path.with_name("0123456789abcdef")
    shutil.copytree(run.path, broken)
    (broken / "run.json").write_text("{}")
    return str(place)


def printed(capsys, *words: str) -> str:
    main(list(words))
    return capsys.readouterr().out


def test_only_what_differs_is_a_column_and_the_latest_run_is_first(output):
    table = runs(output)
    settings = list(table.columns[table.columns.get_loc("tags") + 1 : table.columns.get_loc("n_events")])
    assert settings == ["reg", "evaluation.test", "model.C"]
    assert table["made"].is_monotonic_decreasing
    rows = table.set_index(["model", "symbol"])
    assert rows.loc[("logistic", "S01"), "model.C"] == 0.5
    assert rows.loc[("baseline", "S01"), "name"] == "floor"
    assert rows["reg"].to_dict()["logistic", "S02"] == "strong"
    assert table.attrs["damaged"] == 1
    alone = runs(output, where=["model=baseline"])
    assert list(alone.columns[6:7]) == ["n_events"], "one run differs in nothing"


def test_the_figures_are_those_of_the_runs(output):
    for _, row in runs(output).iterrows():
        record = json.loads(Path(output, "runs", row["run"], "run.json").read_bytes())
        interval = record["intervals"]["out_of_fold"]["accuracy"]
        assert row["out_of_fold"] == record["out_of_fold_metrics"]["accuracy"]
        assert (row["low"], row["high"]) == (interval["low"], interval["high"])
        assert row["gap"] == record["history"]["train_val_gap"]
        assert row["skill"] == record["out_of_fold_metrics"]["log_loss_skill"]


def test_test_figures_are_hidden_unless_asked_for_and_then_only_what_was_opened(output, capsys):
    assert "test" not in runs(output)
    assert "test" not in printed(capsys, f"--output={output}").replace("evaluation.test", "")
    shown = runs(output, test=True).set_index("symbol")["test"]
    assert shown["S02"] > 0
    assert shown["S01"].isna().all()


@pytest.mark.parametrize(
    ("where", "n_rows"),
    [
        (["model=logistic"], 2),
        (["model!=logistic"], 1),
        (["symbol=S0*"], 3),
        (["symbol=S01", "model=logistic"], 1),
        (["model.C=0.5"], 1),
        (["model.C>0.4"], 1),
        (["model.C<=0.5"], 2),
        (["reg=t*"], 1),
        (["tags=h4"], 1),
        (["tags!=h4"], 2),
        (["n_events>=1000"], 0),
        (["events.last=150"], 3),
        (["name=floor"], 1),
    ],
    ids=str,
)
def test_conditions(output, where, n_rows):
    assert len(runs(output, where=where)) == n_rows


def test_tags_names_and_columns_that_do_not_differ(output):
    assert len(runs(output, tags=["plain"])) == len(runs(output, name="fl*")) == 1
    assert runs(output, columns=["events.last"])["events.last"].tolist() == [150] * 3
    with pytest.raises(ConfigError, match=r"no run has modl\.C: name a column"):
        runs(output, columns=["modl.C"])
    with pytest.raises(ConfigError, match="a condition is KEY=VALUE"):
        runs(output, where=["model"])


def test_missing_values_fulfil_no_comparison_but_unlike():
    for sign in ("=", "<", "<=", ">", ">="):
        assert not Condition.parse(f"gap{sign}0.5").holds(None)
    assert Condition.parse("gap!=0.5").holds(None)
    assert not Condition.parse("gap<0.5").holds("0.4x")


def test_figures_are_sorted_the_largest_first_and_text_from_a_to_z():
    table = pd.DataFrame({"made": list("abc"), "skill": [0.1, None, 0.3], "symbol": ["B", "A", "C"]})
    assert sorted_by(table, "skill")["made"].tolist() == ["c", "a", "b"]
    assert sorted_by(table, "skill", reverse=True)["made"].tolist() == ["a", "c", "b"]
    assert sorted_by(table, "symbol")["made"].tolist() == ["b", "a", "c"]
    with pytest.raises(ConfigError, match="there is no such column; did you mean skill"):
        sorted_by(table, "skil")


def test_the_page_the_csv_and_the_json_speak_of_the_same_runs(output, capsys, tmp_path):
    page = printed(capsys, f"--output={output}", "--sort=skill")
    table = sorted_by(runs(output), "skill")
    places = [page.index(name[:8]) for name in table["run"]]
    assert places == sorted(places)
    assert "1 more cannot be read: python -m smc.show --list says why." in page
    assert printed(capsys, f"--output={output}", f"--csv={tmp_path}/runs.csv", "--head=2") == ""
    assert pd.read_csv(tmp_path / "runs.csv")["run"].tolist() == runs(output)["run"].tolist()[:2]
    rows = json.loads(printed(capsys, f"--output={output}", "--json=-"))
    assert {row["model"]: row["tags"] for row in rows if row["symbol"] == "S01"} == {
        "logistic": [],
        "baseline": ["plain", "h4"],
    }


def test_a_mistake_is_one_line_and_no_runs_are_no_mistake(output, capsys, tmp_path):
    conditions = ("foo", "foo=1", "gap==0.2", "gap=<0.2", "gap<>0.2", "gap<abc", "gap<")
    for words in (
        ["--sort=foo"],
        ["--sort=skil"],
        ["--head=0"],
        *([f"--where={each}"] for each in conditions),
    ):
        with pytest.raises(SystemExit) as end:
            main([f"--output={output}", *words])
        assert end.value.code == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert "No finished run under" in printed(capsys, f"--output={tmp_path}")
    assert json.loads(printed(capsys, f"--output={tmp_path}", "--json=-")) == []


def test_a_disk_that_does_not_give_a_file_ends_the_table(output, capsys, monkeypatch):
    def fail(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("smc.results.manifest.read_regular", fail)
    with pytest.raises(SystemExit) as end:
        main([f"--output={output}"])
    assert end.value.code == 3
    assert "Input/output error" in capsys.readouterr().err


def test_a_sweep_ends_with_its_best_runs_and_what_to_type_next(tmp_path, capsys, monkeypatch):
    words = [*MARKET, "cv=holdout", "symbol=S01", f"paths.output={tmp_path}"]
    monkeypatch.setattr("sys.argv", ["train", "-m", "model=baseline,logistic", *words])
    with pytest.raises(SystemExit) as end:
        train.main()
    _, title, shown = capsys.readouterr().err.partition("The best 2 of 2 runs by out-of-fold skill")
    assert end.value.code == 0
    assert title
    table = sorted_by(runs(tmp_path), "skill")
    assert shown.index(table["run"][0][:8]) < shown.index(table["run"][1][:8])
    assert f"paths.output={tmp_path}" in shown.split()


def test_only_the_runs_of_a_sweep_are_on_its_board(output):
    assert leaderboard(output, set()) == []
    one, other, _ = runs(output)["run"]
    (alone,) = leaderboard(output, {one})
    assert alone.title == "Next"
    board, _ = leaderboard(output, {one, other})
    assert {row[0] for row in board.tables[0].rows} == {one[:8], other[:8]}
