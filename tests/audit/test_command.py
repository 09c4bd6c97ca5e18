"""The audit as a user starts it."""

import contextlib
import json
import os
import sqlite3
import sys
import textwrap
from pathlib import Path

import pytest

from smc import api
from smc.audit import on_record
from smc.audit.__main__ import main
from smc.audit.checks import CHECKS
from smc.trials import Ledger
from smc.usage.audit import FORMER_NAMES, QUESTIONS

MINE = """
import pandas as pd


class Mine:
    names = ("tomorrow", "today")
    warm_up = 20

    def compute(self, bars):
        change = bars["close"].pct_change().fillna(0.0)
        return pd.DataFrame({"tomorrow": change.shift(-1).fillna(0.0), "today": change})
"""

OPTION = """
# Mine: python -m smc.audit features=mine --config-dir my_conf
defaults: [daily, _self_]
families:
  mine: { _target_: leaking_features.Mine }
"""

FAST = ["model=logistic", "--bars", "1500", "--draws", "2", "--cuts", "4"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a feature class of one's own, which leaks in one of two columns."""
    (tmp_path / "leaking_features.py").write_text(MINE)
    option = tmp_path / "my_conf" / "features" / "mine.yaml"
    option.parent.mkdir(parents=True)
    option.write_text(textwrap.dedent(OPTION).lstrip())
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "leaking_features")
    return tmp_path


def ends(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def saved(folder: Path) -> tuple[dict, str]:
    (found,) = (folder / "outputs" / "audits").iterdir()
    return json.loads((found / "audit.json").read_text()), (found / "audit.md").read_text()


def test_a_leaking_family_ends_with_1_and_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(["features=mine", "--config-dir", "my_conf", "--only", "future", *FAST]) == 1
    shown = capsys.readouterr()
    assert "`tomorrow`" in shown.out
    assert "`today`" not in shown.out
    data, page = saved(folder)
    assert data["verdict"] == "fail"
    assert data["findings"][0]["figures"]["columns"] == ["tomorrow"]
    assert "`tomorrow`" in page
    assert "Remedy" in page


def test_a_notebook_gets_the_report_that_the_command_saves(folder: Path) -> None:
    asked = ["features=mine", "model=logistic"]
    found = api.audit(asked, config_dir="my_conf", only=["future"], max_bars=1500, n_cuts=4, n_draws=2)
    assert found.verdict == "fail"
    assert ends(["features=mine", "--config-dir", "my_conf", "--only", "future", *FAST]) == 1
    data, page = saved(folder)
    assert (data, page) == (json.loads(json.dumps(found.to_json())), found.to_markdown())


def test_a_clean_run_ends_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(["--only", "split,future,labels,fold", *FAST]) == 0
    data, _ = saved(folder)
    assert [each["check"] for each in data["findings"]] == ["future", "labels", "split", "fold"]
    assert {each["verdict"] for each in data["findings"]} == {"pass"}
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "splits"], "no such check; did you mean split? (checks: future"),
        (["modl=xgboost"], "did you mean model"),
        (["symbol=[SP500,NASDAQ]"], "one symbol"),
        (["--pipeline", "leaking_features.Nothing"], "dotted path of a class"),
    ],
)
def test_a_mistake_ends_with_2(
    arguments: list[str], words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends([*arguments, *FAST]) == 2
    assert words in capsys.readouterr().err


def test_a_name_of_an_outcome_is_refused_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = (folder / "leaking_features.py").read_text().replace('"today"', '"MitigatedIndex"')
    (folder / "outcome_features.py").write_text(source)
    (folder / "my_conf" / "features" / "mine.yaml").write_text(OPTION.lstrip().replace("leaking", "outcome"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMC_ALLOW", "outcome_features")
        assert ends(["features=mine", "--config-dir", "my_conf", *FAST]) == 2
    assert "MitigatedIndex" in capsys.readouterr().err


def test_a_class_that_breaks_on_altered_bars_leaves_its_check_undone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = MINE.replace(
        "def compute(self, bars):", "def compute(self, bars):\n        assert len(bars) % 2 == 0"
    )
    (folder / "odd_features.py").write_text(source)
    (folder / "my_conf" / "features" / "mine.yaml").write_text(OPTION.lstrip().replace("leaking", "odd"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMC_ALLOW", "odd_features")
        only = ["--only", "future,split"]
        assert ends(["features=mine", "--config-dir", "my_conf", *only, *FAST]) == 2
    assert "AssertionError" in capsys.readouterr().out
    data, _ = saved(folder)
    assert {each["check"]: each["verdict"] for each in data["findings"]} == {
        "future": "not done",
        "split": "pass",
    }


def test_a_check_answers_to_its_former_name_too(folder: Path) -> None:
    asked = ["model=logistic", "events.last=150"]
    report = api.audit(asked, only=["plausible", "split"], max_bars=1500, n_cuts=4, n_draws=2)
    assert [finding.check for finding in report.findings] == ["split", "single_feature_leakage"]
    assert {former for former in FORMER_NAMES if former in CHECKS} == set()
    assert set(FORMER_NAMES.values()) <= set(CHECKS)


def test_help_tells_of_every_check_what_it_asks() -> None:
    assert {name: check.question for name, check in CHECKS.items()} == QUESTIONS


def test_every_check_is_a_class_of_its_own_file() -> None:
    assert {type(check).__module__.rpartition(".")[2] for check in CHECKS.values()} == set(CHECKS)


def test_a_whole_audit_clears_or_refuses_the_classes_of_ones_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> list[tuple[int, list[str]]]:
        assert Ledger().verify() == []
        with contextlib.closing(sqlite3.connect(os.environ["SMC_LEDGER"])) as ledger:
            rows = ledger.execute("SELECT passed, problems FROM audits").fetchall()
        return [(passed, json.loads(problems)) for passed, problems in rows]

    run = ["features=mine", "--config-dir", "my_conf", "cv.n_splits=2", *FAST]
    ends([*run, "--only", "future"])
    ends(run)
    assert kept() == []  # a part of the checks, and too few draws
    monkeypatch.setattr(on_record, "LEAST_DRAWS", 2)
    monkeypatch.setattr(on_record, "LEAST_CUTS", 4)
    assert ends(run) == 1
    ((passed, problems),) = kept()
    assert not passed
    assert problems[0].startswith("future: `tomorrow`")
    clean = MINE.replace("shift(-1)", "shift(1)")
    assert clean != MINE
    (folder / "leaking_features.py").write_text(clean)
    sys.modules.pop("leaking_features", None)
    ends(run)
    assert sum(passed for passed, _ in kept()) == 1
