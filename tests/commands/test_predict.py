"""python -m smc.predict: bars in, decisions out."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smc import api
from smc.predict import main
from smc.trials import Ledger
from tests.conftest import random_bars

QUICK = ["events.last=400", "aug=none", "monitor=none", "symbol=RND", "model=logistic"]


@pytest.fixture(scope="module")
def bars() -> pd.DataFrame:
    return random_bars(4600, seed=5)


@pytest.fixture(scope="module")
def place(tmp_path_factory, bars) -> Path:
    """A folder with a run on the first 4,000 bars, its test part sealed, and a file of later ones."""
    folder = tmp_path_factory.mktemp("asked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMC_LEDGER", str(folder / "ledger.sqlite"))
        api.train([*QUICK, f"paths.output={folder / 'outputs'}"], bars={"RND": bars.iloc[:4000]})
    later = bars.iloc[4000:].tz_localize(None).rename_axis("Date").reset_index()
    later.to_csv(folder / "later.csv", index=False)
    return folder


@pytest.fixture
def predict(place, monkeypatch, capsys):
    """Run the command in the folder; return its exit code, and what it printed."""
    monkeypatch.chdir(place)
    monkeypatch.setenv("SMC_LEDGER", str(place / "ledger.sqlite"))

    def run(*words: str) -> tuple[int, str, str]:
        try:
            main(list(words))
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return run


def test_the_three_formats_hold_the_same_rows(predict, place):
    for kind in ("csv", "parquet", "jsonl"):
        code, _, said = predict("--run", "latest", "--to", f"made.{kind}")
        assert code == 0, said
        assert "sealed" in said
    csv, parquet = pd.read_csv(place / "made.csv"), pd.read_parquet(place / "made.parquet")
    lines = [json.loads(line) for line in (place / "made.jsonl").read_text().splitlines()]
    assert len(csv) == len(parquet) == len(lines) > 400
    for name in ("p_0", "p_1", "net", "ret", "position"):
        assert np.array_equal(csv[name], parquet[name], equal_nan=True), name
        from_lines = [np.nan if row.get(name) is None else row[name] for row in lines]
        assert np.array_equal(from_lines, parquet[name], equal_nan=True), name
    assert [row["time"] for row in lines] == [stamp.isoformat() for stamp in parquet["time"]]
    sealed = parquet[parquet["reason"] == "sealed"]
    assert len(sealed) > 60
    assert sealed[["prediction", "position", "p_1", "label", "ret", "net"]].isna().all(axis=None)


def test_new_bars_are_warmed_up_by_the_run_and_decided_as_if_all_had_come_at_once(predict, place, bars):
    code, _, said = predict(
        "--run",
        "latest",
        "--bars",
        "later.csv",
        "data.tz=UTC",
        "--to",
        "later.parquet",
        "--store",
        "one.sqlite",
    )
    assert code == 0, said
    bars.rename_axis("time").to_parquet(place / "all.parquet")
    code, _, said = predict(
        "--run", "latest", "--bars", "all.parquet", "--to", "all_made.parquet", "--store", "other.sqlite"
    )
    assert code == 0, said
    later, whole = pd.read_parquet(place / "later.parquet"), pd.read_parquet(place / "all_made.parquet")
    same = whole[whole["time"] >= bars.index[4000]].reset_index(drop=True)
    assert len(later) > 50
    pd.testing.assert_frame_equal(later, same, check_exact=True)
    assert not later["in_sample"].any()


def test_opening_the_sealed_part_is_counted_and_decides_on_it(predict, place):
    (folder,) = (place / "outputs" / "runs").iterdir()
    ledger = Ledger(str(place / "ledger.sqlite"))
    assert ledger.opening(folder.name, "RND") is None
    code, _, said = predict("--run", "latest", "--open", "--to", "open.parquet", "--store", "open.sqlite")
    assert code == 0, said
    assert ledger.opening(folder.name, "RND").by == "predict"
    made = pd.read_parquet(place / "open.parquet")
    assert "sealed" not in set(made["reason"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing is live: python -m smc.registry propose and promote lead there"),
        (["--run", "nothing"], "no run 'nothing' under outputs"),
        (["--rum", "x"], "--rum: no such option; did you mean --run?"),
        (
            ["--run", "latest", "--to", "x.xls"],
            "--to x.xls: the ending must be one of .parquet, .csv, .jsonl",
        ),
        (["--run", "latest", "--symbol", "RND2"], "--symbol RND2: the run has RND; did you mean RND?"),
        (["--run", "latest", "--since", "soon"], "--since soon: must be a time, such as 2024-06-01"),
        (["--run", "latest", "--bars", "none.csv"], "--bars none.csv: no such file or folder"),
        (
            ["--run", "latest", "model.C=3"],
            "model.C: only data.KEY=VALUE can be changed, the rest is the run's",
        ),
        (["--run", "latest", "--bars", "later.csv"], "time zone"),
        (["--run", "latest", "--to", "no/folder/x.csv"], "no/folder"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(predict, words, said):
    code, out, told = predict(*words)
    assert (code, out) == (2, "")
    assert told.count("\n") == 1, told
    assert said in told


def test_ctrl_c_keeps_whole_rows(place, bars):
    many = random_bars(60_000, seed=8, freq="1h")
    many.rename_axis("time").to_parquet(place / "many.parquet")
    command = [sys.executable, "-m", "smc.predict", "--run", "latest", "--bars", "many.parquet"]
    command += ["--to", "part.jsonl", "--store", "part.sqlite"]
    with subprocess.Popen(command, cwd=place, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (place / "part.sqlite").exists():
            time.sleep(0.01)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode in (0, 130), said
    rows = [json.loads(line) for line in (place / "part.jsonl").read_text().splitlines()]
    if process.returncode == 130:
        assert "interrupted" in said
        assert 0 < len(rows) < 8000
    assert all(row["time"] for row in rows)
    assert os.path.exists(place / "part.sqlite")
