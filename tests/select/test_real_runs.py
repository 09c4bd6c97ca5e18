"""Real runs on the bundled bars: the null band refits them, a seal hides no more than it should."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from smc import api
from smc.cli import Progress
from smc.results import list_runs, load_run
from smc.selection.runs import read_runs
from smc.selection.verdict import NO_MODEL, WATCH, Verdict
from smc.training.null_band import NullBand, Nulls, summary
from smc.trials import Ledger

QUICK = ["model=logistic", "aug=none", "monitor=none", "events.last=250"]


@pytest.fixture(scope="module")
def ledger_of_fixtures(ledger_of_the_tests) -> Ledger:
    """The one that counts the runs of this module."""
    return Ledger(str(f"sqlite:///{ledger_of_the_tests}"))


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Path:
    """Root of the results of two runs that differ in the seal alone, and of a pool."""
    output = tmp_path_factory.mktemp("real")
    api.train([*QUICK, f"paths.output={output}", "evaluation.test=recorded"])
    api.train([*QUICK, f"paths.output={output}"])
    api.train([*QUICK, f"paths.output={output}", "symbol=[SP500,NASDAQ]"])
    return output


@pytest.fixture(scope="module")
def runs(real):
    """All of them, read."""
    return read_runs(real)


def test_without_a_shift_the_refit_is_the_run(real, runs):
    for symbol, candidates in runs.candidates.items():
        for each in candidates:
            band = NullBand(load_run(runs.folders[each.run_id]), real)
            assert band._score(band.data, symbol) == pytest.approx(each.out_of_fold.evidence.mean, abs=1e-12)


def test_a_shift_leaves_chance(real, runs):
    each = runs.candidates["SP500"][0]
    band = NullBand(load_run(runs.folders[each.run_id]), real)
    scores = band.draw("SP500", 8, lambda _: None)
    assert scores == band.draw("SP500", 8, lambda _: None)
    assert len(set(scores)) > 4
    assert -0.2 < sum(scores) / 8 < 0.1


def test_candidates_without_a_chance_are_not_refitted(real, runs):
    nulls = Nulls(real, runs.folders, 3, Progress(live=False))
    each = runs.candidates["SP500"][0]
    assert nulls.of(Verdict("SP500", NO_MODEL, each, ())) is None
    found = nulls.of(Verdict("SP500", WATCH, each, ()))
    assert found["n_draws"] == 3
    assert found["value"] == each.out_of_fold.evidence.mean


def test_bars_that_are_gone_are_said_to_be(real, runs, tmp_path):
    nulls = Nulls(tmp_path, runs.folders, 3, Progress(live=False))
    found = nulls.of(Verdict("SP500", WATCH, runs.candidates["SP500"][0], ()))
    assert found["why"].startswith("n/a: ")


def test_the_p_value_counts_the_run_itself():
    assert summary([0.0, 0.3, -0.1], 0.2)["p_value"] == 0.5


def test_an_opened_seal_shows_what_a_recorded_run_does(runs, ledger_of_fixtures):
    candidates = {each.is_sealed: each for each in runs.candidates["SP500"] if "+" not in _symbol(runs, each)}
    opened = runs.open_test(candidates[True], ledger_of_fixtures, "honest")
    assert candidates[True].test is None
    assert opened.test.accuracy == candidates[False].test.accuracy
    assert opened.test.evidence.value.tolist() == candidates[False].test.evidence.value.tolist()
    looks = [ledger_of_fixtures.opening(each.run_id, "SP500") for each in (opened, candidates[False])]
    assert [look.by for look in looks] == ["honest", "recorded"]
    assert [(look.start, look.end) for look in looks] == 2 * [(looks[1].start, looks[1].end)]
    assert looks[0].end > pd.to_datetime(int(opened.test.time[-1]), utc=True), "its last label was looked at"


def test_a_sealed_run_writes_no_test_figure(real, runs):
    sealed = next(each for each in runs.candidates["SP500"] if each.is_sealed)
    run = load_run(runs.folders[sealed.run_id])
    assert set(run.predictions["part"]) == set(run.returns["part"]) == {"out_of_fold", "val"}
    assert run.record["test_metrics"] is None
    assert run.record["history"]["test_accuracy"] is None
    assert (run.path / "sealed_predictions.parquet").is_file()


def test_the_command_judges_them(real, tmp_path, monkeypatch, ledger_of_the_tests):
    monkeypatch.setenv("SMC_LEDGER", str(ledger_of_the_tests))
    copy = tmp_path / "copy"
    shutil.copytree(real, copy)
    selected = api.select([f"paths.output={copy}", "n_null=2"])
    assert sorted(selected.manifest["selections"]) == ["NASDAQ", "SP500"]
    assert selected.manifest["runs"]["read"] == 3
    rows = Ledger().trials()
    own = rows.loc[rows["run_id"].isin([folder.name for folder in list_runs(real)])]
    assert (own["run_id"].nunique(), own["trial"].nunique()) == (3, 2), "the seal makes no further trial"


def _symbol(runs, candidate) -> str:
    return load_run(runs.folders[candidate.run_id]).record["symbol"]
