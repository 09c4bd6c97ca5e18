"""Only an honest DEPLOY gets in, and each way round it is refused."""

import json
import shutil
import sqlite3

import pytest

from smc import api
from smc.errors import ConfigError, ResultsError, SmcError
from smc.registry import promote, propose
from smc.results.run import load_run
from smc.results.version import load_version
from tests.registry.conftest import MARKET, RUNS, opened, rows

pytestmark = pytest.mark.usefixtures("near")


def select(registry, *words):
    """Judge the runs of a copy, in its own ledger."""
    output = registry.output
    return api.select([f"paths.output={output}", f"ledger.url={output}/ledger.sqlite", *words])


def refused(registry, match, symbol="S01", **asked):
    """Assert that nothing is proposed, written or fitted, for a reason."""
    before = sorted(registry.output.glob("versions/*"))
    with pytest.raises(SmcError, match=match):
        propose(registry, symbol, **asked)
    assert registry.standing(symbol).entries == ()
    assert sorted(registry.output.glob("versions/*")) == before


def test_what_a_verdict_deploys_is_fitted_on_all_events_and_proposed(registry, run_of):
    trials = registry.ledger.trials()
    entry = propose(registry, "S01")
    run = load_run(registry.output / "runs" / run_of["S01 xgboost"])
    assert (entry.stage, entry.rung, entry.run_id, entry.override) == ("proposed", 0, run.run_id, None)
    assert (entry.evidence["verdict"], entry.evidence["rule"]) == ("DEPLOY", "honest")
    assert 0 < entry.evidence["p_values"]["corrected"] <= 0.05
    version = load_version(entry.folder)
    assert (version.digest, version.version_id, version.run_id) == (entry.manifest, entry.version, run.run_id)
    record = version.record
    assert record["n_events"] == len(run.plan.spans) > len(run.plan.development)
    assert record["last_training_bar"] == entry.last_training_bar > run.record["last_training_bar"]
    assert version.symbols == ["S01"]
    assert version.config == run.config
    assert version.model().n_fitted_rows_ == record["n_events"]
    assert sorted(version.baseline().classes_) == sorted(version.model().classes_)
    assert registry.ledger.trials().equals(trials), "a version is no run, no trial and no round"
    assert registry.ledger.opening(run.run_id, "S01") is not None, "the selection's own, and no further one"
    assert registry.ledger.verify() == []
    assert registry.what_is_live("S01") is None


