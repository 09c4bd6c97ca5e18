"""The whole command on a few symbols: resume, exit codes, report, and faults that it must find."""

import json
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smc.errors import ResultsError
from smc.selftest import Design, parallel
from smc.selftest.__main__ import main
from smc.selftest.run import run
from smc.selftest.verdicts import RULES

MakeDesign = Callable[..., Design]
SMALL = ["--models", "logistic", "--profiles", "strong", "--events", "120", "--best", "0"]
FAST = ["aug=none", "evaluation.n_bootstrap=50"]


class Careless:
    """Deploys whatever there is."""

    evidence = RULES["honest"].evidence

    @property
    def criteria(self) -> dict[str, Any]:
        return {"rule": "careless"}

    def select(self, tried: Any) -> list[Any]:
        return [replace(each, verdict="DEPLOY") for each in RULES["classic"].select(tried)]


def exit_code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="module")
def folder(output: Path) -> Path:
    """A self-test that was carried out by the command."""
    assert exit_code(*SMALL, *FAST, "--symbols", "2", "--jobs", "1", "--output", str(output)) == 0
    (found,) = (output / "selftest").iterdir()
    return found


def test_the_report_says_what_was_measured(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "120_0.jsonl",
        "120_even.jsonl",
        "report.md",
        "results.json",
        "selftest.png",
    ]
    results = json.loads((folder / "results.json").read_text())
    assert results["hash"] == folder.name
    assert (results["n_symbols"], results["cells"]) == (2, ["120:0", "120:even"])
    wrong = next(each for each in results["figures"] if each["name"] == "false_deploy_honest")
    assert (wrong["n"], wrong["target"]["at_most"]) == (2, 0.05)
    assert 0 <= wrong["low"] <= wrong["value"] <= wrong["high"] <= 1
    page = (folder / "report.md").read_text()
    for text in ("wrong, honest", "&lt;= 5 %", "share at most 0.05", "accuracy, out of fold", "selftest.png"):
        assert text in page
    assert (folder / "selftest.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_measured_is_not_measured_again(
    folder: Path, output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "120_0.jsonl").read_bytes()
    monkeypatch.setattr(parallel, "measure", lambda task: pytest.fail(f"measured again: {task.seed}"))
    assert exit_code(*SMALL, *FAST, "--symbols", "2", "--jobs", "1", "--output", str(output)) == 0
    assert (folder / "120_0.jsonl").read_bytes() == before
    said = capsys.readouterr()
    assert "Symbols deployed" in said.out
    assert said.err.count("\n") == 1  # quiet where nobody watches: the verdict alone


def test_ctrl_c_keeps_what_is_done_and_the_rest_is_done_later(
    make_design: MakeDesign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    design, measured, true_measure = make_design(n_symbols=3), [], parallel.measure

    def interrupted(task: Any) -> Any:
        if len(measured) == 1:
            raise KeyboardInterrupt
        measured.append(task.seed)
        return true_measure(task)

    monkeypatch.setattr(parallel, "measure", interrupted)
    with pytest.raises(KeyboardInterrupt, match="what is measured is kept"):
        run(design, tmp_path)
    monkeypatch.setattr(parallel, "measure", lambda task: measured.append(task.seed) or true_measure(task))
    report, _ = run(design, tmp_path)
    assert measured == [0, 1, 2]
    assert [row["seed"] for row in report.rows[design.scenarios[0]]] == [0, 1, 2]


def test_a_rule_that_deploys_everything_is_refuted(
    output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RULES, "honest", Careless())  # type: ignore[index]
    asked = [*SMALL, *FAST, "--symbols", "3", "--jobs", "1", "--output", str(tmp_path)]
    assert exit_code(*asked) == 1
    page = next((tmp_path / "selftest").glob("*/report.md")).read_text()
    assert "| 120:0 | wrong, honest | &lt;= 5 % | 100.0 % | [29.2, 100.0] | 3 | REFUTED |" in page


def test_a_feature_that_sees_the_future_makes_false_deployments(
    make_design: MakeDesign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "foresight.py").write_text(
        textwrap.dedent(
            """
            import numpy as np

            class Foresight:
                names, warm_up = ("later",), 1

                def compute(self, bars):
                    close = np.log(bars["close"].to_numpy())
                    later = np.roll(close, -8) - close
                    return np.where(np.arange(len(close)) < len(close) - 8, later, 0.0)[:, None]
            """
        )
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "foresight")
    overrides = ["side=long", "+features.families.mine._target_=foresight.Foresight"]
    design = make_design(*overrides, scenarios="300:even", model="xgboost", n_symbols=3)
    report, _ = run(design, tmp_path)
    refuted = {figure.name for figure in report.refuted}
    assert "false_deploy_honest" in refuted
    assert "p_value_0.05" in refuted


def test_mistakes_of_the_users_end_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = ["--output", str(tmp_path)]
    for asked, said in (
        (["--best", "0.5"], "--best must be"),
        (["--models", "nonsense"], "nonsense"),
        (["--sybols", "3"], "--sybols: no such option; did you mean --symbols?"),
        (["model=xgboost"], "model=xgboost: a self-test sets model itself, as its option says: --models"),
        (["labels=direction"], "true odds"),
    ):
        assert exit_code(*asked, *there) == 2
        assert said in capsys.readouterr().err
    assert not (tmp_path / "selftest").exists()


def test_no_events_at_all_is_told(make_design: MakeDesign, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no symbol could be carried out: "):
        run(make_design("events.threshold=1000", n_symbols=1), tmp_path)


def test_processes_change_nothing(make_design: MakeDesign, tmp_path: Path) -> None:
    design = make_design(n_symbols=2)
    alone, _ = run(design, tmp_path / "one")
    together, _ = run(design, tmp_path / "two", jobs=2)

    def told(report: Any) -> list[Any]:
        return [{**row, "seconds": 0} for row in report.rows[design.scenarios[0]]]

    assert told(alone) == told(together)
    assert alone.figures == together.figures
