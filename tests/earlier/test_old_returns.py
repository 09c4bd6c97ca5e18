"""Runs made before 0.2 count returns in another way: they say so, and are not held against those of today."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from smc import api, diff, select, show
from smc.comparison.outputs import NOT_COMPARED
from smc.reproduce import reproduce
from smc.results import load_run
from smc.results.return_scheme import LOG, SIMPLE, return_scheme

EARLIER = Path(__file__).parent / "outputs-0.1.0"
MARKET = ["data=simulated", "data.n_bars=2500", "data.n_symbols=2", "events.last=120", "reg=tiny"]


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    """The earlier runs, and one of today on the same symbol."""
    root = shutil.copytree(EARLIER, tmp_path_factory.mktemp("old") / "outputs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMC_LEDGER", str(root / "own.sqlite"))
        api.train([*MARKET, "model=logistic", "symbol=S01", f"paths.output={root}"])
    return root


@pytest.fixture(scope="module")
def runs(output):
    """One run of each kind."""
    opened = [load_run(path.parent) for path in sorted((output / "runs").glob("*/MANIFEST.json"))]
    logistic = [
        run for run in opened if (run.record["model_name"], run.record["symbol"]) == ("Logistic", "S01")
    ]
    kinds = {return_scheme(run.record): run for run in logistic}
    assert set(kinds) == {LOG, SIMPLE}
    return kinds


def test_only_the_old_one_says_so(runs, output, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    for kind, run in runs.items():
        show.main([run.run_id, "--output", str(output), "--no-pictures"])
        assert ("returns are of the old kind" in capsys.readouterr().out) == (kind == LOG)


def test_its_returns_are_read_as_the_growth_they_were(runs):
    then = runs[LOG]
    stored = np.log1p(then.returns["net"])
    record = then.record["financial_metrics"]
    own = stored[then.returns["part"] == "out_of_fold"]
    assert own.mean() == pytest.approx(record["mean_return"])
    assert set(then.returns["account"]) == {0}


def test_it_is_rebuilt_without_comparing_its_figures(runs, output):
    rebuilt = reproduce(runs[LOG], output=output)
    verdicts = {finding.part: finding.verdict for finding in rebuilt.findings}
    assert verdicts.pop("figures, returns") == NOT_COMPARED
    assert {"predictions", "splits", "model"} <= set(verdicts)
    assert any("old kind" in sentence for sentence in rebuilt.since)
    again = reproduce(runs[SIMPLE], output=output)
    assert "figures" in {finding.part for finding in again.findings}
    assert again.verdict == "identical"


def test_a_selection_holds_one_kind_against_itself(runs, output, capsys, monkeypatch):
    monkeypatch.setenv("SMC_LEDGER", str(output / "own.sqlite"))
    select.main(["--output", str(output)])
    manifest = json.loads((output / "manifest.json").read_bytes())
    aside = {run["run_id"] for run in manifest["runs"]["set_aside"] if run["symbol"] == "S01"}
    assert runs[LOG].run_id in aside
    entry = manifest["selections"]["S01"]
    assert {row["run_id"] for row in entry["comparison"]} == {runs[SIMPLE].run_id}
    assert entry["evidence"]["n_panel"] == 1
    assert entry["evidence"]["n_trials"] == 1  # simulated markets changed with 0.2: it is another one
    assert len(manifest["selections"]["S02"]["comparison"]) > 1  # of S02 there are old ones only
    assert "set aside, counted as a trial" in capsys.readouterr().out


def test_what_trades_earn_is_not_compared(runs, output):
    text = "\n".join(
        f"{section.points} {section.tables}"
        for section in diff.compare(runs[LOG], runs[SIMPLE], output=str(output))
    )
    assert "The returns of one are of the old kind" in text
    assert "'sharpe'" not in text
    assert "Diebold-Mariano" not in text