def test_the_same_version_twice_is_found_and_not_fitted_again(registry, monkeypatch):
    first = propose(registry, "S01")
    before = {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")}
    monkeypatch.setattr("smc.training.refit.refit", None)
    head = registry.ledger.head()
    assert propose(registry, "S01").number == first.number
    assert registry.ledger.head() == head, "nothing is written"
    assert {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")} == before


def test_a_version_that_is_fitted_again_has_the_same_bytes(registry):
    first = propose(registry, "S01")
    shutil.rmtree(first.folder)
    propose(registry, "S01")
    assert load_version(first.folder).digest == first.manifest
    assert registry.ledger.digests_of(first.version) == [first.manifest]


def test_the_rounds_of_a_version_are_those_of_the_train_fit_scaled_by_rows(registry, run_of):
    """As the saved model was fitted on train and val, with the rows of the test part beside them."""
    run = load_run(registry.output / "runs" / run_of["S01 xgboost"])
    saved, fitted = run.model(), load_version(propose(registry, "S01").folder).model()
    n_train, n_saved = len(run.plan.train), len(run.plan.development)
    expected = saved.n_rounds_ * fitted.n_fitted_rows_ / n_saved
    assert n_train < n_saved < fitted.n_fitted_rows_
    assert abs(fitted.n_rounds_ - expected) <= 1
    assert fitted.n_rounds_ > saved.n_rounds_


def test_as_is_is_the_model_of_the_run_byte_by_byte(registry, run_of):
    run = load_run(registry.output / "runs" / run_of["S01 xgboost"])
    entry = propose(registry, "S01", as_is=True)
    own, its = run.path / "model", entry.folder / "model"
    assert {path.name: path.read_bytes() for path in its.iterdir()} == {
        path.name: path.read_bytes() for path in own.iterdir()
    }
    assert entry.last_training_bar == run.record["last_training_bar"]
    assert load_version(entry.folder).record["as_is"]
    refitted = propose(registry, "S01")
    assert refitted.version != entry.version
    assert [each.version for each in registry.standing("S01").waiting] == [entry.version, refitted.version]


def test_no_model_is_refused(registry):
    refused(registry, r"S02: its last selection says NO_MODEL .*--override REASON", symbol="S02")


def test_an_edited_manifest_changes_nothing(registry, run_of):
    path = registry.output / "manifest.json"
    manifest = json.loads(path.read_text())
    entry = manifest["selections"]["S02"]
    entry |= {
        "verdict": "DEPLOY",
        "run_id": run_of["S02 logistic"],
        "selected_model": "logistic",
        "action": None,
    }
    path.write_text(json.dumps(manifest))
    refused(registry, "its last selection says NO_MODEL", symbol="S02")


def test_a_manifest_that_is_gone_changes_nothing(registry):
    (registry.output / "manifest.json").unlink()
    assert propose(registry, "S01").evidence["verdict"] == "DEPLOY"


def test_a_verdict_of_the_classic_rule_lets_nothing_in(tmp_path):
    registry = opened(tmp_path / "outputs")
    words = (f"paths.output={registry.output}", f"ledger.url={registry.output}/ledger.sqlite")
    api.train([*MARKET, *RUNS[0], *words])
    limits = ("min_test_accuracy=0.1", "max_val_test_diff=0.9", "max_train_val_gap=0.9")
    manifest = select(registry, "selection=classic", *(f"selection.{limit}" for limit in limits)).manifest
    assert manifest["selections"]["S01"]["verdict"] == "DEPLOY"
    refused(registry, r"no selection=honest has judged it .*\(selection=classic lets nothing in\)")
    registry.ledger.close()


def test_a_verdict_of_the_classic_rule_replaces_no_honest_one(registry):
    select(registry, "selection=classic")
    refused(registry, "its last selection says NO_MODEL", symbol="S02")
    assert propose(registry, "S01").evidence["rule"] == "honest"


def test_a_rule_of_ones_own_that_is_called_honest_lets_nothing_in(registry, tmp_path, monkeypatch):
    """It may even be a kind of the honest one."""
    (tmp_path / "my_rules.py").write_text(
        "from dataclasses import replace\n"
        "from smc.selection.honest import Honest\n"
        "class Kind(Honest):\n"
        "    def select(self, symbols, open_test):\n"
        "        return [replace(verdict, verdict='DEPLOY') for verdict in super().select(symbols, open_test)]\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("SMC_ALLOW", "my_rules")
    found = select(registry, "selection._target_=my_rules.Kind").manifest
    assert (found["selection"], found["selections"]["S02"]["verdict"]) == ("honest", "DEPLOY")
    refused(registry, "its last selection says NO_MODEL", symbol="S02")


def test_a_selection_that_asked_for_less_lets_nothing_in(registry, run_of):
    market = registry.ledger.trials("S02")["market"].iloc[0]
    loose = {**registry.ledger.criteria_of(market, "honest"), "alpha": 0.9}
    verdict = {"S02": {"verdict": "DEPLOY", "run_id": run_of["S02 logistic"], "p_values": {}}}
    registry.ledger.selected(market, loose, "honest", verdict)
    refused(
        registry, "its selection asked for less than selection=honest does by itself: alpha", symbol="S02"
    )


def test_a_criterion_of_nobody_binds_nobody(registry, run_of):
    """An option of one's own may be called honest; what it asks for binds nobody, and lets nothing in."""
    market = registry.ledger.trials("S02")["market"].iloc[0]
    verdict = {"S02": {"verdict": "DEPLOY", "run_id": run_of["S02 logistic"], "p_values": {}}}
    registry.ledger.selected(market, None, "honest", verdict)
    refused(registry, "NO_MODEL", symbol="S02")


def test_the_last_verdict_counts_and_no_earlier_one(registry, run_of):
    market = registry.ledger.trials("S01")["market"].iloc[0]
    criteria = registry.ledger.criteria_of(market, "honest")
    worse = {"S01": {"verdict": "WATCH", "run_id": run_of["S01 xgboost"], "p_values": {}}}
    registry.ledger.selected(market, criteria, "honest", worse)
    refused(registry, "S01: its last selection says WATCH")


def test_a_run_that_was_not_chosen_is_refused(registry, run_of):
    chosen, other = run_of["S01 xgboost"], run_of["S01 logistic"]
    refused(registry, f"the last selection chose run {chosen}, not {other}; --override", run=other)


def test_a_run_of_another_symbol_is_refused_whatever_is_said(registry, run_of):
    own = run_of["S01 xgboost"]
    refused(registry, "S02: its last selection says NO_MODEL", symbol="S02", run=own)
    refused(registry, "fitted on S01, and knows no other", symbol="S02", run=own, override="it is the same")


def test_a_run_whose_hashes_are_its_own_but_not_the_ledgers_is_refused(registry, run_of):
    """Whoever edits a run and writes its list anew has another run than the one that was judged."""
    from smc.results.manifest import write_manifest

    folder = registry.output / "runs" / run_of["S01 xgboost"]
    (folder / "report.md").write_text("better than it was")
    (folder / "MANIFEST.json").unlink()
    write_manifest(folder, run_id=folder.name, packed=[])
    load_run(folder)
    refused(registry, "is not what the ledger was told of")
    refused(registry, "is not what the ledger was told of", override="trust me")


def test_a_damaged_run_is_refused(registry, run_of):
    path = registry.output / "runs" / run_of["S01 xgboost"] / "model" / "model.json"
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    refused(registry, "is damaged: model/model.json has another")
    refused(registry, "is damaged", override="trust me")


def test_a_run_that_was_moved_away_is_refused(registry, run_of):
    shutil.move(registry.output / "runs" / run_of["S01 xgboost"], registry.output.parent / "elsewhere")
    refused(registry, f"run {run_of['S01 xgboost']} is not here any more")


def test_a_folder_without_runs_is_told_from_a_symbol_without_a_verdict(registry, tmp_path):
    empty = opened(tmp_path / "empty")
    empty.ledger = registry.ledger
    refused(empty, "S01: no run of it stands under .*empty")


def test_answers_that_differ_from_the_golden_rows_are_refused(registry, run_of, monkeypatch):
    """Every hash holds, and the libraries answer otherwise."""
    from smc.errors import ArtifactError

    def other(*_, **__):
        raise ArtifactError("the model does not give the answers that were saved with it (golden.npz)")

    monkeypatch.setattr("smc.artifact.reader.check_golden", other)
    refused(registry, "does not load: .*golden.npz")
    refused(registry, "golden.npz", override="they are close")


def test_a_chain_that_was_cut_is_refused(registry):
    """The verdict on S02 is cut away, and one that suits better is put in its place: the folder knows."""
    registry.ledger.close()
    path = registry.output / "ledger.sqlite"
    with sqlite3.connect(path) as connection:
        (last,) = connection.execute("SELECT max(number) FROM events").fetchone()
        connection.execute("DELETE FROM events WHERE number = ?", (last,))
        connection.execute("DELETE FROM selections WHERE number = ?", (last,))
        (number, digest) = connection.execute(
            "SELECT number, hash FROM events WHERE number = ?", (last - 1,)
        ).fetchone()
        connection.execute("UPDATE head SET number = ?, hash = ?", (number, digest))
    connection.close()
    assert registry.ledger.verify() == [], "the chain by itself holds"
    refused(registry, "lacks what the last manifest rests on")


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE selections SET verdicts = replace(verdicts, 'NO_MODEL', 'DEPLOY')", "verdicts is not what"),
        ("UPDATE events SET payload = replace(payload, 'NO_MODEL', 'DEPLOY')", "was changed"),
        ("DELETE FROM events WHERE number = 3", "event 3 is missing"),
    ],
)
def test_a_ledger_that_was_edited_is_refused(registry, statement, problem):
    registry.ledger.close()
    with sqlite3.connect(registry.output / "ledger.sqlite") as connection:
        connection.execute(statement)
    connection.close()
    for asked in ({}, {"override": "trust me"}):
        with pytest.raises(ResultsError, match=f"does not hold, so nothing .*{problem}"):
            propose(registry, "S02", **asked)
    assert rows(registry, "S02") == []


def test_a_folder_that_nobody_fitted_is_refused(registry):
    """A version's name says nothing of what is in it: the ledger's hash does."""
    entry = propose(registry, "S01")
    planted = propose(registry, "S01", as_is=True).folder
    for name in ("model", "baseline", "version.json", "MANIFEST.json"):
        path = entry.folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        own = planted / name
        (shutil.copytree if own.is_dir() else shutil.copy)(own, path)
    with pytest.raises(SmcError, match="is damaged: it holds version"):
        propose(registry, "S01")
    with pytest.raises(ResultsError, match="is not the version that was proposed"):
        promote(registry, "S01", entry.version)
    assert registry.what_is_live("S01") is None


def test_an_override_is_let_in_and_marked_for_ever(registry, run_of):
    entry = propose(registry, "S02", override="the desk knows better")
    assert (entry.override, entry.evidence["verdict"]) == ("the desk knows better", "NO_MODEL")
    live = promote(registry, "S02")
    assert (live.override, live.stage) == ("the desk knows better", "live")
    other = propose(registry, "S01", run=run_of["S01 logistic"], override="simpler")
    assert (other.run_id, other.override, other.evidence["verdict"]) == (
        run_of["S01 logistic"],
        "simpler",
        None,
    )


def test_an_override_that_is_not_needed_leaves_no_mark(registry):
    assert propose(registry, "S01", override="to be sure").override is None


@pytest.mark.parametrize("words", ["", "  "])
def test_a_reason_of_no_words_is_none(registry, words):
    refused(registry, "--override: say why in words", symbol="S02", override=words)


def test_a_symbol_that_nobody_tried_is_told_with_the_nearest(registry):
    with pytest.raises(ConfigError, match=r"S0: no such symbol in the ledger; did you mean S0[12]\?"):
        propose(registry, "S0")


def test_code_of_ones_own_that_changed_since_makes_no_version(registry, monkeypatch):
    monkeypatch.setattr(
        "smc.training.refit.results.identify", lambda *_, **__: type("I", (), {"trial": "other"})
    )
    refused(registry, "is another trial today: code of your own")


def test_bars_that_are_gone_make_no_version(registry, monkeypatch):
    """The data of a run are kept; where they are not, and the source gives others, nothing is fitted."""
    shutil.rmtree(registry.output / "bars")
    assert propose(registry, "S01").stage == "proposed"  # simulated ones are drawn again
